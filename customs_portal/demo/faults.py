"""Faulty declarations, each with the one answer that it must get."""

from collections.abc import Callable

import msgspec
from lxml import etree

from customs_portal.demo import catalogue
from customs_portal.demo.declaring import TO_ORDER, Lodging
from customs_portal.demo.edits import (
    Edit,
    change,
    copy_text,
    insert_after,
    insert_before,
    insert_group_after,
    keep_first,
    remove,
    repeat,
    replace_group,
    total_packages,
    write,
)
from customs_portal.demo.expectations import Expected, not_read, rejected
from declarations.document import Document, Party


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """A way to get a declaration wrong; the voyage that it starts from is of kind `kind`.

    `prepare` changes what is declared without breaking a rule, `edits` change its XML, `spoil`
    changes its bytes.
    """

    name: str
    kind: str
    expected: Expected
    edits: tuple[Edit, ...] = ()
    prepare: Callable[[Document], Document] | None = None
    spoil: Callable[[bytes], bytes] | None = None

    def apply(self, lodging: Lodging) -> bytes:
        """Return the faulty message."""
        if self.prepare is not None:
            document = self.prepare(lodging.document)
            lodging = msgspec.structs.replace(lodging, document=document)
        xml = edited(lodging.xml(), self.edits) if self.edits else lodging.xml()
        return self.spoil(xml) if self.spoil is not None else xml


def edited(xml: bytes, edits: tuple[Edit, ...]) -> bytes:
    """Return the message after the edits."""
    root = etree.fromstring(xml)
    for edit in edits:
        edit(root)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def to_order(document: Document) -> Document:
    """Return the declaration with a bill to order: a notify party and no consignee (C583)."""
    items = tuple(
        msgspec.structs.replace(item, special_mentions=(TO_ORDER,)) for item in document.items()
    )
    notified = document.notify_party or document.consignee
    consignments = (msgspec.structs.replace(document.consignments[0], items=items),)
    return msgspec.structs.replace(
        document, consignments=consignments, consignee=None, notify_party=notified
    )


def to_consignee(document: Document) -> Document:
    """Return the declaration with a consignee who is named by identifier."""
    items = tuple(msgspec.structs.replace(item, special_mentions=()) for item in document.items())
    consignments = (msgspec.structs.replace(document.consignments[0], items=items),)
    return msgspec.structs.replace(
        document,
        consignments=consignments,
        consignee=catalogue.of_role("consignee")[0].party(),
        notify_party=None,
    )


def _by_carrier(document: Document) -> Document:
    """Return the declaration lodged by a person who is not the carrier and names one."""
    carrier = Party(identifier="NL900000102")
    return msgspec.structs.replace(document, carrier=carrier)


def _without_carrier(document: Document) -> Document:
    return msgspec.structs.replace(document, carrier=None)


def _to_a_named_consignee(document: Document) -> Document:
    named = next(row for row in catalogue.of_role("consignee") if not row.identifier)
    return msgspec.structs.replace(to_consignee(document), consignee=named.party())


def _elsewhere(office: str) -> str:
    """Return an office of another country."""
    return "NL000396" if office.startswith("BE") else "BE101000"


_CARRIER_ADDRESS = {
    "NamTRACARENT604": "Unnumbered Shipping Company",
    "StrNumTRACARENT607": "Quay 1",
    "PstCodTRACARENT606": "1000",
    "CtyTRACARENT603": "Port Said",
    "CouCodTRACARENT605": "EG",
}

