"""A tree compiled to functions: one that tests, one that binds the values that decided.

`test` is the fast way. `bind` runs only for hits and for explanation; for the truth found it yields
the conditions that made it so, each with the value declared.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from declarations.document import Spot
from risk.engine.field import Field
from risk.engine.leaves import Resources, Test, compile_leaf
from risk.engine.readings import Reading
from risk.engine.rules import Bound
from risk.engine.tree import (
    All,
    AllItems,
    Any,
    AnyItem,
    Count,
    CountItems,
    Expression,
    Leaf,
    Not,
    Quantifier,
)


class Bind(Protocol):
    """Returns the conditions behind the truth found; `decisive` for the rule or not."""

    def __call__(self, reading: Reading, *, truth: bool, decisive: bool) -> list[Bound]: ...


@dataclass(frozen=True, slots=True)
class Condition:
    """A compiled node."""

    test: Test
    bind: Bind


def compile_tree(node: Expression, resources: Resources) -> Condition:
    """Return the compiled form of a validated tree."""
    if isinstance(node, Leaf):
        return _leaf(node, resources)
    if isinstance(node, Not):
        return _not(compile_tree(node.item, resources))
    if isinstance(node, All | Any):
        compiled = [compile_tree(part, resources) for part in node.items]
        return _all(compiled) if isinstance(node, All) else _any(compiled)
    return _quantified(node, compile_tree(node.condition, resources))


def _all(conditions: Sequence[Condition]) -> Condition:
    tests = tuple(condition.test for condition in conditions)

    def test(reading: Reading) -> bool:
        for single in tests:  # noqa: SIM110
            if not single(reading):
                return False
        return True

    return Condition(test, _bind_group(conditions, joined=True))


def _any(conditions: Sequence[Condition]) -> Condition:
    tests = tuple(condition.test for condition in conditions)

    def test(reading: Reading) -> bool:
        for single in tests:  # noqa: SIM110
            if single(reading):
                return True
        return False

    return Condition(test, _bind_group(conditions, joined=False))


def _bind_group(conditions: Sequence[Condition], *, joined: bool) -> Bind:
    """Bind all parts where each was needed, else only the parts that had the truth of the group.

    Where each was needed each has that truth, and is not tested again.
    """

    def bind(reading: Reading, *, truth: bool, decisive: bool) -> list[Bound]:
        if truth is joined:
            reasons: Sequence[Condition] = conditions
        else:
            reasons = [single for single in conditions if single.test(reading) is truth]
        alone = decisive and (truth is joined or len(reasons) == 1)
        found: list[Bound] = []
        for reason in reasons:
            found += reason.bind(reading, truth=truth, decisive=alone)
        return found

    return bind


def _not(condition: Condition) -> Condition:
    inner, inner_bind = condition.test, condition.bind

    def bind(reading: Reading, *, truth: bool, decisive: bool) -> list[Bound]:
        return inner_bind(reading, truth=not truth, decisive=decisive)

    return Condition(lambda reading: not inner(reading), bind)


def _readings(reading: Reading) -> list[Reading]:
    """Return one reading for each goods item of the declaration."""
    return [Reading(subject) for subject in reading.subject.declared.subjects()]


def _quantified(node: Quantifier, condition: Condition) -> Condition:
    single = condition.test
    test: Test
    if isinstance(node, AnyItem):
        test = lambda reading: any(map(single, _readings(reading)))  # noqa: E731
        return Condition(test, _bind_items(condition, joined=False))
    if isinstance(node, AllItems):
        test = lambda reading: all(map(single, _readings(reading)))  # noqa: E731
        return Condition(test, _bind_items(condition, joined=True))
    return _counted(node, condition)


def _bind_items(condition: Condition, *, joined: bool) -> Bind:
    def bind(reading: Reading, *, truth: bool, decisive: bool) -> list[Bound]:
        reasons = [single for single in _readings(reading) if condition.test(single) is truth]
        alone = decisive and (truth is joined or len(reasons) == 1)
        found: dict[Bound, None] = {}
        for reason in reasons:
            found |= dict.fromkeys(condition.bind(reason, truth=truth, decisive=alone))
        return list(found)

    return bind


def _counted(node: CountItems, condition: Condition) -> Condition:
    def count(reading: Reading) -> int:
        return sum(map(condition.test, _readings(reading)))

    def test(reading: Reading) -> bool:
        found = count(reading)
        return found >= node.limit if node.operator is Count.AT_LEAST else found <= node.limit

    def bind(reading: Reading, *, truth: bool, decisive: bool) -> list[Bound]:
        bound = Bound(
            field="items", operator=node.operator, value=str(count(reading)),
            threshold=str(node.limit), negated=not truth, decisive=decisive,
            spots=(Spot(kind="declaration", field="items"),),
        )  # fmt: skip
        return [bound]

    return Condition(test, bind)


def _leaf(leaf: Leaf, resources: Resources) -> Condition:
    test, matched = compile_leaf(leaf, resources)
    field = resources.catalogue[leaf.field]
    compared = ", ".join(leaf.values) or leaf.list
    name, operator, other = leaf.field, leaf.operator, leaf.other

    def bind(reading: Reading, *, truth: bool, decisive: bool) -> list[Bound]:
        found = matched(reading) if truth else ()
        value = reading[name]
        bound = Bound(
            field=name, operator=operator,
            value=value if type(value) is str else as_text(value),
            threshold=compared, matched=found, other=other,
            other_value=as_text(reading[other]) if other else "",
            negated=not truth, decisive=decisive, spots=_spots(field, reading, found),
        )  # fmt: skip
        return [bound]

    return Condition(test, bind)


def _spots(field: Field, reading: Reading, matched: tuple[str, ...]) -> tuple[Spot, ...]:
    key = (field.name, matched)
    known = reading.spots.get(key)
    if known is None:
        values = reading[field.name]
        found = matched or (values if isinstance(values, tuple) else ())
        known = reading.spots[key] = field.spots(field.name, reading.subject, found)
    return known


def as_text(value: object) -> str:
    """Return a value of a field as text: decimals without exponent, times in ISO 8601."""
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    if isinstance(value, datetime):
        return value.isoformat()
    return ", ".join(value) if isinstance(value, tuple) else str(value)
