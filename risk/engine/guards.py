"""The most selective necessary condition of a rule, by which an index finds it.

A guard is a set of keys; if the rule is true, at least one of them fits the reading. It may fit
without the rule being true, so that a guard can only cost time, never a hit.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from typing import NamedTuple

from risk.engine.field import FieldType
from risk.engine.lists import ListedMembership
from risk.engine.operators import Operator
from risk.engine.resources import Resources, comparison_key, membership, phrases, thresholds
from risk.engine.tree import All, AllItems, Any, AnyItem, Count, CountItems, Expression, Leaf, Not

LISTED_SINGLY = 2_000
"""Lists up to this length stand in the index value by value, longer ones as one look-up each."""


class KeyKind(StrEnum):
    """How a key is looked up."""

    VALUE = "value"
    EACH = "each"
    PREFIX = "prefix"
    WORD = "word"
    LIST = "list"
    LISTED = "listed"
    PRESENT = "present"
    MISSING = "missing"


class Key(NamedTuple):
    """One entry of an index: a field (as a key of a reading) and what it is to be."""

    kind: KeyKind
    key: str
    operand: str
    of_item: bool


@dataclass(frozen=True, slots=True)
class Guard:
    """Keys of which one fits if the rule is true, and the share of subjects they let through."""

    list_keys: Callable[[], Iterable[Key]]
    cost: float

    @property
    def keys(self) -> frozenset[Key]:
        """Return the keys; only those of the guard that is chosen are ever made."""
        return frozenset(self.list_keys())


def guard(node: Expression, resources: Resources, *, truth: bool, of_item: bool) -> Guard | None:
    """Return the cheapest guard for the node to have that truth; None where there is none.

    `of_item`: the rule is evaluated for each goods item, so that what holds for another item (below
    a quantifier) says nothing about this one.
    """
    if isinstance(node, Leaf):
        return _of_leaf(node, resources) if truth else _of_negated(node, resources)
    if isinstance(node, Not):
        return guard(node.item, resources, truth=not truth, of_item=of_item)
    if isinstance(node, All | Any):
        found = [guard(part, resources, truth=truth, of_item=of_item) for part in node.items]
        return _cheapest(found) if isinstance(node, All) is truth else _union(found)
    if of_item or not truth or not _wants_an_item(node):
        return None
    return guard(node.condition, resources, truth=True, of_item=of_item)


def _wants_an_item(node: AnyItem | AllItems | CountItems) -> bool:
    if isinstance(node, CountItems):
        return node.operator is Count.AT_LEAST and node.limit >= 1
    return isinstance(node, AnyItem)


def _cheapest(found: list[Guard | None]) -> Guard | None:
    return min((part for part in found if part), key=lambda part: part.cost, default=None)


def _union(found: list[Guard | None]) -> Guard | None:
    guards = [part for part in found if part]
    if len(guards) < len(found) or not guards:
        return None
    return Guard(
        lambda: chain.from_iterable(part.list_keys() for part in guards),
        sum(part.cost for part in guards),
    )


def _of_negated(leaf: Leaf, resources: Resources) -> Guard | None:
    opposite = {Operator.MISSING: KeyKind.PRESENT, Operator.PRESENT: KeyKind.MISSING}
    kind = opposite.get(leaf.operator)
    return _of_filling(leaf, resources, kind) if kind else None


def _of_leaf(leaf: Leaf, resources: Resources) -> Guard | None:
    if leaf.operator is Operator.MISSING:
        return _of_filling(leaf, resources, KeyKind.MISSING)
    build = _BUILDERS.get(leaf.operator)
    return build(leaf, resources) if build else _of_filling(leaf, resources, KeyKind.PRESENT)


def _of_filling(leaf: Leaf, resources: Resources, kind: KeyKind) -> Guard:
    field = resources.catalogue[leaf.field]
    cost = field.filled if kind is KeyKind.PRESENT else 1 - field.filled
    return Guard(lambda: [Key(kind, leaf.field, "", field.of_item)], cost)


def _of_values(leaf: Leaf, resources: Resources) -> Guard | None:
    field = resources.catalogue[leaf.field]
    if field.type in (FieldType.NUMBER, FieldType.TIME):
        return _of_filling(leaf, resources, KeyKind.PRESENT)
    if leaf.other:
        return _of_filling(leaf, resources, KeyKind.PRESENT)
    return _keyed(leaf, resources, frozenset(thresholds(leaf, resources)))


def _of_list(leaf: Leaf, resources: Resources) -> Guard:
    members = membership(leaf, resources)
    field = resources.catalogue[leaf.field]
    if isinstance(members, ListedMembership):
        listed = Key(KeyKind.LISTED, comparison_key(field), members.key, field.of_item)
        return Guard(lambda: [listed], field.filled)
    if len(members.values) <= LISTED_SINGLY:
        return _keyed(leaf, resources, members.values)
    key = Key(KeyKind.LIST, comparison_key(field), leaf.list, field.of_item)
    return Guard(lambda: [key], min(field.filled, len(members.values) / field.distinct))


def _keyed(leaf: Leaf, resources: Resources, values: frozenset[str]) -> Guard:
    field = resources.catalogue[leaf.field]
    kind = KeyKind.EACH if field.type is FieldType.CODES else KeyKind.VALUE
    key = comparison_key(field)
    return Guard(
        lambda: [Key(kind, key, value, field.of_item) for value in values],
        min(field.filled, len(values) / field.distinct),
    )


def _of_prefixes(leaf: Leaf, resources: Resources) -> Guard:
    field = resources.catalogue[leaf.field]
    prefixes = thresholds(leaf, resources)
    key = comparison_key(field)
    return Guard(
        lambda: [Key(KeyKind.PREFIX, key, prefix, field.of_item) for prefix in prefixes],
        min(field.filled, sum(10.0 ** -min(len(prefix), 4) for prefix in prefixes)),
    )


def _of_words(leaf: Leaf, resources: Resources) -> Guard:
    field = resources.catalogue[leaf.field]
    members = phrases(leaf, resources).values if leaf.list else thresholds(leaf, resources)
    first = {phrase.split()[0] for phrase in members}
    key = f"{leaf.field}#words"
    return Guard(
        lambda: [Key(KeyKind.WORD, key, word, field.of_item) for word in first],
        min(field.filled, 4 * len(first) / field.distinct),
    )


_BUILDERS: Mapping[Operator, Callable[[Leaf, Resources], Guard | None]] = {
    Operator.EQUALS: _of_values,
    Operator.IN_VALUES: _of_values,
    Operator.OVERLAPS: _of_values,
    Operator.IN_LIST: _of_list,
    Operator.ONLY_IN_LIST: _of_list,
    Operator.STARTS_WITH: _of_prefixes,
    Operator.CONTAINS_WORD: _of_words,
}
