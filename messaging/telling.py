"""What other administrations are to be told of an ENS, and what they were told already."""

import csv
from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path

import msgspec

from declarations.document import Document
from declarations.models import Ens, Measure, SubsequentEntryNotice
from declarations.parts import Part, parts_of
from declarations.whole import whole
from messaging.consumers.announce import items_concerned
from messaging.formats.answers import RiskResult
from messaging.formats.registry import read
from messaging.formats.transmissions import Transmitted
from messaging.models import OutboundMessage
from messaging.reads import raw_bodies
from risk.models import Case

_CODES = Path(__file__).parent / "data" / "risk_results.csv"


class Flagged(msgspec.Struct, frozen=True, kw_only=True):
    """An ENS as it is now, with the results that stand and the own offices that were told."""

    ens: int
    mrn: str
    version: int
    lrn: str
    registered_at: datetime
    submitted_at: datetime
    document: Document
    results: tuple[RiskResult, ...] = ()
    own_offices_told: tuple[str, ...] = ()


class LastTold(msgspec.Struct, frozen=True, kw_only=True):
    """What a State knows of an ENS: the results, on which version."""

    version: int
    results: tuple[RiskResult, ...]


def flagged_ens(ids: list[int]) -> dict[int, Flagged]:
    """Return by id the ENS with their current declaration and the results that still stand."""
    results, offices = _results(ids), _own_offices_told(ids)
    parts = parts_of(ids)
    return {
        ens.pk: _flagged(ens, parts[ens.pk], results.get(ens.pk, []), offices.get(ens.pk, ()))
        for ens in Ens.objects.filter(pk__in=ids)
    }


def _flagged(
    ens: Ens, parts: Sequence[Part], measures: list[Measure], offices: tuple[str, ...]
) -> Flagged:
    """Return an ENS with all that its filings declare: another State is told of the whole."""
    document = whole([part.document for part in parts])
    return Flagged(
        ens=ens.pk,
        mrn=ens.mrn,
        version=ens.version,
        lrn=parts[0].lrn,
        registered_at=parts[0].registered_at,
        submitted_at=parts[0].lodged_at,
        document=document,
        results=tuple(line for measure in measures for line in risk_results(measure, document)),
        own_offices_told=offices,
    )


def _results(ids: list[int]) -> dict[int, list[Measure]]:
    measures: dict[int, list[Measure]] = {}
    effective = Measure.objects.in_effect().filter(ens_id__in=ids, kind__in=result_codes())
    for measure in effective.order_by("pk"):
        measures.setdefault(measure.ens_id, []).append(measure)
    return measures


def _own_offices_told(ids: list[int]) -> dict[int, tuple[str, ...]]:
    live = SubsequentEntryNotice.objects.live().filter(ens__in=ids, told_by="").order_by("pk")
    found: dict[int, tuple[str, ...]] = {}
    for ens, office in live.values_list("ens_id", "office"):
        found[ens] = (*found.get(ens, ()), office)
    return found


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


def told_before(ids: Collection[int]) -> dict[tuple[int, str], LastTold]:
    """Return by ENS and State what the last IE319 said that it was sent."""
    sent = OutboundMessage.objects.filter(kind="CD319A", ens__in=ids).order_by("pk")
    last = {(message.ens_id or 0, message.recipient): message for message in sent}
    bodies = raw_bodies([message.body_id for message in last.values()])
    return {
        key: LastTold(version=message.ens_version or 0, results=_told(bodies[message.body_id]))
        for key, message in last.items()
    }


def states_told(ids: Collection[int]) -> dict[int, tuple[str, ...]]:
    """Return by ENS the States that were told of it by IE319 or IE301, each once."""
    sent = OutboundMessage.objects.filter(
        kind__in=("CD319A", "CD301A"), channel="partner", ens__in=ids
    )
    found: dict[int, tuple[str, ...]] = {}
    for ens, country in sent.order_by("pk").values_list("ens", "recipient"):
        known = found.get(ens, ())
        found[ens] = known if country in known else (*known, country)
    return found


def _told(body: bytes) -> tuple[RiskResult, ...]:
    content = read(body).content
    return content.results if isinstance(content, Transmitted) else ()


def with_open_case(ids: Collection[int]) -> frozenset[int]:
    """Return those of the ENS on which an officer has still to decide."""
    return frozenset(Case.objects.open().filter(ens__in=ids).values_list("ens_id", flat=True))
