"""A rule and how the functions that judge it are registered under its official number.

A test gets a group and the facts of the declaration and returns whether the rule is satisfied.
For a rule whose scope is a single value the group is the one that holds it, and the test runs only
where the value is there.
"""

from collections.abc import Callable
from typing import TypeAlias

import msgspec

from messaging.formats.ics1.rules.facts import Facts
from messaging.formats.ics1.tree import Group

Test: TypeAlias = Callable[[Group, Facts], bool]
Family: TypeAlias = Callable[[list[str]], Test]
TESTS: dict[tuple[str, str], Test] = {}
FAMILIES: dict[str, Family] = {}


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """A rule as one profile has it.

    `number` is national, `rule` the EU number or empty. `group` is the name of the element that is
    judged, `value` that of the single value in it, empty where the group itself is judged.
    `place` orders the findings: first by `place[0]`, then by occurrence, then by `place[1]`.
    """

    number: str
    rule: str
    group: str
    value: str
    kind: str
    targets: tuple[str, ...]
    place: tuple[int, int]
    text: str
    test: Test


def rule(number: str, variant: str = "") -> Callable[[Test], Test]:
    """Register the test of a rule; its docstring is the sentence that a trader reads."""

    def register(test: Test) -> Test:
        TESTS[number, variant] = test
        return test

    return register


def family(function: Family) -> Family:
    """Register a maker of tests for rules that differ only in element names.

    Its docstring is the sentence, with {field} and {group} for what is judged.
    """
    FAMILIES[function.__name__] = function
    return function
