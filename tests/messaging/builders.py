"""Small valid declarations as XML, for tests; every element can be changed by its path."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal

import msgspec

from declarations.document import (
    Consignment,
    Document,
    GoodsItem,
    Means,
    Packages,
    Party,
    SupportingDocument,
)
from messaging.formats.answers import Envelope
from messaging.formats.ics1.markup import write
from messaging.formats.ics1.reading import consignment_key, transport_documents
from messaging.formats.ics1.writing import write_declaration

PREPARED_AT = datetime(2026, 11, 22, 10, 30, tzinfo=UTC)
LODGER = "NL123456789"
OFFICE = "NL000396"
MRN = "26NL000396ABCD56T0"


def envelope(**changes: str | None) -> Envelope:
    """Return an envelope from a trader to customs."""
    base = Envelope(
        sender=LODGER, recipient="NTA.NL", message_id="M0000000000001", prepared_at=PREPARED_AT
    )
    return msgspec.structs.replace(base, **changes)


def goods_item(number: int = 1, **changes: object) -> GoodsItem:
    """Return a goods item of a sea declaration."""
    base = GoodsItem(
        number=number,
        description="Ceramic tiles",
        commodity_code="690721",
        gross_mass=Decimal("1250.5"),
        documents=(SupportingDocument(type="N705", reference=f"BL{number:06}"),),
        containers=("CSQU3054383",),
        packages=(Packages(kind="CT", packages=40, marks="TILES 1-40"),),
    )
    return msgspec.structs.replace(base, **changes)


def minimal_document(items: tuple[GoodsItem, ...] | None = None, **changes: object) -> Document:
    """Return a small sea declaration for Rotterdam that every rule accepts, as IE315."""
    goods = items or (goods_item(),)
    total = sum(packages.packages or 0 for item in goods for packages in item.packages)
    base = Document(
        type="IE315",
        lrn="LRN0000000001",
        transport_mode="1",
        means=Means(identification="9074729"),
        total_items=len(goods),
        total_packages=total,
        declaration_place="Rotterdam",
        declared_at=PREPARED_AT,
        conveyance_reference="VOY123",
        place_of_loading="CNSHA",
        place_of_unloading="NLRTM",
        office_of_first_entry=OFFICE,
        expected_arrival=datetime(2026, 12, 1, 6, 0, tzinfo=UTC),
        declarant=Party(identifier=LODGER),
        consignor=Party(
            name="Foshan Tiles Co", street="Road 1", postcode="528000", city="Foshan", country="CN"
        ),
        consignee=Party(identifier="NL987654321"),
        itinerary=("CN", "NL"),
        consignments=_consignments(goods),
    )
    return msgspec.structs.replace(base, **changes)


def _consignments(items: tuple[GoodsItem, ...]) -> tuple[Consignment, ...]:
    found: dict[str, list[GoodsItem]] = {}
    for item in items:
        transport = transport_documents(item.documents)
        found.setdefault(consignment_key(transport, item.commercial_reference), []).append(item)
    return tuple(
        Consignment(
            key=key, items=tuple(group), transport_documents=transport_documents(group[0].documents)
        )
        for key, group in found.items()
    )


def minimal_ie315(
    overrides: Mapping[str, str] | None = None,
    items: tuple[GoodsItem, ...] | None = None,
    message_id: str = "M0000000000001",
    sender: str = LODGER,
    **changes: object,
) -> bytes:
    """Return a valid IE315; `changes` are fields of the document, `overrides` texts of elements.

    An override names an element (`TraModAtBorHEA76`); its first occurrence gets the text.
    """
    document = minimal_document(items, **changes)
    body = write_declaration(document, envelope(message_id=message_id, sender=sender)).decode()
    for name, text in (overrides or {}).items():
        before, opening, rest = body.partition(f"<{name}>")
        body = before + opening + text + rest[rest.index(f"</{name}>") :]
    return body.encode()


def minimal_ie313(overrides: Mapping[str, str] | None = None, **changes: object) -> bytes:
    """Return a valid IE313 that amends the declaration `MRN`."""
    return minimal_ie315(overrides, **{"type": "IE313", "lrn": None, "mrn": MRN, **changes})  # type: ignore[arg-type]


def arrival_message(
    *mrns: str,
    message_id: str = "A0000000000001",
    sender: str = LODGER,
    office: str = OFFICE,
    **header: str,
) -> bytes:
    """Return a UK347A that lists the declarations; `header` are elements of HEAHEA."""
    content: dict[str, object] = {
        "MesSenMES3": f"{sender}/0000000001",
        "MesRecMES6": "NTA.NL",
        "DatOfPreMES9": "261122",
        "TimOfPreMES10": "1030",
        "MesIdeMES19": message_id,
        "MesTypMES20": "UK347A",
        "HEAHEA": {
            "TraModAtBorHEA76": "1",
            "InfTypHEA122": "1",
            "ArrivalReferenceNumber": f"ARR-{message_id}",
            "UniIdeDivHEA132": "9074729",
            "ActualDateOfArrival": "20261122",
            "IntendedFirstOffice": "Y",
        }
        | header,
        "CUSTOMSOFFICEOFARRIVAL": {"ReferenceNumber": office},
        "TRADERATENTRY": {"EORI": sender},
        "IMPOPE200": [{"MRN": mrn} for mrn in mrns],
    }
    return write("UK347A", content)  # type: ignore[arg-type]  # groups as plain dictionaries
