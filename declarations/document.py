"""The declaration as typed data, one shape for both generations (DESIGN.md section 4).

A document is what was declared and nothing else. It is immutable; an amendment is a new document.
Masses are kilograms as decimals, times are UTC, codes are kept as declared, absent data are None.
"""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

import msgspec


class Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Base of every part of a document."""


class Party(Record, frozen=True, kw_only=True, omit_defaults=True):
    """A person: EORI or other identifier, and name with address where declared."""

    identifier: str | None = None
    name: str | None = None
    street: str | None = None
    postcode: str | None = None
    city: str | None = None
    country: str | None = None
    language: str | None = None


class SupportingDocument(Record, frozen=True, kw_only=True, omit_defaults=True):
    """A produced document: type of code list DocumentTypeCommon (`N705`) and its reference."""

    type: str
    reference: str
    language: str | None = None


class Packages(Record, frozen=True, kw_only=True, omit_defaults=True):
    """One package line: kind (UN rec. 21), number of packages or of pieces, marks."""

    kind: str
    packages: int | None = None
    pieces: int | None = None
    marks: str | None = None
    language: str | None = None


class Means(Record, frozen=True, kw_only=True, omit_defaults=True):
    """A means of transport: IMO, ENI, plate or flight identity, and nationality."""

    identification: str
    nationality: str | None = None
    language: str | None = None


class SupplyChainActor(Record, frozen=True, kw_only=True, omit_defaults=True):
    """A further person in the supply chain (ICS2): role of list CL704 (`FW`) and identifier."""

    identifier: str
    role: str


class SupplementaryDeclarant(Record, frozen=True, kw_only=True, omit_defaults=True):
    """Who has still to file what is below (ICS2); `level` is 1 for a house, 2 for a sub-house."""

    identifier: str
    level: str | None = None


class Screening(Record, frozen=True, kw_only=True, omit_defaults=True):
    """A screening before loading by air (ICS2): result of list CL726, methods of list CL724."""

    result: str
    methods: tuple[str, ...]
    document: str | None = None


class GoodsItem(Record, frozen=True, kw_only=True, omit_defaults=True):
    """One goods item with what is declared on it; header data apply to it as well."""

    number: int
    description: str | None = None
    description_language: str | None = None
    commodity_code: str | None = None
    gross_mass: Decimal | None = None
    un_number: str | None = None
    payment_method: str | None = None
    commercial_reference: str | None = None
    place_of_loading: str | None = None
    place_of_loading_language: str | None = None
    place_of_unloading: str | None = None
    place_of_unloading_language: str | None = None
    documents: tuple[SupportingDocument, ...] = ()
    special_mentions: tuple[str, ...] = ()
    containers: tuple[str, ...] = ()
    packages: tuple[Packages, ...] = ()
    means: tuple[Means, ...] = ()
    consignor: Party | None = None
    consignee: Party | None = None
    notify_party: Party | None = None
    buyer: Party | None = None
    seller: Party | None = None
    declared_number: int | None = None
    """The number within its consignment, where `number` counts through several (ICS2)."""
    other_un_numbers: tuple[str, ...] = ()
    cus_code: str | None = None
    country_of_origin: str | None = None
    actors: tuple[SupplyChainActor, ...] = ()


class Consignment(Record, frozen=True, kw_only=True, omit_defaults=True):
    """The goods of one transport document; `key` identifies it within its filing.

    In ICS2 `level` is `master` or `house`; `master_documents` and `carrier` are what a house filing
    says of what is above it.
    """

    key: str
    items: tuple[GoodsItem, ...]
    transport_documents: tuple[SupportingDocument, ...] = ()
    level: str | None = None
    master_documents: tuple[SupportingDocument, ...] = ()
    carrier: Party | None = None
    supplementary_declarants: tuple[SupplementaryDeclarant, ...] = ()
    receptacles: tuple[str, ...] = ()
    place_of_acceptance: str | None = None
    place_of_delivery: str | None = None
    itinerary: tuple[str, ...] = ()
    gross_mass: Decimal | None = None
    commercial_reference: str | None = None
    actors: tuple[SupplyChainActor, ...] = ()


class Seal(Record, frozen=True, kw_only=True, omit_defaults=True):
    """A seal; in ICS phase 1 seals are given for the whole declaration."""

    identity: str
    language: str | None = None


class Document(Record, frozen=True, kw_only=True, omit_defaults=True):
    """One declaration as lodged (IE315, IE3Fxx) or as replaced by an amendment (IE313, IE3Axx).

    A filing of ICS2 that names no office of first entry has an empty one, and says to which State
    it is addressed; one that does not tell when the means arrives has no expected arrival.
    """

    type: str
    """Filing type: `IE315`, or an ICS2 type such as `F10`."""
    transport_mode: str
    """Mode at the border as a number without leading zero: 1, 2, 3, 4, 8, 10, 11."""
    office_of_first_entry: str
    declarant: Party
    consignments: tuple[Consignment, ...]
    expected_arrival: datetime | None = None
    lrn: str | None = None
    mrn: str | None = None
    declaration_place: str | None = None
    declaration_place_language: str | None = None
    declared_at: datetime | None = None
    specific_circumstance: str | None = None
    payment_method: str | None = None
    commercial_reference: str | None = None
    conveyance_reference: str | None = None
    place_of_loading: str | None = None
    place_of_loading_language: str | None = None
    place_of_unloading: str | None = None
    place_of_unloading_language: str | None = None
    means: Means | None = None
    total_items: int | None = None
    total_packages: int | None = None
    total_gross_mass: Decimal | None = None
    representative: Party | None = None
    carrier: Party | None = None
    consignor: Party | None = None
    consignee: Party | None = None
    notify_party: Party | None = None
    itinerary: tuple[str, ...] = ()
    office_of_lodgement: str | None = None
    subsequent_offices: tuple[str, ...] = ()
    seals: tuple[Seal, ...] = ()
    buyer: Party | None = None
    seller: Party | None = None
    addressed_state: str | None = None
    transport_documents: tuple[SupportingDocument, ...] = ()
    supplementary_declarants: tuple[SupplementaryDeclarant, ...] = ()
    receptacles: tuple[str, ...] = ()
    actual_departure: datetime | None = None
    estimated_departure: datetime | None = None
    re_entry: bool = False
    split_consignment: bool = False
    previous_mrn: str | None = None
    previous_document: str | None = None
    screenings: tuple[Screening, ...] = ()
    actors: tuple[SupplyChainActor, ...] = ()
    master_items: tuple[GoodsItem, ...] = ()
    """What the master says of goods that the houses below it declare (ICS2)."""

    def items(self) -> Iterator[GoodsItem]:
        """Yield every goods item in the order of its number."""
        found = [item for consignment in self.consignments for item in consignment.items]
        yield from sorted(found, key=lambda item: item.number)

    def weight(self) -> int:
        """Return how many consignments and goods items are to be read."""
        return sum(1 + len(consignment.items) for consignment in self.consignments)

    def effective_carrier(self) -> Party:
        """Return the carrier, who is the declarant where no carrier is named."""
        return self.carrier or self.declarant


class Spot(Record, frozen=True, kw_only=True, omit_defaults=True):
    """Where something is declared, within one filing version.

    `kind` is `declaration`, `consignment`, `item`, `equipment` or `party`; `reference` is the
    consignment key, the item number, the container number or the role of the party, and empty for
    the declaration itself. `field` is the name in the catalogue of risk fields, or empty.
    """

    kind: str
    reference: str = ""
    field: str = ""


def encode(document: Document) -> bytes:
    """Return the document as JSON, the form in which it is stored."""
    return msgspec.json.encode(document)


_decoder = msgspec.json.Decoder(Document)


def decode(data: bytes | str) -> Document:
    """Return the document stored by `encode`.

    Raises msgspec.ValidationError for anything that is not a document.
    """
    return _decoder.decode(data)
