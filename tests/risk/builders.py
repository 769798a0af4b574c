"""A valid declaration by sea for tests of risk, and small changes to it."""

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
    Seal,
    SupportingDocument,
)
from risk.engine.subject import Context

MRN = "26NL0003960000S012"
RECEIVED_AT = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
CONTAINER = "DMOU1000014"


def item(number: int = 1, **overrides: object) -> GoodsItem:
    """Return a goods item that no illustrative rule finds."""
    bill = SupportingDocument(type="N705", reference="NKL7781")
    base = GoodsItem(
        number=number,
        description="Ceramic floor tiles on pallets",
        commodity_code="690721",
        gross_mass=Decimal(20_500),
        documents=(bill,),
        containers=(CONTAINER,),
        packages=(Packages(kind="PX", packages=20, marks="TILES 1-20"),),
    )
    return msgspec.structs.replace(base, **overrides)


def document(items: tuple[GoodsItem, ...] | None = None, **overrides: object) -> Document:
    """Return a deep-sea declaration that no illustrative rule finds, with one goods item."""
    goods = (item(),) if items is None else items
    base = Document(
        type="IE315",
        lrn="ENS-0001",
        transport_mode="1",
        office_of_first_entry="NL000396",
        expected_arrival=datetime(2026, 12, 1, 6, 0, tzinfo=UTC),
        means=Means(identification="4000010", nationality="PA"),
        conveyance_reference="VOY123",
        place_of_loading="CNSHA",
        place_of_unloading="NLRTM",
        itinerary=("CN", "NL"),
        declarant=Party(identifier="NL900000011"),
        consignor=Party(name="Foshan Tiles Co", city="Foshan", country="CN"),
        consignee=Party(identifier="NL900000033", name="Polder Fruit Import BV", country="NL"),
        seals=(Seal(identity="EC44718"),),
        consignments=(
            Consignment(
                key="N705:NKL7781",
                items=goods,
                transport_documents=(SupportingDocument(type="N705", reference="NKL7781"),),
            ),
        ),
    )
    return msgspec.structs.replace(base, **overrides)


def context(**overrides: object) -> Context:
    """Return the circumstances of the first version of a declaration."""
    return msgspec.structs.replace(Context(mrn=MRN, received_at=RECEIVED_AT), **overrides)
