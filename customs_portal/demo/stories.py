"""The stories of the demo as messages. All parties, ships and numbers are invented.

Story 1: bananas whose seal changes. Story 3: a declaration refused twice and then late.
"""

import hashlib
from datetime import datetime, timedelta
from decimal import Decimal

import msgspec

from customs_portal.demo.declaring import TO_ORDER, Lodging, packages, with_items
from customs_portal.demo.edits import Tree, remove, write
from customs_portal.demo.expectations import ACCEPTED, Expected, rejected
from customs_portal.demo.faults import edited
from customs_portal.demo.traffic import Sample
from declarations.document import (
    Consignment,
    Document,
    GoodsItem,
    Means,
    Party,
    Seal,
    SupportingDocument,
)

COUNTRY = "NL"
NOORD_ALBA = "4000010"
NOORD_CALA = "4000034"
STORY_3_LRN = "RF-2026-0311"


def opening(*, country: str, at: datetime) -> list[Sample]:
    """Return the first messages of stories 1 and 3; they happen in the Netherlands only."""
    if country != COUNTRY:
        return []
    return [changed_seal(at=at), twin_of_changed_seal(at=at), rejected_first(at=at)]


def changed_seal(*, at: datetime, seal: str = "EC44718") -> Sample:
    """Return story 1, step 1: bananas from Guayaquil to Rotterdam, then Antwerp."""
    lodging = Lodging(
        sender="NL900000011",
        message_id=_message_id("story1", at),
        prepared_at=at,
        document=bananas(at, seal),
    )
    return _told(lodging, "story 1", lodging.xml(), ACCEPTED, hits=frozenset({"CNT-01"}))


def twin_of_changed_seal(*, at: datetime) -> Sample:
    """Return the twin of story 1: the same trade by the same firms, loaded where no rule looks."""
    document = bananas(at, "EC44719")
    twin = msgspec.structs.replace(
        document,
        lrn=_reference("NKL-T1", at),
        place_of_loading="CMDLA",
        itinerary=("CM", "NL", "BE"),
        consignments=_in_other_container(document),
    )
    lodging = Lodging(
        sender="NL900000011", message_id=_message_id("twin1", at), prepared_at=at, document=twin
    )
    return _told(lodging, "twin of story 1", lodging.xml(), ACCEPTED)


def rejected_first(*, at: datetime) -> Sample:
    """Return story 3, step 1, refused with all its findings.

    To order but nobody to notify (C584, the item-level half of the same provision as C583), items
    numbered 1 and 3 (R007), a mass with a leading zero (no official number).
    """
    lodging = Lodging(
        sender="NL900000022",
        message_id=_message_id("story3", at),
        prepared_at=at,
        document=tiles(at),
    )
    xml = edited(
        lodging.xml(),
        (remove("NOTPAR670"), third_item_number, write("GOOITEGDS/GroMasGDS46", "09400")),
    )
    return _told(lodging, "story 3", xml, rejected(("13", "C584"), ("12", "R007"), ("12", "")))


def bananas(at: datetime, seal: str) -> Document:
    """Return what story 1 declares."""
    item = GoodsItem(
        number=1,
        description="Fresh bananas in boxes",
        commodity_code="080390",
        gross_mass=Decimal(20500),
        containers=("DMOU1000014",),
        documents=(SupportingDocument(type="N705", reference="NKL7714"),),
        packages=(packages("CT", 1080, "GUAYAS 1-1080"),),
    )
    consignor = Party(
        name="Exportadora del Guayas SA",
        street="Malecon Simon Bolivar 100",
        postcode="090313",
        city="Guayaquil",
        country="EC",
    )
    document = Document(
        type="IE315",
        lrn=_reference("NKL-S1", at),
        transport_mode="1",
        means=Means(identification=NOORD_ALBA),
        conveyance_reference="047E",
        payment_method="Z",
        place_of_loading="ECGYE",
        place_of_unloading="NLRTM",
        declaration_place="Rotterdam",
        declared_at=at,
        expected_arrival=_minute(at + timedelta(days=11)),
        office_of_first_entry="NL000396",
        subsequent_offices=("BE101000",),
        itinerary=("EC", "NL", "BE"),
        seals=(Seal(identity=seal),),
        declarant=Party(identifier="NL900000011"),
        consignor=consignor,
        consignee=Party(identifier="NL900000033"),
        consignments=(Consignment(key="", items=()),),
    )
    return with_items(document, (item,))


def _in_other_container(document: Document) -> tuple[Consignment, ...]:
    bill = SupportingDocument(type="N705", reference="NKL7715")
    item = msgspec.structs.replace(
        next(document.items()), containers=("DMOU1000098",), documents=(bill,)
    )
    return with_items(document, (item,)).consignments


def tiles(at: datetime) -> Document:
    """Return what story 3 declares, before anything of it is spoilt."""
    items = tuple(
        GoodsItem(
            number=number,
            description="Tiles",
            gross_mass=Decimal(9400),
            containers=(container,),
            special_mentions=(TO_ORDER,),
            documents=(SupportingDocument(type="N705", reference="NKL7733"),),
            packages=(packages("PX", 12, f"TILES {number}"),),
        )
        for number, container in ((1, "DMOU1000077"), (2, "DMOU1000082"))
    )
    consignor = Party(
        name="Toros Seramik Sanayi AS",
        street="Liman Yolu 7",
        postcode="33020",
        city="Mersin",
        country="TR",
    )
    document = Document(
        type="IE315",
        lrn=STORY_3_LRN,
        transport_mode="1",
        means=Means(identification=NOORD_CALA),
        conveyance_reference="112W",
        payment_method="Z",
        place_of_loading="TRMER",
        place_of_unloading="NLRTM",
        declaration_place="Rotterdam",
        declared_at=at,
        expected_arrival=_minute(at + timedelta(hours=3, minutes=10)),
        office_of_first_entry="NL000396",
        itinerary=("TR", "NL"),
        seals=(Seal(identity="TR55120"), Seal(identity="TR55121")),
        declarant=Party(identifier="NL900000022"),
        carrier=Party(identifier="NL900000011"),
        consignor=consignor,
        notify_party=Party(identifier="NL900000103"),
        consignments=(Consignment(key="", items=()),),
    )
    return with_items(document, items)


def third_item_number(root: Tree) -> None:
    """Number the second item 3 (R007)."""
    root.findall("GOOITEGDS/IteNumGDS7")[1].text = "3"


def _told(
    lodging: Lodging,
    label: str,
    xml: bytes,
    expected: Expected,
    hits: frozenset[str] = frozenset(),
) -> Sample:
    return Sample(
        index=-1,
        label=label,
        sender=lodging.sender,
        lrn=lodging.document.lrn or "",
        message_id=lodging.message_id,
        xml=xml,
        expected=expected,
        hits=hits,
    )


def _message_id(story: str, at: datetime) -> str:
    return f"S{_digest(story, at)}"


def _reference(prefix: str, at: datetime) -> str:
    return f"{prefix}-{_digest(prefix, at)[:8]}"


def _digest(name: str, at: datetime) -> str:
    return hashlib.sha256(f"{name}/{at.isoformat()}".encode()).hexdigest()[:12].upper()


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)