RULE_FAULTS = (
    Fault(
        name="consignor without postcode",
        kind="deep_sea",
        edits=(remove("TRACONCO1/PosCodCO123"),),
        expected=rejected(("13", "C501")),
    ),
    Fault(
        name="name beside the declarant's identifier",
        kind="ferry_accompanied",
        prepare=_without_carrier,
        edits=(insert_before("PERLODSUMDEC/TINPLD1", "NamPLD1", "Fenland Haulage Ltd"),),
        expected=rejected(("15", "C501")),
    ),
    Fault(
        name="items do not begin at 1",
        kind="deep_sea",
        edits=(write("GOOITEGDS/IteNumGDS7", "7"),),
        expected=rejected(("12", "R007")),
    ),
    Fault(
        name="one country on the itinerary",
        kind="air",
        edits=(keep_first("ITI"),),
        expected=rejected(("13", "C570")),
    ),
    Fault(
        name="means named for a flight",
        kind="air",
        edits=(insert_after("HEAHEA/TraModAtBorHEA76", "IdeOfMeaOfTraCroHEA85", "PH-DCA"),),
        expected=rejected(("15", "C017")),
    ),
    Fault(
        name="name of the ship instead of its number",
        kind="short_sea",
        edits=(write("HEAHEA/IdeOfMeaOfTraCroHEA85", "NOORD ALBA"),),
        expected=rejected(("12", "C514")),
    ),
    Fault(
        name="truck without nationality",
        kind="ferry_accompanied",
        edits=(remove("HEAHEA/NatOfMeaOfTraCroHEA87"),),
        expected=rejected(("13", "C024")),
    ),
    Fault(
        name="nationality of a ship",
        kind="bulk",
        edits=(insert_after("HEAHEA/IdeOfMeaOfTraCroHEA85", "NatOfMeaOfTraCroHEA87", "LR"),),
        expected=rejected(("15", "C024")),
    ),
    Fault(
        name="road circumstance at sea",
        kind="deep_sea",
        edits=(insert_after("HEAHEA/DecPlaHEA394", "SpeCirIndHEA1", "C"),),
        expected=rejected(("12", "C529")),
    ),
    Fault(
        name="unknown mode",
        kind="deep_sea",
        edits=(write("HEAHEA/TraModAtBorHEA76", "5"),),
        expected=rejected(("12", "R826")),
    ),
    Fault(
        name="mode with leading zero",
        kind="deep_sea",
        edits=(write("HEAHEA/TraModAtBorHEA76", "01"),),
        expected=rejected(("12", "")),
    ),
    Fault(
        name="wrong total of packages",
        kind="air",
        edits=(change("HEAHEA/TotNumOfPacHEA306", lambda text: str(int(text) + 1)),),
        expected=rejected(("12", "R105")),
    ),
    Fault(
        name="total mass below the sum of the items",
        kind="deep_sea",
        edits=(write("HEAHEA/TotGroMasHEA307", "1"),),
        expected=rejected(("12", "TR0812")),
    ),
    Fault(
        name="no flight number",
        kind="air",
        edits=(write("HEAHEA/ConRefNumHEA", "MORNING FLIGHT"),),
        expected=rejected(("12", "TR0518")),
    ),
    Fault(
        name="neither description nor code",
        kind="short_sea",
        edits=(remove("GOOITEGDS/GooDesGDS23"), remove("GOOITEGDS/COMCODGODITM")),
        expected=rejected(("13", "C585")),
    ),
    Fault(
        name="no place of loading",
        kind="inland",
        edits=(remove("HEAHEA/PlaLoaGOOITE334"),),
        expected=rejected(("13", "C574")),
    ),
    Fault(
        name="no place of unloading",
        kind="deep_sea",
        edits=(remove("HEAHEA/PlaUnlGOOITE334"),),
        expected=rejected(("13", "C579")),
    ),
    Fault(
        name="no transport document",
        kind="rail",
        edits=(remove("GOOITEGDS/PRODOCDC2"),),
        expected=rejected(("13", "C567")),
    ),
    Fault(
        name="packages without marks",
        kind="deep_sea",
        edits=(remove("GOOITEGDS/PACGS2/MarNumOfPacGSL21"),),
        expected=rejected(("13", "C062")),
    ),
    Fault(
        name="zero packages that lie in no other",
        kind="deep_sea",
        edits=(write("GOOITEGDS/PACGS2/NumOfPacGS24", "0"), total_packages),
        expected=rejected(("12", "TR0022")),
    ),
    Fault(
        name="lodged where it enters first",
        kind="deep_sea",
        edits=(
            insert_group_after("ITI", "CUSOFFLON", "RefNumCOL1", ""),
            copy_text("CUSOFFFENT730/RefNumCUSOFFFENT731", "CUSOFFLON/RefNumCOL1"),
        ),
        expected=rejected(("12", "R827")),
    ),
    Fault(
        name="carrier is the declarant",
        kind="deep_sea",
        prepare=_by_carrier,
        edits=(copy_text("PERLODSUMDEC/TINPLD1", "TRACARENT601/TINTRACARENT602"),),
        expected=rejected(("12", "R806")),
    ),
    Fault(
        name="carrier without identifier",
        kind="deep_sea",
        prepare=_by_carrier,
        edits=(replace_group("TRACARENT601", _CARRIER_ADDRESS),),
        expected=rejected(("13", "C502")),
    ),
    Fault(
        name="method of payment twice",
        kind="road",
        edits=(insert_after("GOOITEGDS/GroMasGDS46", "MetOfPayGDI12", "D"),),
        expected=rejected(("15", "C576")),
    ),
    Fault(
        name="mass with leading zero",
        kind="deep_sea",
        edits=(change("GOOITEGDS/GroMasGDS46", lambda text: f"0{text}"),),
        expected=rejected(("12", "")),
    ),
    Fault(
        name="to order and nobody to notify",
        kind="deep_sea",
        prepare=to_order,
        edits=(remove("NOTPAR670"),),
        expected=rejected(("13", "C584")),
    ),
    Fault(
        name="to order and a consignee",
        kind="deep_sea",
        prepare=to_order,
        edits=(insert_group_after("TRACONCO1", "TRACONCE1", "TINCE159", "NL900000101"),),
        expected=rejected(("15", "C583")),
    ),
    Fault(
        name="nobody to receive the goods",
        kind="deep_sea",
        prepare=to_consignee,
        edits=(remove("TRACONCE1"),),
        expected=rejected(("13", "C584")),
    ),
    Fault(
        name="authorised operator with an unnumbered consignee",
        kind="deep_sea",
        prepare=_to_a_named_consignee,
        edits=(insert_after("HEAHEA/DecPlaHEA394", "SpeCirIndHEA1", "E"),),
        expected=rejected(("13", "C562")),
    ),
)
"""Breaches of one official rule each."""

