"""The condition of a rule as one JSON expression tree, and its validation.

Evaluation, search and explanation read this tree; a new kind of node or operator has to be added to
`leaves.py`, `guards.py`, `evaluate.py` and `explain.py` together.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

import msgspec

from customs_portal.findings import Finding
from risk.engine.field import Field
from risk.engine.operands import operand_problem
from risk.engine.operators import OPERATORS, Operator


class Node(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind"):
    """Base of every node of a tree."""


class All(Node, tag="all", frozen=True):
    """True if every part is true."""

    items: tuple["Expression", ...]


class Any(Node, tag="any", frozen=True):
    """True if at least one part is true."""

    items: tuple["Expression", ...]


class Not(Node, tag="not", frozen=True):
    """True exactly if the part is not true; a missing field makes the part false, not unknown."""

    item: "Expression"


class AnyItem(Node, tag="any_item", frozen=True):
    """True if the condition holds for at least one goods item of the declaration."""

    condition: "Expression"


class AllItems(Node, tag="all_items", frozen=True):
    """True if the condition holds for every goods item of the declaration."""

    condition: "Expression"


class Count(StrEnum):
    """How a number of goods items is compared."""

    AT_LEAST = "at_least"
    AT_MOST = "at_most"


class CountItems(Node, tag="count_items", frozen=True):
    """True if the number of goods items for which the condition holds fits the limit."""

    condition: "Expression"
    operator: Count
    limit: int


class Leaf(Node, tag="leaf", frozen=True, omit_defaults=True):
    """One field compared with values, with a list (by code) or with another field (by name).

    Numbers are decimals as text, times ISO 8601 with offset. `values` has one element for a single
    threshold and two for `between`.
    """

    field: str
    operator: Operator
    values: tuple[str, ...] = ()
    list: str = ""
    other: str = ""


Expression = All | Any | Not | AnyItem | AllItems | CountItems | Leaf
Quantifier = AnyItem | AllItems | CountItems

MAX_DEPTH = 4
"""Groups, negations and quantifiers above a leaf."""
MAX_LEAVES = 100
MAX_VALUES = 1_000
MAX_TEXT = 500
MAX_BYTES = 500_000

_decoder: msgspec.json.Decoder[Expression] = msgspec.json.Decoder(Expression)


def encode(tree: Expression) -> bytes:
    """Return the tree as JSON."""
    return msgspec.json.encode(tree)


def decode(data: bytes | str) -> Expression:
    """Return the tree of a JSON text.

    Raises msgspec.ValidationError or msgspec.DecodeError for anything that is not a tree; a text
    that nests too deeply is such a thing.
    """
    if len(data) > MAX_BYTES:
        raise msgspec.ValidationError("the tree is too large")
    try:
        return _decoder.decode(data)
    except RecursionError as error:
        raise msgspec.ValidationError("the tree nests too deeply") from error


def parts(node: Expression) -> tuple[Expression, ...]:
    """Return the nodes directly below a node."""
    if isinstance(node, All | Any):
        return node.items
    if isinstance(node, Not):
        return (node.item,)
    return (node.condition,) if isinstance(node, Quantifier) else ()


def leaves(node: Expression) -> Iterator[Leaf]:
    """Yield every leaf, those below quantifiers included."""
    if isinstance(node, Leaf):
        yield node
    for part in parts(node):
        yield from leaves(part)


def needs_item(node: Expression, catalogue: Mapping[str, Field]) -> bool:
    """Tell whether the node can only be judged on one goods item."""
    if isinstance(node, Leaf):
        other = catalogue[node.other].of_item if node.other else False
        return catalogue[node.field].of_item or other
    if isinstance(node, Quantifier):
        return False
    return any(needs_item(part, catalogue) for part in parts(node))


def validate(
    tree: Expression, catalogue: Mapping[str, Field], lists: Collection[str]
) -> list[Finding]:
    """Return what is wrong with the tree, located as `all[2].not`; empty for a sound tree."""
    scope = _Scope(catalogue=catalogue, lists=lists)
    found = list(_walk(tree, "", 0, scope))
    deep = any(finding.code == "too-deep" for finding in found)
    if not deep and sum(1 for _ in leaves(tree)) > MAX_LEAVES:
        found.append(_finding("too-many-conditions", "", f"More than {MAX_LEAVES} conditions."))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scope:
    """What may be named, and whether goods items are being looked at already."""

    catalogue: Mapping[str, Field]
    lists: Collection[str]
    quantified: bool = False


def _walk(node: Expression, path: str, depth: int, scope: _Scope) -> Iterator[Finding]:
    if isinstance(node, Leaf):
        yield from _leaf(node, path, scope.catalogue, scope.lists)
        return
    if depth >= MAX_DEPTH:
        yield _finding("too-deep", path, f"Groups nest more than {MAX_DEPTH} deep.")
        return
    yield from _group(node, path, scope)
    inside = replace(scope, quantified=scope.quantified or isinstance(node, Quantifier))
    for part, step in zip(parts(node), _steps(node), strict=True):
        below = f"{path}.{step}" if path else step
        yield from _walk(part, below, depth + 1, inside)


def _steps(node: Expression) -> list[str]:
    name = str(node.__struct_config__.tag)
    if isinstance(node, All | Any):
        return [f"{name}[{number}]" for number in range(1, len(node.items) + 1)]
    return [name]


def _group(node: Expression, path: str, scope: _Scope) -> Iterator[Finding]:
    if isinstance(node, All | Any) and not node.items:
        yield _finding("empty-group", path, "The group has no conditions.")
    if isinstance(node, All | Any) and len(node.items) > MAX_LEAVES:
        yield _finding("too-wide", path, f"The group has more than {MAX_LEAVES} parts.")
    if isinstance(node, Quantifier) and scope.quantified:
        yield _finding("nested-quantifier", path, "Goods items are already being looked at here.")
    if isinstance(node, CountItems) and not 0 <= node.limit <= 9_999:
        yield _finding("wrong-limit", path, "The number of items lies between 0 and 9999.")


def _leaf(
    leaf: Leaf, path: str, catalogue: Mapping[str, Field], lists: Collection[str]
) -> Iterator[Finding]:
    field = catalogue.get(leaf.field)
    if field is None:
        yield _finding("unknown-field", path, "There is no such field.", leaf.field)
        return
    rule = OPERATORS[leaf.operator]
    if field.type not in rule.types:
        text = "The operator does not fit the type of the field."
        yield _finding("wrong-operator", path, text, leaf.operator)
        return
    if len(leaf.values) > MAX_VALUES or any(len(value) > MAX_TEXT for value in leaf.values):
        yield _finding("too-many-values", path, f"At most {MAX_VALUES} values of {MAX_TEXT} signs.")
        return
    problem = operand_problem(leaf, field, catalogue, lists)
    if problem:
        yield _finding(*problem[:1], path, *problem[1:])


def _finding(code: str, path: str, text: str, value: str = "") -> Finding:
    return Finding(code=code, location=path, text=text, value=value)
