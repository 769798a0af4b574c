"""Announcing measures before arrival: IE351 to the declarant or representative, and the carrier.

On filings of ICS2 a do-not-load is announced by IE3Q01, anything else by a notice.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from customs_portal.accounts.querysets import connected_eoris
from customs_portal.events.models import Event
from declarations.document import Document
from declarations.filing_types import filing_types
from declarations.models import Measure
from declarations.parts import Concerned, concerned, parts_of, told_of
from declarations.subjects import containers_of
from messaging.formats.answers import Intervention, InterventionLine
from messaging.formats.ics1.writing import write_intervention
from messaging.formats.ics2.asking import write_do_not_load
from messaging.outbox import Draft, Numbered, Written, number, write
from messaging.replying.reply import envelope

LIFT, DO_NOT_LOAD = "LIFT", "IE3Q01"


class Announced(msgspec.Struct, frozen=True, kw_only=True):
    """An announced measure as one filing is told of it, by whoever gets the message."""

    measure: Measure
    filing: Concerned

    @property
    def document(self) -> Document:
        """Return what the filing declares."""
        return self.filing.part.document


def handle(batch: Sequence[Event], *, at: datetime) -> None:
    """Write one IE351 or IE3Q01 for each announced measure, filing concerned and addressee."""
    about = _load([event.data["measure"] for event in batch])
    batch = [event for event in batch if _message(about[event.data["measure"]][0])]
    connected = connected_eoris(_carriers(about), at=at)
    pairs = [
        (announced, event, recipient)
        for event in batch
        for announced, recipient in _addressees(about[event.data["measure"]], connected)
    ]
    numbered = number([_draft(found, event, eori) for found, event, eori in pairs])
    messages = [
        _written(found, own, at) for (found, _, _), own in zip(pairs, numbered, strict=True)
    ]
    write(messages, at=at)


def _message(announced: Announced) -> str:
    """Return the message that announces the measure; empty where it is a notice."""
    if announced.document.type not in filing_types():
        return "CC351A"
    return DO_NOT_LOAD if announced.measure.kind == Measure.Kind.DO_NOT_LOAD else ""


def _load(ids: list[int]) -> dict[int, list[Announced]]:
    measures = Measure.objects.in_bulk(ids)
    parts = parts_of({measure.ens_id for measure in measures.values()})
    return {
        key: [
            Announced(measure=measure, filing=each)
            for each in concerned(parts[measure.ens_id], measure.subject, measure.reference)
        ]
        for key, measure in measures.items()
    }


def _carriers(about: dict[int, list[Announced]]) -> set[str]:
    return {each.filing.carrier for found in about.values() for each in found} - {""}


def _addressees(
    about: Sequence[Announced], connected: frozenset[str]
) -> list[tuple[Announced, str]]:
    measure = about[0].measure
    told = told_of([each.filing for each in about], connected)
    return [(Announced(measure=measure, filing=filing), eori) for filing, eori in told]


def _draft(found: Announced, event: Event, recipient: str) -> Draft:
    part = found.filing.part
    return Draft(
        kind=_message(found),
        channel="trader",
        recipient=recipient,
        event_id=event.id,
        ens=found.measure.ens_id,
        ens_version=event.data["version"],
        mrn=part.mrn,
        lrn=part.lrn,
    )


def _written(found: Announced, own: Numbered, at: datetime) -> Written:
    if own.draft.kind == DO_NOT_LOAD:
        return own.filled(_do_not_load(found, at))
    return _filled(found, own, at, lines(found))


def _do_not_load(found: Announced, at: datetime) -> bytes:
    subject, reference = found.measure.subject, found.filing.reference
    is_house = subject == Measure.Subject.CONSIGNMENT
    containers = () if is_house else containers_of(found.document, subject, reference)
    return write_do_not_load(
        found.document,
        consignment=reference if is_house else "",
        containers=containers,
        mrn=found.filing.part.mrn,
        at=at,
    )


def _filled(found: Announced, own: Numbered, at: datetime, told: list[InterventionLine]) -> Written:
    part = found.filing.part
    answer = Intervention(
        envelope=envelope(own, at),
        document=part.document,
        mrn=part.mrn,
        notified_at=at,
        registered_at=part.registered_at,
        submitted_at=part.lodged_at,
        lines=told,
    )
    return own.filled(write_intervention(answer))


def lifted_written(measure: Measure, filing: Concerned, own: Numbered, at: datetime) -> Written:
    """Return the IE351 by which a do-not-load is lifted: our code LIFT (no message exists)."""
    found = Announced(measure=measure, filing=filing)
    plain = InterventionLine(code=LIFT, text=None, item=None)
    return _filled(found, own, at, [msgspec.structs.replace(plain, item=n) for n in _items(found)])


def lines(found: Announced) -> list[InterventionLine]:
    """Return one line per goods item concerned, or one without a number for the whole."""
    code = intervention_code(found.measure.reason_code)
    text = found.measure.trader_text or None
    return [InterventionLine(code=code, text=text, item=item) for item in _items(found)]


def _items(found: Announced) -> list[int | None]:
    return items_concerned(found.document, found.measure.subject, found.filing.reference)


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
