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
from declarations.models import Arrival, ArrivalLine, ConsignmentLife, Ens, Filing, Measure
from declarations.subjects import consignments_touched, current_document
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
    document: Document
    filings: tuple[Filing, ...]
    arrival: Arrival | None

    @property
    def is_advance(self) -> bool:
        """Whether the goods are still to come."""
        return self.event.kind == CONTROL_FOREWARNED.name


class _Addressee(msgspec.Struct, frozen=True, kw_only=True):
    """Who is told, and as whom: the one who notified, a notify party, or the one who filed."""

    eori: str
    filing: Filing
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
    for event in batch:
        own, measure = ens[event.stream or 0], measures[event.data["measure"]]
        document = current_document(own)
        if document.type in filing_types() and own.transport_mode in NOTIFIED_MODES:
            yield _About(
                event=event,
                measure=measure,
                ens=own,
                document=document,
                filings=_filings(own, document, measure),
                arrival=arrivals.get(own.pk),
            )


def _filings(ens: Ens, document: Document, measure: Measure) -> tuple[Filing, ...]:
    """Return the filings whose goods are controlled; the one of the ENS itself first."""
    keys = consignments_touched(document, measure.subject, measure.reference)
    lives = ConsignmentLife.objects.filter(filing__membership__ens=ens, key__in=keys)
    found = {life.filing_id: life.filing for life in lives.select_related("filing").order_by("pk")}
    return tuple(sorted(found.values(), key=lambda filing: (filing.mrn != ens.mrn, filing.pk)))


def _perhaps(about: _About) -> list[str]:
    """Return who is told only if connected."""
    if about.is_advance:
        return []
    return list(about.arrival.notify_parties) if about.arrival else []


def _addressees(about: _About, connected: frozenset[str]) -> list[_Addressee]:
    first, *_others = about.filings
    if about.is_advance:
        filers = {filing.sender: filing for filing in about.filings}
        people = about.event.data["people"]
        return [_Addressee(eori=eori, filing=filers.get(eori, first)) for eori in people]
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
    if replaces_notice(about.document):
        found += [_Addressee(eori=filing.sender, filing=filing) for filing in about.filings]
    return list({each.eori: each for each in reversed(found)}.values())[::-1]


def _draft(about: _About, who: _Addressee) -> Draft:
    return Draft(
        kind="IE3N09" if about.is_advance else "IE3N08",
        channel="trader",
        recipient=who.eori,
        event_id=about.event.id,
        ens=about.ens.pk,
        ens_version=about.event.data["version"],
        mrn=about.ens.mrn,
        lrn=who.filing.lrn if who.eori == who.filing.sender else "",
    )


def _body(about: _About, who: _Addressee, at: datetime) -> bytes:
    control = about.measure.control
    told = ControlNotice(
        document=about.document,
        mrn=who.filing.mrn or about.ens.mrn,
        declarant=who.filing.declarant,
        representative=who.filing.representative,
        office=about.measure.place,
        place=control.location,
        subject=about.measure.subject,
        reference=about.measure.reference,
        scheduled_at=control.scheduled_at,
        notifier=who.notifier,
        notify_party=who.notify_party,
    )
    return (write_advance_notice if about.is_advance else write_control)(told, at=at)
