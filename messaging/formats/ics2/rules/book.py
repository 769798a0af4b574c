"""The book of rules: at which elements of a message which numbers are judged."""

from collections.abc import Sequence
from functools import cache

import msgspec

from messaging.formats.ics1.tables import Element
from messaging.formats.ics2.rules import arrival, conditions, identifiers, movement
from messaging.formats.ics2.rules.rule import SENTENCES, TESTS
from messaging.formats.ics2.tables import table

MODULES = (arrival, conditions, identifiers, movement)


class Plan(msgspec.Struct, frozen=True):
    """What is judged in a group: numbers by child, and the plans of its groups by name."""

    rules: tuple[tuple[str, str], ...]
    groups: dict[str, "Plan"]


@cache
def plan(message: str) -> Plan:
    """Return what is judged in a message, from its root down."""
    return _plan(table(message))


def _plan(group: Element) -> Plan:
    return Plan(
        rules=tuple((number, child.name) for child in group.children for number in child.rules),
        groups={child.name: _plan(child) for child in group.children if child.type is None},
    )


def numbers() -> Sequence[str]:
    """Return the numbers of every rule and condition that is judged."""
    return sorted(TESTS)


def sentence(number: str) -> str:
    """Return what a rule demands."""
    return SENTENCES[number]
