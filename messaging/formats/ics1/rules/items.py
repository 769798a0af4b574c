"""Rules about a goods item and what stands on it."""

from messaging.formats.ics1.rules.facts import BULK, UNPACKED, Facts, to_order
from messaging.formats.ics1.rules.forms import is_ship, number
from messaging.formats.ics1.rules.header import MEANS
from messaging.formats.ics1.rules.rule import rule
from messaging.formats.ics1.tree import Group

PACKAGES = "NumOfPacGS24"
PIECES = "NumOfPieGS25"
MARKS = "MarNumOfPacGSL21"


@rule("8207")
def goods_are_described(group: Group, _facts: Facts) -> bool:
    """A goods description is required where no commodity code is given."""
    return bool(group.all("COMCODGODITM")) or "GooDesGDS23" in group.values


@rule("8687")
def place_of_unloading(group: Group, facts: Facts) -> bool:
    """The place of unloading is required, here or in the header, unless circumstance is E."""
    elsewhere = "PlaUnlGOOITE334" in facts.header.values or facts.circumstance == "E"
    return elsewhere or "PlaUnlGOOITE333" in group.values


@rule("8199")
def means_at_item(group: Group, facts: Facts) -> bool:
    """The means of transport is required at the item where the header does not name it."""
    elsewhere = MEANS in facts.header.values or facts.mode == 4
    return elsewhere or bool(group.all("IDEMEATRAGI970"))


@rule("8622")
def notify_party_with_order_bill(group: Group, facts: Facts) -> bool:
    """An item with special mention 10600 needs a notify party, here or in the header."""
    needed = to_order(group) and not facts.root.all("NOTPAR670")
    return not needed or bool(group.all("PRTNOT640"))


@rule("8623")
def consignee_at_item(group: Group, facts: Facts) -> bool:
    """An item without special mention 10600 needs a consignee, here or in the header."""
    needed = not facts.root.all("TRACONCE1") and not to_order(group)
    return not needed or bool(group.all("TRACONCE2"))


@rule("8103")
def mass_at_item(group: Group, facts: Facts) -> bool:
    """The gross mass is required, here or in the header, unless circumstance is E."""
    elsewhere = "TotGroMasHEA307" in facts.header.values or facts.circumstance == "E"
    return elsewhere or "GroMasGDS46" in group.values


@rule("8104")
def place_of_loading(group: Group, facts: Facts) -> bool:
    """The place of loading is required, in the header or at the item."""
    return "PlaLoaGOOITE334" in facts.header.values or "PlaLoaGOOITE333" in group.values


@rule("8170")
def documents_or_reference(group: Group, facts: Facts) -> bool:
    """Documents are required where no commercial reference number is given."""
    referenced = "ComRefNumGIM1" in group.values or "ComRefNumHEA" in facts.header.values
    return referenced or bool(group.all("PRODOCDC2"))


@rule("8135")
def payment_method_once(_group: Group, facts: Facts) -> bool:
    """The method of payment stands either in the header or at the item, not in both."""
    return "TraChaMetOfPayHEA1" not in facts.header.values


@rule("8136")
def place_of_loading_once(_group: Group, facts: Facts) -> bool:
    """The place of loading stands either in the header or at the item, not in both."""
    return "PlaLoaGOOITE334" not in facts.header.values


@rule("8171")
def place_of_unloading_once(_group: Group, facts: Facts) -> bool:
    """The place of unloading stands either in the header or at the item, not in both."""
    return "PlaUnlGOOITE334" not in facts.header.values


@rule("8624")
def no_consignee_with_order_bill(group: Group, _facts: Facts) -> bool:
    """A consignee is not allowed at an item with special mention 10600."""
    return group.parent is None or not to_order(group.parent)


@rule("8625")
def consignee_once(_group: Group, facts: Facts) -> bool:
    """The consignee stands either in the header or at the item, not in both."""
    return not facts.root.all("TRACONCE1")


@rule("8208")
def consignee_has_tin(group: Group, facts: Facts) -> bool:
    """The TIN of the consignee is required with specific circumstance E."""
    return facts.circumstance != "E" or "TINCE259" in group.values


@rule("8147")
def nationality_of_means(group: Group, facts: Facts) -> bool:
    """The nationality of the means of transport is required unless the mode is 2 (rail)."""
    return facts.mode == 2 or "NatIDEMEATRAGI973" in group.values


@rule("8198")
def means_once(_group: Group, facts: Facts) -> bool:
    """The means of transport is not given at the item where the header names it, nor for mode 4."""
    return MEANS not in facts.header.values and facts.mode != 4


@rule("8114", "IdeMeaTraGIMEATRA971")
def ship_number(group: Group, facts: Facts) -> bool:
    """The identity of a ship must be its IMO number (7 digits) or ENI number (8 digits)."""
    return facts.mode not in (1, 8) or is_ship(group.values["IdeMeaTraGIMEATRA971"])


@rule("8149")
def bulk_is_not_counted(group: Group, _facts: Facts) -> bool:
    """Bulk goods have neither a number of packages nor a number of pieces."""
    counted = PACKAGES in group.values or PIECES in group.values
    return group.text("KinOfPacGS23") not in BULK or not counted


@rule("8150")
def unpacked_goods_have_pieces(group: Group, _facts: Facts) -> bool:
    """Unpacked goods need a number of pieces and have no number of packages."""
    pieces_only = PIECES in group.values and PACKAGES not in group.values
    return group.text("KinOfPacGS23") not in UNPACKED or pieces_only


@rule("8151")
def packed_goods_have_packages(group: Group, _facts: Facts) -> bool:
    """Packed goods need a number of packages and have no number of pieces."""
    packages_only = PACKAGES in group.values and PIECES not in group.values
    return packages_only or not packed(group)


@rule("8152")
def packed_goods_have_marks(group: Group, facts: Facts) -> bool:
    """Packed goods need marks and numbers unless a specific circumstance is given."""
    excused = "SpeCirIndHEA1" in facts.header.values
    return excused or MARKS in group.values or not packed(group)


@rule("8153")
def packed_together(group: Group, facts: Facts) -> bool:
    """A number of packages of 0 needs another line with the same marks and at least one package."""
    if number(group.values.get(PACKAGES)) != 0:
        return True
    return MARKS in group.values and group.text(MARKS) in facts.packed_marks


def packed(line: Group) -> bool:
    """Return whether a package line is neither bulk nor unpacked; unknown kinds count as packed."""
    kind = line.text("KinOfPacGS23")
    return kind not in BULK and kind not in UNPACKED


@rule("8620")
def notify_party_needs_order_bill(group: Group, _facts: Facts) -> bool:
    """A notify party at an item is allowed only with special mention 10600."""
    return group.parent is not None and to_order(group.parent)


@rule("8621")
def notify_party_once(_group: Group, facts: Facts) -> bool:
    """The notify party stands either in the header or at the item, not in both."""
    return not facts.root.all("NOTPAR670")
