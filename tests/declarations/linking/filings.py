"""Filings of ICS2 as documents, small and quickly made."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import count

import msgspec

from declarations.document import (
    Consignment,
    Document,
    GoodsItem,
    Means,
    Party,
    SupplementaryDeclarant,
    SupportingDocument,
)
from tests.pipeline.conftest import AT

CARRIER = "DK10103940"
_lrns = count(1)


def bill(number: str) -> SupportingDocument:
    return SupportingDocument(type="N704", reference=number)


def house_bill(number: str) -> SupportingDocument:
    return SupportingDocument(type="N714", reference=number)


def named(people: Sequence[str]) -> tuple[SupplementaryDeclarant, ...]:
    return tuple(SupplementaryDeclarant(identifier=eori, level="1") for eori in people)


def goods() -> GoodsItem:
    return GoodsItem(
        number=1,
        declared_number=1,
        description="Ceramic tiles",
        commodity_code="690721",
        gross_mass=Decimal(1000),
        place_of_loading="CNSHA",
        place_of_unloading="NLRTM",
    )


def _document(kind: str, declarant: str, consignment: Consignment, **more: object) -> Document:
    values: dict[str, object] = {
        "type": kind,
        "lrn": f"LRN-{next(_lrns)}",
        "transport_mode": "1",
        "office_of_first_entry": "",
        "declarant": Party(identifier=declarant, name="A firm"),
        "carrier": Party(identifier=CARRIER),
        "consignments": (consignment,),
        "declared_at": AT,
    }
    return Document(**(values | more))  # type: ignore[arg-type]


def master(number: str, declarant: str, people: Sequence[str]) -> Document:
    """Return an F12 that names who files the houses below it."""
    consignment = Consignment(
        key=f"N704/{number}",
        items=(goods(),),
        level="master",
        transport_documents=(bill(number),),
        supplementary_declarants=named(people),
    )
    return _document(
        "F12",
        declarant,
        consignment,
        office_of_first_entry="NL000396",
        means=Means(identification="9074729"),
        transport_documents=(bill(number),),
        supplementary_declarants=named(people),
    )


def air_master(number: str, declarant: str, people: Sequence[str]) -> Document:
    """Return an F21 that names who files the houses below it."""
    above = master(number, declarant, people)
    paper = SupportingDocument(type="N741", reference=number)
    (consignment,) = above.consignments
    return msgspec.structs.replace(
        above,
        type="F21",
        transport_mode="4",
        means=None,
        conveyance_reference="KL0896",
        transport_documents=(paper,),
        consignments=(
            msgspec.structs.replace(
                consignment, key=f"N741/{number}", transport_documents=(paper,)
            ),
        ),
    )


def air_house(
    kind: str,
    number: str,
    own: str,
    declarant: str,
    people: Sequence[str] = (),
    *,
    carrier: str = CARRIER,
    **said: object,
) -> Document:
    """Return a house by air; without the number of the master in an F23 or F32.

    What is `said` is about its goods.
    """
    knows_master = kind not in ("F23", "F30", "F32")
    consignment = Consignment(
        key=f"N703/{own}",
        items=(msgspec.structs.replace(goods(), **said),),
        level="house",
        transport_documents=(SupportingDocument(type="N703", reference=own),),
        master_documents=(
            (SupportingDocument(type="N741", reference=number),) if knows_master else ()
        ),
        carrier=Party(identifier=carrier),
        supplementary_declarants=named(people),
    )
    more = {"addressed_state": "NL"} if kind != "F30" else {"office_of_first_entry": "NL000396"}
    return _document(
        kind, declarant, consignment, transport_mode="4", carrier=Party(identifier=carrier), **more
    )


def house(kind: str, number: str, own: str, declarant: str, people: Sequence[str] = ()) -> Document:
    """Return an F14, F15 or F16 below a master's document, perhaps with others below it."""
    consignment = Consignment(
        key=f"N714/{own}",
        items=(goods(),) if kind != "F16" else (),
        level="house",
        transport_documents=(house_bill(own),),
        master_documents=(bill(number),),
        carrier=Party(identifier=CARRIER),
        supplementary_declarants=named(people),
    )
    return _document(kind, declarant, consignment, addressed_state="NL")
