"""Conditions: what must, may or must not be given, by what else is declared."""

from messaging.formats.ics1.rules.facts import BULK, UNPACKED
from messaging.formats.ics1.tree import Group
from messaging.formats.ics2.rules.facts import ITEM, Facts, around, country_of, informed
from messaging.formats.ics2.rules.rule import Need, condition
from messaging.formats.ics2.tables import code_list

TO_ORDER, LOW_VALUE = "10600", "10900"
NATURAL_PERSON = "1"


def _required_if(truth: bool, otherwise: Need = Need.OPTIONAL) -> Need:  # noqa: FBT001
    return Need.REQUIRED if truth else otherwise


@condition("C3001")
def previous_mrn(group: Group, _name: str, _facts: Facts) -> Need:
    """The previous MRN is given for a split consignment, and for no other."""
    return _required_if(group.text("splitConsignmentIndicator") == "1", Need.FORBIDDEN)


@condition("C3003", "C3004", "C3005", "C3006", "C3007", "C3008")
def place(group: Group, _name: str, _facts: Facts) -> Need:
    """A place is given by its UN/LOCODE, or else by location and country."""
    return _required_if("UNLOCODE" not in group.values, Need.FORBIDDEN)


@condition("C3013", "C3014", "C3050", "C3051")
def equipment(group: Group, name: str, _facts: Facts) -> Need:
    """Containers are given for goods in containers, and for no others."""
    indicated = around(group, "containerIndicator")
    if indicated is None or indicated.text("containerIndicator") != "1":
        return Need.FORBIDDEN
    at_items = any(item.all(name) for item in group.all(ITEM))
    return _required_if(group.name != ITEM and not at_items)


@condition("C3015", "C3016", "C3017", "C3018")
def seals(group: Group, _name: str, _facts: Facts) -> Need:
    """Seals are named where their number is given."""
    return _required_if(group.text("numberOfSeals").strip("0") != "")


@condition("C3020")
def delivered_in_the_union(group: Group, _name: str, facts: Facts) -> Need:
    """It is required where the place of delivery is in a Member State."""
    return _required_if(country_of(group.first("placeOfDelivery")) in facts.member_states)


@condition("C3021", "C3022")
def consignee(group: Group, _name: str, _facts: Facts) -> Need:
    """The consignee is required unless the bill is to order (additional information 10600)."""
    return _required_if(not _to_order(group))


@condition("C3023", "C3024")
def notify_party(group: Group, _name: str, _facts: Facts) -> Need:
    """The notify party is required where the bill is to order (additional information 10600)."""
    return _required_if(_to_order(group))


def _to_order(group: Group) -> bool:
    above = group.parent
    return informed(group, TO_ORDER) or (above is not None and informed(above, TO_ORDER))


@condition("C3025", "C3048")
def commodity_code(group: Group, _name: str, _facts: Facts) -> Need:
    """The commodity code is required unless consignor and consignee are both natural persons."""
    consignment = around(group, ITEM)
    roles = ("consignor", "consignee")
    holders = [one for one in (consignment, consignment and consignment.parent) if one]
    parties = [next((h.first(role) for h in holders if h.has(role)), None) for role in roles]
    kinds = {one.text("typeOfPerson") if one else "" for one in parties}
    return _required_if(kinds != {NATURAL_PERSON})


@condition("C3034")
def postcode(group: Group, _name: str, _facts: Facts) -> Need:
    """The postcode is required in countries that have postcodes."""
    return _required_if(group.text("country") not in code_list("CL733-C"))


@condition("C3035", "C3036")
def counted_packages(group: Group, _name: str, _facts: Facts) -> Need:
    """Number and marks of packages are given for packed goods, not for bulk or unpacked ones."""
    return _required_if(group.text("typeOfPackages") not in BULK | UNPACKED, Need.FORBIDDEN)


@condition("C3037", "C3038")
def low_value(group: Group, _name: str, _facts: Facts) -> Need:
    """It is required with a customs declaration for low value (additional information 10900)."""
    return _required_if(informed(group, LOW_VALUE) or _house_of(group, LOW_VALUE))


def _house_of(group: Group, code: str) -> bool:
    return group.name == ITEM and group.parent is not None and informed(group.parent, code)
