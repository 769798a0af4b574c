"""Telling the offices of subsequent entry of a positive result (LIFECYCLE section 7, IE319)."""

import csv
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path

import msgspec
from django.conf import settings
from django.db import connection

from customs_portal.events.models import Event
from declarations.document import Document, decode
from declarations.models import Measure
from declarations.services import OwnOfficeNotice, inform_own_offices
from messaging.consumers.announce import items_concerned
from messaging.formats.answers import RiskResult, SubsequentEntry
from messaging.formats.ics1.writing import write_subsequent_entry
from messaging.outbox import Draft, Numbered, Written, number, write
from messaging.replying.reply import envelope

_CODES = Path(__file__).parent.parent / "data" / "risk_results.csv"
_LOAD = """
SELECT e.id, e.mrn, e.version, f.lrn, f.registered_at, f.lodged_at, fv.document_json::text
FROM declarations_ens e
JOIN declarations_ensversion v ON v.ens_id = e.id AND v.number = e.version
JOIN declarations_filingversion fv ON fv.id = v.filing_versions[1]
JOIN declarations_filing f ON f.id = fv.filing_id
WHERE e.id = ANY(%s)
"""


class Flagged(msgspec.Struct, frozen=True, kw_only=True):
    """An ENS with a positive result on its current version."""

    ens: int
    mrn: str
    version: int
    lrn: str
    registered_at: datetime
    submitted_at: datetime
    document: Document
    results: tuple[RiskResult, ...] = ()


def handle(batch: Sequence[Event], *, at: datetime) -> None:
    """One IE319 to each other Member State on the way; our own offices get it into their inbox.

    A result on a version that has been replaced is told to nobody: its successor is assessed anew.
    """
    found = flagged_ens([event.data["ens"] for event in batch])
    current = [
        event for event in batch if found[event.data["ens"]].version == event.data["version"]
    ]
    _inform_states(current, found, at)
    inform_own_offices(
        [notice for event in current for notice in _notices(found[event.data["ens"]])], at=at
    )


def flagged_ens(ids: list[int]) -> dict[int, Flagged]:
    """Return by id the ENS with their current declaration and the results that still stand."""
    results = _results(ids)
    with connection.cursor() as cursor:
        cursor.execute(_LOAD, [ids])
        rows = cursor.fetchall()
    return {row[0]: _flagged(row, results.get(row[0], [])) for row in rows}


def _flagged(row: tuple[object, ...], measures: list[Measure]) -> Flagged:
    *facts, stored = row
    document = decode(stored)  # type: ignore[arg-type]
    values = dict(zip(Flagged.__struct_fields__, facts, strict=False))
    results = tuple(line for measure in measures for line in risk_results(measure, document))
    return Flagged(**values, document=document, results=results)  # type: ignore[arg-type]


def _results(ids: list[int]) -> dict[int, list[Measure]]:
    measures: dict[int, list[Measure]] = {}
    effective = Measure.objects.in_effect().filter(ens_id__in=ids, kind__in=result_codes())
    for measure in effective.order_by("pk"):
        measures.setdefault(measure.ens_id, []).append(measure)
    return measures


def risk_results(measure: Measure, document: Document) -> list[RiskResult]:
    """Return the results of a measure: code and neutral text, never the reason or a rule."""
    code, text = result_codes()[measure.kind]
    numbers = items_concerned(document, measure.subject, measure.reference)
    return [RiskResult(code=code, text=text, item=item) for item in numbers]


@cache
def result_codes() -> dict[str, tuple[str, str]]:
    """Return code and text of the risk result by kind of measure."""
    with _CODES.open(newline="") as file:
        return {row["measure"]: (row["code"], row["text"]) for row in csv.DictReader(file)}


def _inform_states(events: Sequence[Event], found: dict[int, Flagged], at: datetime) -> None:
    pairs = [
        (found[event.data["ens"]], event, country)
        for event in events
        for country in other_states(found[event.data["ens"]].document)
    ]
    numbered = number([_draft(flagged, event, country) for flagged, event, country in pairs])
    messages = [
        _written(flagged, own, at) for (flagged, _, _), own in zip(pairs, numbered, strict=True)
    ]
    write(messages, at=at)


def other_states(document: Document) -> list[str]:
    """Return the other Member States with an office of subsequent entry, each once."""
    countries = dict.fromkeys(office[:2].upper() for office in document.subsequent_offices)
    return [country for country in countries if country != settings.CUSTOMS_COUNTRY]


def own_offices(document: Document) -> list[str]:
    """Return our own offices of subsequent entry, each once."""
    offices = dict.fromkeys(office.upper() for office in document.subsequent_offices)
    return [office for office in offices if office[:2] == settings.CUSTOMS_COUNTRY]


def _draft(flagged: Flagged, event: Event, country: str) -> Draft:
    return Draft(
        kind="CD319A",
        channel="partner",
        recipient=country,
        event_id=event.id,
        ens=flagged.ens,
        ens_version=flagged.version,
        mrn=flagged.mrn,
    )


def _written(flagged: Flagged, own: Numbered, at: datetime) -> Written:
    answer = SubsequentEntry(
        envelope=envelope(own, at),
        document=flagged.document,
        mrn=flagged.mrn,
        registered_at=flagged.registered_at,
        submitted_at=flagged.submitted_at,
        risk_results=flagged.results,
    )
    return own.filled(write_subsequent_entry(answer))


def _notices(flagged: Flagged) -> list[OwnOfficeNotice]:
    first = flagged.results[0] if flagged.results else RiskResult(code="C")
    return [
        OwnOfficeNotice(
            ens=flagged.ens,
            office=office,
            version=flagged.version,
            result_code=first.code,
            text=first.text or "",
        )
        for office in own_offices(flagged.document)
    ]
