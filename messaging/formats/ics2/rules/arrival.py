"""Rules about arrivals and what follows them: how goods are named, where and what is controlled."""

from collections.abc import Iterator

from messaging.formats.ics1.tree import Group
from messaging.formats.ics2.rules.facts import Facts
from messaging.formats.ics2.rules.movement import ARRIVAL
from messaging.formats.ics2.rules.rule import MISSING, NOT_ALLOWED, Fault, Need, condition, rule

NOTIFICATION = "IE3N06"
MRNS, PAPERS = "relatedMRN", "relatedTransportDocument"
SEA, AIR, INLAND_WATER = "1", "4", "8"


@condition("C3012")
def ship(group: Group, _name: str, _facts: Facts) -> Need:
    """A ship is named by its number."""
    named = group.text("ModeOfTransport") in (SEA, INLAND_WATER)
    return Need.REQUIRED if named else Need.OPTIONAL


@condition("C3019")
def flight(group: Group, _name: str, _facts: Facts) -> Need:
    """A flight is named by its conveyance reference number."""
    return Need.REQUIRED if group.text("ModeOfTransport") == AIR else Need.OPTIONAL


@condition("C3049")
def who_notifies(_group: Group, _name: str, facts: Facts) -> Need:
    """Whoever notifies an arrival says who that is."""
    return Need.REQUIRED if facts.root.name == NOTIFICATION else Need.OPTIONAL


@rule("R3027")
def expected_or_listed(group: Group, name: str, facts: Facts) -> Iterator[Fault]:
    """An arrival tells when it was expected, or the MRNs of the filings."""
    if name == ARRIVAL and name not in group.values and not facts.root.all(MRNS):
        yield Fault(group, name, MISSING)


@rule("R3048")
def one_way_of_naming(group: Group, name: str, _facts: Facts) -> Iterator[Fault]:
    """An arrival names filings by their MRNs or by transport documents, not by both."""
    if name == PAPERS and group.has(PAPERS) and group.has(MRNS):
        yield Fault(group, name, NOT_ALLOWED)


@rule("R3029")
def place_of_control(group: Group, name: str, _facts: Facts) -> Iterator[Fault]:
    """A place of examination has a name or a reference."""
    for place in group.all(name):
        if not place.values:
            yield Fault(place, "placeOfExamination", MISSING)


@rule("R3025", "R3030")
def object_meant(group: Group, name: str, _facts: Facts) -> Iterator[Fault]:
    """A control, or an instruction not to load, names at least one object."""
    for subject in group.all(name):
        if not subject.groups:
            yield Fault(subject, "", MISSING)
