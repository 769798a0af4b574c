"""How rules and conditions are registered under their official number.

A test is called once for each group that may hold the element at which the tables name the number,
with the name of that element; it yields what is wrong. Its docstring is what a trader reads.
"""

from collections.abc import Callable, Iterator
from enum import Enum
from typing import TypeAlias

import msgspec

from messaging.formats.ics1.tree import Group
from messaging.formats.ics2.rules.facts import Facts

WRONG, MISSING, NOT_ALLOWED, DUPLICATE = "12", "13", "15", "26"


class Fault(msgspec.Struct, frozen=True):
    """What is wrong: the group, the child at fault (empty for the group itself), the code."""

    group: Group
    name: str
    code: str


class Need(Enum):
    """What a condition makes of an element."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    FORBIDDEN = "forbidden"


Test: TypeAlias = Callable[[Group, str, Facts], Iterator[Fault]]
Condition: TypeAlias = Callable[[Group, str, Facts], Need]
TESTS: dict[str, Test] = {}
SENTENCES: dict[str, str] = {}


def rule(*numbers: str) -> Callable[[Test], Test]:
    """Register the test of a rule under its numbers."""

    def register(test: Test) -> Test:
        for number in numbers:
            TESTS[number] = test
            SENTENCES[number] = test.__doc__ or ""
        return test

    return register


def condition(*numbers: str) -> Callable[[Condition], Condition]:
    """Register a condition: what it requires is given, what it forbids is not."""

    def register(asked: Condition) -> Condition:
        def test(group: Group, name: str, facts: Facts) -> Iterator[Fault]:
            need = asked(group, name, facts)
            if need is Need.REQUIRED and not group.has(name):
                yield Fault(group, name, MISSING)
            elif need is Need.FORBIDDEN and group.has(name):
                yield Fault(group, name, NOT_ALLOWED)

        for number in numbers:
            TESTS[number] = test
            SENTENCES[number] = asked.__doc__ or ""
        return asked

    return register
