"""Rules about the way of the goods: routing, times, where means and equipment are declared."""

from collections.abc import Iterator

from messaging.formats.ics1.tree import Group
from messaging.formats.ics2.rules.facts import ITEM, Facts, country_of
from messaging.formats.ics2.rules.rule import MISSING, NOT_ALLOWED, WRONG, Fault, rule

ARRIVES_BEFORE_DEPARTURE = "103"
ARRIVAL = "estimatedDateAndTimeOfArrival"
DEPARTURES = ("actualDateAndTimeOfDeparture", "estimatedDateAndTimeOfDeparture")


def in_sequence(group: Group, name: str) -> list[Group]:
    """Return the countries of a routing in the order of their sequence numbers."""
    return sorted(group.all(name), key=lambda one: int(one.text("sequenceNumber") or 0))


@rule("R3008")
def passive_means_at_one_level(group: Group, name: str, _facts: Facts) -> Iterator[Fault]:
    """Passive means of transport are given for the house or for its items, not for both."""
    if group.name == ITEM and group.all(name) and group.parent and group.parent.all(name):
        yield Fault(group, name, NOT_ALLOWED)


@rule("R3013")
def begins_at_loading(group: Group, name: str, facts: Facts) -> Iterator[Fault]:
    """The first country of the routing is that of the place of loading."""
    yield from _at_end(group, name, 0, country_of(facts.master.first("placeOfLoading")))


@rule("R3014")
def ends_at_unloading(group: Group, name: str, facts: Facts) -> Iterator[Fault]:
    """The last country of the routing is that of the place of unloading."""
    yield from _at_end(group, name, -1, country_of(facts.master.first("placeOfUnloading")))


def _at_end(group: Group, name: str, place: int, country: str) -> Iterator[Fault]:
    routed = in_sequence(group, name)
    if routed and country and routed[place].text("country") != country:
        yield Fault(routed[place], "country", WRONG)


@rule("R3018")
def enters_where_declared(group: Group, name: str, facts: Facts) -> Iterator[Fault]:
    """The first Member State of the routing is that of the office of first entry."""
    routed = in_sequence(group, name)
    inside = [one for one in routed if one.text("country") in facts.member_states]
    if routed and (not inside or inside[0].text("country") != facts.office_country):
        yield Fault((inside or routed)[0], "country", WRONG)


@rule("R3022")
def passes_acceptance_and_delivery(group: Group, name: str, _facts: Facts) -> Iterator[Fault]:
    """The routing of a consignment has the countries of its acceptance and its delivery."""
    routed = {one.text("country") for one in group.all(name)}
    places = (group.first("placeOfAcceptance"), group.first("placeOfDelivery"))
    if routed and {country_of(place) for place in places} - {""} - routed:
        yield Fault(group.all(name)[0], "country", WRONG)


@rule("R3031")
def at_one_level(group: Group, name: str, _facts: Facts) -> Iterator[Fault]:
    """What is given for the whole consignment is not repeated at its items."""
    if group.name != ITEM or group.parent is None:
        return
    common = {_content(one) for one in group.parent.all(name)}
    for one in group.all(name):
        if _content(one) in common:
            yield Fault(one, "", NOT_ALLOWED)


def _content(group: Group) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(group.values.items()))


@rule("R3035")
def departs(group: Group, name: str, _facts: Facts) -> Iterator[Fault]:
    """The departure is given, actual or estimated."""
    for means in group.all(name):
        if not any(departure in means.values for departure in DEPARTURES):
            yield Fault(means, DEPARTURES[0], MISSING)


@rule("R3053")
def arrives_after_departure(group: Group, name: str, _facts: Facts) -> Iterator[Fault]:
    """The arrival is not before the departure."""
    left = [group.text(departure) for departure in DEPARTURES if departure in group.values]
    if name == ARRIVAL and name in group.values and left and group.text(name) < max(left):
        yield Fault(group, name, ARRIVES_BEFORE_DEPARTURE)


@rule("R3028")
def consulted(group: Group, name: str, _facts: Facts) -> Iterator[Fault]:
    """An ENS is asked for by its MRN or by a transport document."""
    if name == "MRN" and not any(
        group.has(key) for key in (name, "transportDocument", "transportDocumentHouse")
    ):
        yield Fault(group, name, MISSING)


@rule("R3034")
def addressed(group: Group, name: str, _facts: Facts) -> Iterator[Fault]:
    """A request names the office of first entry or the addressed Member State."""
    office, state = "customsOfficeOfFirstEntry", "addressedMemberState"
    if name == office and group.has(office) == group.has(state):
        yield Fault(group, name, NOT_ALLOWED if group.has(office) else MISSING)
