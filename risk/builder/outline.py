"""The condition of a rule as people write it: groups of conditions, possibly incomplete.

An outline is what the builder shows and a draft keeps; the expression tree is made of it. A place
in an outline is a number such as `1.3.2`: the second part of the third part of the whole, which is
`1`.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import Any as Anything

import msgspec

from risk.engine.operators import Operator
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

WHOLE = "1"


class Join(StrEnum):
    """How many of its parts must be true for a group."""

    ALL = "all"
    ANY = "any"
    NONE = "none"
    NOT_ALL = "not_all"


class Over(StrEnum):
    """What a group is held against: what its surroundings are, or goods items by number."""

    SAME = ""
    ANY_ITEM = "any_item"
    ALL_ITEMS = "all_items"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"


class Condition(msgspec.Struct, frozen=True, tag_field="kind", tag="condition"):
    """One comparison; field and operator are empty until they are chosen."""

    field: str = ""
    operator: str = ""
    values: tuple[str, ...] = ()
    list: str = ""
    other: str = ""


class Group(msgspec.Struct, frozen=True, tag_field="kind", tag="group"):
    """Parts joined; `limit` is the number of goods items where `over` counts them."""

    join: Join = Join.ALL
    over: Over = Over.SAME
    limit: int = 1
    items: tuple["Group | Condition", ...] = ()


Part = Group | Condition
EMPTY = Group(items=(Condition(),))
"""What a new draft begins with."""


def stored(outline: Group) -> Anything:
    """Return the outline in the form in which a draft keeps it."""
    return msgspec.to_builtins(outline)


def read(raw: object) -> Group:
    """Return the outline that a draft keeps."""
    return msgspec.convert(raw, Group)


def parts(outline: Part, place: str = WHOLE) -> Iterator[tuple[str, Part]]:
    """Yield every part with its place, the whole first."""
    yield place, outline
    if isinstance(outline, Group):
        for number, part in enumerate(outline.items, start=1):
            yield from parts(part, f"{place}.{number}")


def is_complete(condition: Condition) -> bool:
    """Whether field and operator are chosen."""
    return bool(condition.field) and condition.operator in set(Operator)


class Tree(msgspec.Struct, frozen=True):
    """An expression tree, and at which place of the outline each of its nodes stands."""

    expression: Expression
    places: dict[str, str]

    def place(self, location: str) -> str:
        """Return the place for the location of a finding (`all[2].not`)."""
        while location not in self.places and location:
            location = location.rpartition(".")[0]
        return self.places.get(location, WHOLE)


def tree(outline: Part) -> Tree:
    """Return the tree of an outline whose conditions are all complete."""
    places: dict[str, str] = {}
    return Tree(_composed(outline, WHOLE, "", places), places)


def _composed(part: Part, place: str, location: str, places: dict[str, str]) -> Expression:
    places.setdefault(location, place)
    if isinstance(part, Condition):
        return Leaf(
            field=part.field,
            operator=Operator(part.operator),
            values=part.values,
            list=part.list,
            other=part.other,
        )
    if part.over is Over.SAME:
        return _joined(part, place, location, places)
    step = part.over if part.over in (Over.ANY_ITEM, Over.ALL_ITEMS) else "count_items"
    return _over(part, _joined(part, place, _below(location, step), places))


def _over(group: Group, inner: Expression) -> Expression:
    if group.over is Over.ANY_ITEM:
        return AnyItem(inner)
    if group.over is Over.ALL_ITEMS:
        return AllItems(inner)
    return CountItems(inner, Count(group.over.value), group.limit)


def _joined(group: Group, place: str, location: str, places: dict[str, str]) -> Expression:
    if group.join in (Join.NONE, Join.NOT_ALL):
        places.setdefault(location, place)
        positive = Join.ANY if group.join is Join.NONE else Join.ALL
        turned = msgspec.structs.replace(group, join=positive)
        return Not(_joined(turned, place, _below(location, "not"), places))
    places.setdefault(location, place)
    single = len(group.items) == 1
    found = tuple(
        _composed(
            part,
            f"{place}.{number}",
            location if single else _below(location, f"{group.join}[{number}]"),
            places,
        )
        for number, part in enumerate(group.items, start=1)
    )
    if single:
        return found[0]
    return All(found) if group.join is Join.ALL else Any(found)


def _below(location: str, step: str) -> str:
    return f"{location}.{step}" if location else step


def outline_of(expression: Expression) -> Group:
    """Return the outline of a tree, such that its tree says the same."""
    part = _outlined(expression)
    return part if isinstance(part, Group) else Group(items=(part,))


def _outlined(node: Expression) -> Part:
    if isinstance(node, Leaf):
        return Condition(node.field, str(node.operator), node.values, node.list, node.other)
    if isinstance(node, All | Any):
        join = Join.ALL if isinstance(node, All) else Join.ANY
        return Group(join=join, items=tuple(map(_outlined, node.items)))
    if isinstance(node, Not):
        return _negated(node)
    return _quantified(node)


def _negated(node: Not) -> Group:
    inner = _outlined(node.item)
    turned = {Join.ANY: Join.NONE, Join.ALL: Join.NOT_ALL}
    if isinstance(inner, Group) and inner.over is Over.SAME and inner.join in turned:
        return msgspec.structs.replace(inner, join=turned[inner.join])
    return Group(join=Join.NONE, items=(inner,))


def _quantified(node: Quantifier) -> Group:
    inner = _outlined(node.condition)
    if not isinstance(inner, Group) or inner.over is not Over.SAME:
        inner = Group(items=(inner,))
    if isinstance(node, CountItems):
        return msgspec.structs.replace(inner, over=Over(node.operator.value), limit=node.limit)
    over = Over.ANY_ITEM if isinstance(node, AnyItem) else Over.ALL_ITEMS
    return msgspec.structs.replace(inner, over=over)
