"""Rules about the declaration as a whole and about its offices and parties."""

from messaging.formats.ics1.rules.facts import Facts
from messaging.formats.ics1.rules.forms import is_sender, number
from messaging.formats.ics1.rules.rule import rule
from messaging.formats.ics1.tree import Group

_CONSIGNOR_FIELDS = (
    "NamCO27",
    "StrAndNumCO222",
    "PosCodCO223",
    "CitCO224",
    "CouCO225",
    "NADLNGGTCO",
)


@rule("8193")
def consignors_differ(_group: Group, facts: Facts) -> bool:
    """Consignors at items must be at least two that differ; a common one stands in the header."""
    found = facts.consignors_at_items
    if not found:
        return True
    if len(found) < 2:
        return False
    return (
        _differ({one.size() for one in found})
        or any(
            _differ({one.text(field) for one in found if field in one.values})
            for field in _CONSIGNOR_FIELDS
        )
        or _differ({one.values["TINCO259"] for one in found if "TINCO259" in one.values})
    )


def _differ(found: set[int] | set[str]) -> bool:
    return len(found) > 1


@rule("8102")
def items_are_numbered(_group: Group, facts: Facts) -> bool:
    """Item numbers must be 1, 2, 3 and so on, in the order of the items."""
    return first_misnumbered(facts.items) is None


def first_misnumbered(items: list[Group]) -> Group | None:
    """Return the first item whose number is not its place."""
    numbered = [item for item in items if "IteNumGDS7" in item.values]
    for place, item in enumerate(numbered, start=1):
        if number(item.values["IteNumGDS7"]) != place:
            return item
    return None


@rule("8688")
def packages_are_given(_group: Group, facts: Facts) -> bool:
    """At least one goods item must give its packages."""
    return any(item.all("PACGS2") for item in facts.items)


@rule("8684")
def itinerary_has_two_countries(group: Group, _facts: Facts) -> bool:
    """The itinerary must have at least two entries."""
    return len(group.all("ITI")) >= 2


@rule("4065")
def sender_is_branch(group: Group, _facts: Facts) -> bool:
    """The message sender must be an EORI, a slash and a branch number of ten digits."""
    return is_sender(group.values["MesSenMES3"])


@rule("8119", "TRACONCO1")
def consignor_in_header_only(_group: Group, facts: Facts) -> bool:
    """The consignor stands either in the header or at the items, not in both."""
    return not facts.consignors_at_items


@rule("8119", "TRACONCO2")
def consignor_at_item_only(_group: Group, facts: Facts) -> bool:
    """The consignor stands either in the header or at the items, not in both."""
    return not facts.root.all("TRACONCO1")


@rule("8204")
def consignee_without_order_bill(_group: Group, facts: Facts) -> bool:
    """A consignee in the header is not allowed where an item carries special mention 10600."""
    return facts.items_to_order == 0


@rule("8105")
def consignee_has_tin(group: Group, facts: Facts) -> bool:
    """The TIN of the consignee is required with specific circumstance E."""
    return facts.circumstance != "E" or "TINCE159" in group.values


@rule("8619")
def notify_party_with_order_bills(_group: Group, facts: Facts) -> bool:
    """A notify party in the header needs special mention 10600 at every item."""
    return facts.items_to_order == len(facts.items)


@rule("8616")
def offices_differ(group: Group, facts: Facts) -> bool:
    """The office of lodgement must not be the office of first entry."""
    office = facts.root.first("CUSOFFFENT730")
    return group.text("RefNumCOL1") != (office.text("RefNumCUSOFFFENT731") if office else "")


@rule("8692")
def lodger_is_british(group: Group, _facts: Facts) -> bool:
    """The TIN of the person lodging the declaration must begin with GB."""
    return group.values["TINPLD1"].startswith("GB")


@rule("8164")
def carrier_has_tin(group: Group, facts: Facts) -> bool:
    """The TIN of the carrier is required for modes 1, 4, 8, 10 and 11."""
    return facts.mode not in (1, 4, 8, 10, 11) or "TINTRACARENT602" in group.values


@rule("8195")
def carrier_is_another(group: Group, facts: Facts) -> bool:
    """The carrier is given only where it is not the person lodging the declaration."""
    lodger = facts.root.first("PERLODSUMDEC")
    tin = lodger.values.get("TINPLD1", "") if lodger else ""
    return group.values["TINTRACARENT602"] != tin
