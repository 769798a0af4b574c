"""Announcing measures before arrival: IE351 to the declarant or representative, and the carrier.

On filings of ICS2 a do-not-load is announced by IE3Q01, anything else by a notice.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.db import connection

from customs_portal.accounts.querysets import connected_eoris
from customs_portal.events.models import Event
from declarations.document import Document, decode
from declarations.filing_types import filing_types
from declarations.models import Measure
from declarations.subjects import containers_of
from messaging.formats.answers import Intervention, InterventionLine
from messaging.formats.ics1.writing import write_intervention
from messaging.formats.ics2.asking import write_do_not_load
from messaging.outbox import Draft, Numbered, Written, number, write
from messaging.replying.reply import envelope

LIFT, DO_NOT_LOAD = "LIFT", "IE3Q01"
_LOAD = """
SELECT m.id, m.subject, m.reference, m.kind, m.reason_code, m.trader_text, e.id, e.mrn, f.lrn,
       f.sender, f.registered_at, f.lodged_at, fv.document_json::text
FROM declarations_measure m
JOIN declarations_ens e ON e.id = m.ens_id
JOIN declarations_ensversion v ON v.ens_id = e.id AND v.number = e.version
JOIN declarations_filingversion fv ON fv.id = v.filing_versions[1]
JOIN declarations_filing f ON f.id = fv.filing_id
WHERE m.id = ANY(%s)
"""


class Announced(msgspec.Struct, frozen=True, kw_only=True):
    """An announced measure with the declaration that it is about."""

    measure: int
    subject: str
    reference: str
    kind: str
    reason_code: str
    trader_text: str
    ens: int
    mrn: str
    lrn: str
    sender: str
    registered_at: datetime
    lodged_at: datetime
    document: Document


def handle(batch: Sequence[Event], *, at: datetime) -> None:
    """Write one IE351 or IE3Q01 for each announced measure and addressee."""
    measures = _load([event.data["measure"] for event in batch])
    batch = [event for event in batch if _message(measures[event.data["measure"]])]
    connected = connected_eoris(_carriers(measures), at=at)
    pairs = [
        (measures[event.data["measure"]], event, recipient)
        for event in batch
        for recipient in addressees(measures[event.data["measure"]], connected)
    ]
    numbered = number([_draft(found, event, eori) for found, event, eori in pairs])
    messages = [
        _written(found, own, at) for (found, _, _), own in zip(pairs, numbered, strict=True)
    ]
    write(messages, at=at)


def _message(measure: Announced) -> str:
    """Return the message that announces the measure; empty where it is a notice."""
    if measure.document.type not in filing_types():
        return "CC351A"
    return DO_NOT_LOAD if measure.kind == Measure.Kind.DO_NOT_LOAD else ""


def _load(ids: list[int]) -> dict[int, Announced]:
    with connection.cursor() as cursor:
        cursor.execute(_LOAD, [ids])
        rows = cursor.fetchall()
    names = Announced.__struct_fields__
    found = [
        Announced(**dict(zip(names, (*row[:-1], decode(row[-1])), strict=True))) for row in rows
    ]
    return {measure.measure: measure for measure in found}


def _carriers(measures: dict[int, Announced]) -> set[str]:
    carriers = {found.document.effective_carrier().identifier for found in measures.values()}
    return {eori for eori in carriers if eori}


def addressees(measure: Announced, connected: frozenset[str]) -> list[str]:
    """Return who is told: whoever lodged, and the carrier if another person and connected."""
    carrier = measure.document.effective_carrier().identifier
    own_people = {measure.sender, measure.document.declarant.identifier}
    if carrier and carrier not in own_people and carrier in connected:
        return [measure.sender, carrier]
    return [measure.sender]


def _draft(found: Announced, event: Event, recipient: str) -> Draft:
    return Draft(
        kind=_message(found),
        channel="trader",
        recipient=recipient,
        event_id=event.id,
        ens=found.ens,
        ens_version=event.data["version"],
        mrn=found.mrn,
        lrn=found.lrn,
    )


def _written(found: Announced, own: Numbered, at: datetime) -> Written:
    if own.draft.kind == DO_NOT_LOAD:
        return own.filled(_do_not_load(found, at))
    return _filled(found, own, at, lines(found))


def _do_not_load(found: Announced, at: datetime) -> bytes:
    is_house = found.subject == Measure.Subject.CONSIGNMENT
    containers = () if is_house else containers_of(found.document, found.subject, found.reference)
    return write_do_not_load(
        found.document,
        consignment=found.reference if is_house else "",
        containers=containers,
        mrn=found.mrn,
        at=at,
    )


def _filled(
    found: Announced, own: Numbered, at: datetime, concerned: list[InterventionLine]
) -> Written:
    answer = Intervention(
        envelope=envelope(own, at),
        document=found.document,
        mrn=found.mrn,
        notified_at=at,
        registered_at=found.registered_at,
        submitted_at=found.lodged_at,
        lines=concerned,
    )
    return own.filled(write_intervention(answer))


def lifted_written(measure: int, own: Numbered, at: datetime) -> Written:
    """Return the IE351 by which a do-not-load is lifted: our code LIFT (no message exists)."""
    found = _load([measure])[measure]
    plain = InterventionLine(code=LIFT, text=None, item=None)
    numbers = items_concerned(found.document, found.subject, found.reference)
    lines_ = [msgspec.structs.replace(plain, item=item) for item in numbers]
    return _filled(found, own, at, lines_)


def lines(found: Announced) -> list[InterventionLine]:
    """Return one line per goods item concerned, or one without a number for the whole."""
    code = intervention_code(found.reason_code)
    text = found.trader_text or None
    numbers = items_concerned(found.document, found.subject, found.reference)
    return [InterventionLine(code=code, text=text, item=item) for item in numbers]


def intervention_code(reason_code: str) -> str:
    """Return our reason code in the four characters of the message: `HLD-01` is `HLD1`."""
    family, _, serial = reason_code.partition("-")
    return f"{family}{serial.removeprefix('0')}"[:4]


def items_concerned(document: Document, subject: str, reference: str) -> list[int | None]:
    """Return the numbers of the goods items that a subject is about; [None] for the whole."""
    chosen: dict[str, list[int | None]] = {
        "declaration": [None],
        "item": [item.number for item in document.items() if str(item.number) == reference],
        "equipment": [item.number for item in document.items() if reference in item.containers],
        "consignment": [
            item.number
            for consignment in document.consignments
            if consignment.key == reference
            for item in consignment.items
        ],
    }
    return chosen[subject] or [None]