LIFECYCLE_FAULTS = (
    Fault(
        name="enters another country first",
        kind="deep_sea",
        edits=(change("CUSOFFFENT730/RefNumCUSOFFFENT731", _elsewhere),),
        expected=rejected(("14", None)),
    ),
    Fault(
        name="sender is not the account",
        kind="deep_sea",
        edits=(write("MesSenMES3", "NL900000104"),),
        expected=rejected(("12", None)),
    ),
)
"""Messages that keep every official rule and are refused for what the portal knows."""

XML_FAULTS = (
    Fault(
        name="time of declaration missing",
        kind="deep_sea",
        edits=(remove("HEAHEA/DecDatTimHEA114"),),
        expected=not_read("13"),
    ),
    Fault(
        name="LRN too long",
        kind="air",
        edits=(change("HEAHEA/RefNumHEA4", lambda text: f"{text}-0123456789"),),
        expected=not_read("39"),
    ),
    Fault(
        name="type of message unknown",
        kind="deep_sea",
        edits=(write("MesTypMES20", "CC999A"),),
        expected=not_read("12"),
    ),
    Fault(
        name="element that does not exist",
        kind="deep_sea",
        edits=(insert_after("HEAHEA/DecPlaHEA394", "Remarks", "please hurry"),),
        expected=not_read("15"),
    ),
    Fault(
        name="person lodging twice",
        kind="deep_sea",
        edits=(repeat("PERLODSUMDEC"),),
        expected=not_read("35"),
    ),
    Fault(
        name="thirteenth month",
        kind="deep_sea",
        edits=(write("HEAHEA/DecDatTimHEA114", "202613011200"),),
        expected=not_read("51"),
    ),
    Fault(
        name="mass with four decimals",
        kind="deep_sea",
        edits=(write("GOOITEGDS/GroMasGDS46", "12.3456"),),
        expected=not_read("19"),
    ),
    Fault(
        name="cut off in transfer",
        kind="deep_sea",
        spoil=lambda xml: xml[: len(xml) // 2],
        expected=not_read("52"),
    ),
    Fault(
        name="not XML at all",
        kind="deep_sea",
        spoil=lambda xml: b'{"CC315A": {"HEAHEA": {}}}',
        expected=not_read("52"),
    ),
    Fault(
        name="bytes that are not UTF-8",
        kind="deep_sea",
        spoil=lambda xml: xml.replace(b"<DecPlaHEA394>", b"<DecPlaHEA394>\xff\xfe"),
        expected=not_read("53"),
    ),
    Fault(
        name="document type declaration",
        kind="deep_sea",
        spoil=lambda xml: xml.replace(b"?>", b'?><!DOCTYPE x [<!ENTITY a "b">]>', 1),
        expected=not_read("18"),
    ),
)
"""Messages that are not the XML that they should be."""

FAULTS = RULE_FAULTS + LIFECYCLE_FAULTS + XML_FAULTS
