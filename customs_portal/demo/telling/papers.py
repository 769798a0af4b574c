"""The papers of the stories: declarations by sea, amendments, arrivals, diversions, requests."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

import msgspec

from customs_portal.demo.declaring import packages, with_items
from declarations.document import (
    Consignment,
    Document,
    GoodsItem,
    Means,
    Party,
    Seal,
    SupportingDocument,
)
from messaging.formats.answers import DeclarationsAnswer, Envelope, Transmission
from messaging.formats.ics1.arriving import ArrivalRequest, ArrivedGoods, write_arrival
from messaging.formats.ics1.responding import write_declarations
from messaging.formats.ics1.sending import (
    BY_KEY,
    BY_MRN,
    write_declarations_request,
    write_diversion,
)
from messaging.formats.requests import (
    DeclarationsRequest,
    DiversionRequest,
    EntryKey,
    Operation,
)

CARRIER = "NL900000011"
FORWARDER = "NL900000022"
ROTTERDAM = "NL000396"
ANTWERP = "BE101000"


class Goods(msgspec.Struct, frozen=True, kw_only=True):
    """The one item of a declaration: what it is, in what, under which bill."""

    description: str
    code: str | None
    mass: int
    count: int
    bill: str
    container: str = ""
    kind: str = "CT"
    un_number: str | None = None

    def item(self) -> GoodsItem:
        """Return it as declared."""
        return GoodsItem(
            number=1,
            description=self.description,
            commodity_code=self.code,
            un_number=self.un_number,
            gross_mass=Decimal(self.mass),
            containers=(self.container,) if self.container else (),
            documents=(SupportingDocument(type="N705", reference=self.bill),),
            packages=(packages(self.kind, self.count, f"{self.bill} 1-{self.count}"),),
        )


class Voyage(msgspec.Struct, frozen=True, kw_only=True):
    """A ship on its way to us."""

    ship: str
    number: str
    loading: str
    arrives: datetime
    mode: str = "1"
    office: str = ROTTERDAM
    unloading: str = "NLRTM"
    then: tuple[str, ...] = ()


def declaration(
    lrn: str, voyage: Voyage, goods: Goods, *, at: datetime, declarant: str, **more: object
) -> Document:
    """Return an IE315 of one item on a voyage; `more` are fields of the document."""
    offices = (voyage.office, *voyage.then)
    base = Document(
        type="IE315",
        lrn=lrn,
        transport_mode=voyage.mode,
        means=Means(identification=voyage.ship),
        conveyance_reference=voyage.number,
        payment_method="Z",
        place_of_loading=voyage.loading,
        place_of_unloading=voyage.unloading,
        declaration_place="Rotterdam",
        declared_at=at,
        expected_arrival=voyage.arrives.replace(second=0, microsecond=0),
        office_of_first_entry=voyage.office,
        subsequent_offices=voyage.then,
        itinerary=(voyage.loading[:2], *dict.fromkeys(office[:2] for office in offices)),
        seals=(Seal(identity=f"SL{goods.bill[-4:]}"),) if goods.container else (),
        declarant=Party(identifier=declarant),
        consignments=(Consignment(key="", items=()),),
    )
    return msgspec.structs.replace(with_items(base, (goods.item(),)), **more)


def amendment(document: Document, mrn: str, *, at: datetime, **changes: object) -> Document:
    """Return the IE313 that replaces a declaration by one with these changes."""
    base = msgspec.structs.replace(document, type="IE313", lrn=None, mrn=mrn, declared_at=at)
    return msgspec.structs.replace(base, **changes)


def with_goods(document: Document, **changes: object) -> Document:
    """Return the declaration with its one item changed."""
    item = msgspec.structs.replace(next(document.items()), **changes)
    return with_items(document, (item,))


def arrival(voyage: Voyage, mrns: Sequence[str], envelope: Envelope) -> bytes:
    """Return the UK347A of a ship that arrived today and lists declarations."""
    request = ArrivalRequest(
        sender=f"{envelope.sender}/0000000001",
        information_type=BY_MRN,
        reference=f"ARR-{envelope.message_id}",
        transport_mode=voyage.mode,
        means=voyage.ship,
        expected_on=None,
        arrived_on=envelope.prepared_at.date(),
        intended_office=True,
        office=voyage.office,
        trader=envelope.sender,
        goods=tuple(ArrivedGoods(mrn=mrn, country="", items=()) for mrn in mrns),
    )
    return write_arrival(request, envelope)


def diversion(voyage: Voyage, envelope: Envelope, *, reference: str, to: str) -> bytes:
    """Return the IE323 by which a ship goes to another office, by its entry key."""
    key = EntryKey(
        transport_mode=voyage.mode,
        means=voyage.ship,
        expected_on=voyage.arrives.date(),
        country=voyage.office[:2],
        office="",
    )
    request = DiversionRequest(
        information_type=BY_KEY,
        reference=reference,
        key=key,
        actual_office=to,
        requester=Party(identifier=envelope.sender),
    )
    return write_diversion(request, envelope)


def declarations_request(
    mrns: Sequence[str], envelope: Envelope, *, reference: str, office: str
) -> bytes:
    """Return the IE302 by which the office where a ship arrived asks us for declarations."""
    key = EntryKey(transport_mode="1", means="", expected_on=None, country="", office="")
    request = DeclarationsRequest(
        information_type=BY_MRN,
        reference=reference,
        key=key,
        actual_office=office,
        operations=tuple(Operation(mrn=mrn) for mrn in mrns),
    )
    return write_declarations_request(request, envelope)


def declaration_given(
    request: DeclarationsRequest, mrn: str, document: Document, envelope: Envelope
) -> bytes:
    """Return the IE303 by which another State gives the one declaration that we asked for."""
    lodged_at = document.declared_at or envelope.prepared_at
    given = Transmission(
        envelope=envelope,
        document=document,
        mrn=mrn,
        registered_at=lodged_at,
        submitted_at=lodged_at,
    )
    return write_declarations(
        DeclarationsAnswer(
            envelope=envelope,
            reference=request.reference,
            office=request.actual_office,
            declarations=[given],
        )
    )
