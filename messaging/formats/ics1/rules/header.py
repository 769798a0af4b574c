"""Rules about the header: mode, means, conveyance, totals."""

from decimal import Decimal

from messaging.formats.ics1.rules.facts import BULK, Facts
from messaging.formats.ics1.rules.forms import is_conveyance, is_flight, is_ship, number
from messaging.formats.ics1.rules.rule import rule
from messaging.formats.ics1.tree import Group

MEANS = "IdeOfMeaOfTraCroHEA85"
NATIONALITY = "NatOfMeaOfTraCroHEA87"
CONVEYANCE = "ConRefNumHEA"
TOTAL_ITEMS = "TotNumOfIteHEA305"
TOTAL_PACKAGES = "TotNumOfPacHEA306"
TOTAL_MASS = "TotGroMasHEA307"
CIRCUMSTANCES = frozenset("ABCDE")
NATIONAL_CIRCUMSTANCES = frozenset("CDE")
_TOLERANCE, _TOLERANCE_PER_ITEM = Decimal("0.0001"), Decimal("1e-16")


@rule("8107")
def ship_is_named(group: Group, facts: Facts) -> bool:
    """The identity of the means of transport is required for modes 1 and 8."""
    return facts.mode not in (1, 8) or MEANS in group.values


@rule("8108")
def nationality_with_means(group: Group, facts: Facts) -> bool:
    """The nationality is required with the identity of the means for modes 3, 10 and 11."""
    applies = facts.mode_text in ("3", "10", "11") and MEANS in group.values
    return not applies or NATIONALITY in group.values


@rule("8109")
def total_packages_with_packages(group: Group, facts: Facts) -> bool:
    """The total number of packages is required where an item gives packages."""
    return not facts.packages or TOTAL_PACKAGES in group.values


@rule("8111")
def circumstance_c_by_road(_group: Group, facts: Facts) -> bool:
    """Specific circumstance C is for mode 3 (road) only."""
    return facts.circumstance != "C" or facts.mode not in (1, 2, 4, 8, 10, 11)


@rule("8112")
def circumstance_d_by_rail(_group: Group, facts: Facts) -> bool:
    """Specific circumstance D is for mode 2 (rail) only."""
    return facts.circumstance != "D" or facts.mode not in (1, 3, 4, 8, 10, 11)


@rule("8689")
def mode_is_known(_group: Group, facts: Facts) -> bool:
    """The mode of transport at the border must be 1, 2, 3, 4, 8, 10 or 11."""
    return facts.mode in (1, 2, 3, 4, 8, 10, 11)


@rule("8113")
def aircraft_is_not_named(group: Group, facts: Facts) -> bool:
    """The identity of the means of transport is not given for mode 4 (air)."""
    return facts.mode != 4 or MEANS not in group.values


@rule("8114", "HEAHEA")
def ship_number(group: Group, facts: Facts) -> bool:
    """The identity of a ship must be its IMO number (7 digits) or ENI number (8 digits)."""
    found = group.values.get(MEANS)
    return found is None or facts.mode not in (1, 8) or is_ship(found)


@rule("8115")
def nationality_only_on_road(group: Group, facts: Facts) -> bool:
    """The nationality is given only for modes 3, 10 and 11, with the identity of the means."""
    allowed = facts.mode in (3, 10, 11) and MEANS in group.values
    return NATIONALITY not in group.values or allowed


@rule("8116")
def no_total_without_packages(group: Group, facts: Facts) -> bool:
    """The total number of packages is not given where no item gives packages."""
    return TOTAL_PACKAGES not in group.values or bool(facts.packages)


@rule("8206", "current")
def total_items_if_given(group: Group, facts: Facts) -> bool:
    """The total number of items must be the number of goods items."""
    return TOTAL_ITEMS not in group.values or total_items(group, facts)


@rule("8206", "old")
def total_items(group: Group, facts: Facts) -> bool:
    """The total number of items must be the number of goods items."""
    return number(group.values.get(TOTAL_ITEMS)) == len(facts.items)


@rule("8117")
def total_packages(group: Group, facts: Facts) -> bool:
    """The total number of packages must be packages plus pieces plus one for each bulk line."""
    if TOTAL_PACKAGES not in group.values:
        return True
    lines = facts.packages
    counted = sum(
        number(line.values.get(name)) or 0
        for line in lines
        for name in ("NumOfPacGS24", "NumOfPieGS25")
    )
    bulk = sum(line.text("KinOfPacGS23") in BULK for line in lines)
    return number(group.values[TOTAL_PACKAGES]) == counted + bulk


@rule("8118")
def flight_number(group: Group, facts: Facts) -> bool:
    """The conveyance reference number must be an IATA flight number for mode 4 (air)."""
    return facts.mode != 4 or is_flight(group.values.get(CONVEYANCE, ""))


@rule("8685")
def sea_conveyance(group: Group, facts: Facts) -> bool:
    """A conveyance reference that begins with XFER must go on with letters or digits."""
    found = group.values.get(CONVEYANCE)
    return facts.mode != 1 or found is None or is_conveyance(found)


@rule("8691", "EU")
def circumstance_is_known(group: Group, facts: Facts) -> bool:
    """The specific circumstance indicator must be A, B, C, D or E."""
    return "SpeCirIndHEA1" not in group.values or facts.circumstance in CIRCUMSTANCES


@rule("8691", "GB")
def circumstance_is_national(group: Group, facts: Facts) -> bool:
    """The specific circumstance indicator must be C, D or E."""
    return "SpeCirIndHEA1" not in group.values or facts.circumstance in NATIONAL_CIRCUMSTANCES


@rule("8686")
def total_mass(group: Group, facts: Facts) -> bool:
    """The total gross mass must not be less than the sum of the items' gross masses."""
    declared = group.values.get(TOTAL_MASS)
    masses = [item.values["GroMasGDS46"] for item in facts.items if "GroMasGDS46" in item.values]
    if declared is None or "+" in declared or any("+" in mass for mass in masses):
        return True
    total = number(declared)
    if total is None:
        return False
    slack = _TOLERANCE + total * len(masses) * _TOLERANCE_PER_ITEM
    return sum((number(mass) or 0 for mass in masses), Decimal(0)) <= total + slack
