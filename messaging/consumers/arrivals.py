"""Telling of houses of ICS2 that could not become arrived: IE3N07.

It goes to whoever notified the arrival, to the notify parties, and by sea to the person filing;
to the latter two if they are connected.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec

from customs_portal.accounts.querysets import connected_eoris
from customs_portal.events.models import Event
from customs_portal.findings import Finding
from declarations.document import Document, SupportingDocument
from declarations.models import Arrival, Ens
from declarations.services.matching import Declared, declared
from messaging.formats.ics2.arriving import HousesLeft, write_houses_left
from messaging.formats.ics2.writing import addressing
from messaging.outbox import Draft, number, write

KIND = "IE3N07"
WRONG_STATE = "71"
WATERBORNE = ("1", "8")


class _About(msgspec.Struct, frozen=True, kw_only=True):
    """An event with the arrival, and the house that it left behind."""

    event: Event
    arrival: Arrival
    house: Declared


def handle(batch: Sequence[Event], *, at: datetime) -> None:
    """Write one IE3N07 for each filing that stays behind and addressee."""
    found = _about(batch)
    connected = connected_eoris({eori for each in found for eori in _perhaps(each)}, at=at)
    pairs = [(each, eori) for each in found for eori in _addressees(each, connected)]
    numbered = number([_draft(each, eori) for each, eori in pairs])
    write(
        [
            own.filled(write_houses_left(_told(each, eori), at=at))
            for (each, eori), own in zip(pairs, numbered, strict=True)
        ],
        at=at,
    )


def _about(batch: Sequence[Event]) -> list[_About]:
    arrivals = Arrival.objects.in_bulk([event.data["arrival"] for event in batch])
    houses = declared(Ens.objects.in_bulk([event.stream for event in batch]))
    return [
        _About(event=event, arrival=arrivals[event.data["arrival"]], house=houses[event.stream])
        for event in batch
        if event.stream in houses and _masters(houses[event.stream])
    ]


def _perhaps(about: _About) -> list[str]:
    filers = [about.house.filings[0].sender] if about.arrival.transport_mode in WATERBORNE else []
    return [*about.arrival.notify_parties, *filers]


def _addressees(about: _About, connected: frozenset[str]) -> list[str]:
    others = (eori for eori in _perhaps(about) if eori in connected)
    return [eori for eori in dict.fromkeys((about.arrival.notified_by, *others)) if eori]


def _draft(about: _About, recipient: str) -> Draft:
    ens = about.house.ens
    return Draft(
        kind=KIND,
        channel="trader",
        recipient=recipient,
        event_id=about.event.id,
        ens=ens.pk,
        ens_version=about.event.data["version"],
        mrn=ens.mrn,
        lrn=about.house.filings[0].lrn if recipient == about.house.filings[0].sender else "",
    )


def _told(about: _About, recipient: str) -> HousesLeft:
    [document, *_others] = about.house.documents
    told, arrival = addressing(document), about.arrival
    return HousesLeft(
        mrn=about.house.ens.mrn,
        office=arrival.office,
        master=_masters(about.house)[0],
        houses=list(_houses(document)),
        findings=[_not_linked(arrival)],
        representative=told.representative,
        declarant=told.declarant,
        notifier=arrival.notified_by,
        notify_party=recipient if recipient in arrival.notify_parties else "",
    )


def _masters(house: Declared) -> list[SupportingDocument]:
    """Return the documents above, else the own one of a house that names none."""
    documents = house.documents
    above = [paper for doc in documents for paper in doc.transport_documents]
    above += [p for doc in documents for each in doc.consignments for p in each.master_documents]
    return above or [paper for doc in documents for paper in _houses(doc)]


def _houses(document: Document) -> Iterator[SupportingDocument]:
    above = {*document.transport_documents}
    for house in document.consignments:
        yield from (paper for paper in house.transport_documents if paper not in above)


def _not_linked(arrival: Arrival) -> Finding:
    return Finding(
        code=WRONG_STATE,
        location="/IE3N06/activeBorderTransportMeans",
        value=arrival.means,
        text="The house consignment is not linked to a master that arrived.",
    )
