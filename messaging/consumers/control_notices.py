"""Telling of controls of ICS2: IE3N08 once the goods are here, before that IE3N09 to a few.

IE3N08 goes to whoever notified the arrival, to the notify parties if they are connected, and by sea
to the person filing. By air the person filing gets a notice as JSON, as no message is for it.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec

from customs_portal.accounts.querysets import connected_eoris
from customs_portal.events.models import Event
from declarations.arrivals import NOTIFIED_MODES
from declarations.document import Document
from declarations.events import CONTROL_FOREWARNED
from declarations.filing_types import filing_types
from declarations.models import Arrival, ArrivalLine, Ens, Measure
from declarations.parts import Concerned, concerned, parts_of
from messaging.formats.ics2.controlling import (
    ControlNotice,
    write_advance_notice,
    write_control,
)
from messaging.outbox import Draft, number, write

WATERBORNE = ("1", "8")


class _About(msgspec.Struct, frozen=True, kw_only=True):
    """An event with the control, its ENS, the filings concerned, and how the goods came."""

    event: Event
    measure: Measure
    ens: Ens
    filings: tuple[Concerned, ...]
    arrival: Arrival | None

    @property
    def is_advance(self) -> bool:
        """Whether the goods are still to come."""
        return self.event.kind == CONTROL_FOREWARNED.name


class _Addressee(msgspec.Struct, frozen=True, kw_only=True):
    """Who is told, and as whom: the one who notified, a notify party, or the one who filed."""

    eori: str
    filing: Concerned
    notifier: str = ""
    notify_party: str = ""


def handle(batch: Sequence[Event], *, at: datetime) -> None:
    """Write one message for each control and addressee."""
    found = list(_about(batch))
    connected = connected_eoris({eori for each in found for eori in _perhaps(each)}, at=at)
    pairs = [(each, who) for each in found for who in _addressees(each, connected)]
    numbered = number([_draft(each, who) for each, who in pairs])
    write([own.filled(_body(*pair, at)) for pair, own in zip(pairs, numbered, strict=True)], at=at)


def replaces_notice(document: Document) -> bool:
    """Whether the person filing is told of a control by a message of ICS2, not by JSON."""
    return document.type in filing_types() and document.transport_mode in WATERBORNE


def _about(batch: Sequence[Event]) -> Iterator[_About]:
    ens = Ens.objects.in_bulk([event.stream for event in batch])
    measures = Measure.objects.select_related("control").in_bulk(
        [event.data["measure"] for event in batch]
    )
    lines = ArrivalLine.objects.filter(ens__in=ens).select_related("arrival").order_by("arrival")
    arrivals = {line.ens_id: line.arrival for line in lines}
    parts = parts_of({measure.ens_id for measure in measures.values()})
    for event in batch:
        own, measure = ens[event.stream or 0], measures[event.data["measure"]]
        found = concerned(parts[measure.ens_id], measure.subject, measure.reference)
        document = found[0].part.document
        if document.type in filing_types() and own.transport_mode in NOTIFIED_MODES:
            yield _About(
                event=event,
                measure=measure,
                ens=own,
                filings=tuple(found),
                arrival=arrivals.get(own.pk),
            )


def _perhaps(about: _About) -> list[str]:
    """Return who is told only if connected."""
    if about.is_advance:
        return []
    return list(about.arrival.notify_parties) if about.arrival else []


def _addressees(about: _About, connected: frozenset[str]) -> list[_Addressee]:
    first, *_others = about.filings
    if about.is_advance:
        filings = {filing.part.mrn: filing for filing in about.filings}
        people = about.event.data["people"]
        return [_Addressee(eori=eori, filing=filings.get(mrn, first)) for mrn, eori in people]
    arrival = about.arrival
    found = []
    if arrival and arrival.notified_by:
        found.append(
            _Addressee(eori=arrival.notified_by, filing=first, notifier=arrival.notified_by)
        )
    found += [
        _Addressee(eori=eori, filing=first, notify_party=eori)
        for eori in _perhaps(about)
        if eori in connected
    ]
    if replaces_notice(first.part.document):
        found += [_Addressee(eori=filing.part.sender, filing=filing) for filing in about.filings]
    return list({(who.eori, who.filing.part.mrn): who for who in reversed(found)}.values())[::-1]


def _draft(about: _About, who: _Addressee) -> Draft:
    part = who.filing.part
    return Draft(
        kind="IE3N09" if about.is_advance else "IE3N08",
        channel="trader",
        recipient=who.eori,
        event_id=about.event.id,
        ens=about.ens.pk,
        ens_version=about.event.data["version"],
        mrn=part.mrn,
        lrn=part.lrn if who.eori == part.sender else "",
    )


def _body(about: _About, who: _Addressee, at: datetime) -> bytes:
    control, document = about.measure.control, who.filing.part.document
    representative = document.representative
    told = ControlNotice(
        document=document,
        mrn=who.filing.part.mrn,
        declarant=document.declarant.identifier or "",
        representative=(representative.identifier or "") if representative else "",
        office=about.measure.place,
        place=control.location,
        subject=about.measure.subject,
        reference=who.filing.reference,
        scheduled_at=control.scheduled_at,
        notifier=who.notifier,
        notify_party=who.notify_party,
    )
    return (write_advance_notice if about.is_advance else write_control)(told, at=at)
