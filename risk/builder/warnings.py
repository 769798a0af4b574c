"""What speaks against a rule though it is sound: it costs time, says nothing new, or cannot hit."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

import msgspec
from django.conf import settings
from django.utils.translation import gettext as _

from risk.engine.conditions import Compiler
from risk.engine.evaluate import compile_rule
from risk.engine.field import FieldType
from risk.engine.fields import CATALOGUE
from risk.engine.lists import AnyList, LongList
from risk.engine.operands import threshold
from risk.engine.operators import Operator
from risk.engine.outcomes import OUTCOME_RANK
from risk.engine.resources import Resources
from risk.engine.rules import EngineRule
from risk.engine.tree import All, Any, AnyItem, Expression, Leaf, Not, leaves

NOT_SELECTIVE = 0.5
"""A rule whose best condition lets through more than this share runs on nearly everything."""

_BELOW = (Operator.BELOW, Operator.AT_MOST)
_ABOVE = (Operator.ABOVE, Operator.AT_LEAST)


class Warning(msgspec.Struct, frozen=True):  # noqa: A001  the word of the field
    """One warning: its kind and its sentence."""

    kind: str
    text: str


def warnings(
    rule: EngineRule,
    lists: Mapping[str, AnyList],
    others: Iterable[EngineRule],
    day: date,
) -> list[Warning]:
    """Return the warnings for a sound rule, beside the others in force on that day."""
    return [
        *_cost(rule, lists),
        *_contradictions(rule.expression),
        *_always(rule.expression),
        *_empty_lists(rule.expression, lists, day),
        *_shadowed(rule, others),
    ]


def _cost(rule: EngineRule, lists: Mapping[str, AnyList]) -> Iterator[Warning]:
    resources = Resources(CATALOGUE, lists, settings.SAMPLING_KEY.encode())
    compiled = compile_rule(rule, Compiler(resources))
    if compiled.guard is not None and compiled.guard.cost <= NOT_SELECTIVE:
        return
    if compiled.of_item:
        text = _("No condition is selective: the rule runs on every goods item.")
    else:
        text = _("No condition is selective: the rule runs on every declaration.")
    yield Warning("not-selective", text)


def _conjuncts(node: Expression) -> Iterator[Expression]:
    """Yield what must all be true for the node."""
    if not isinstance(node, All):
        yield node
        return
    for part in node.items:
        yield from _conjuncts(part)


def _contradictions(node: Expression) -> Iterator[Warning]:
    by_field: dict[str, list[Leaf]] = {}
    for part in _conjuncts(node):
        if isinstance(part, Leaf):
            by_field.setdefault(part.field, []).append(part)
    for name, found in by_field.items():
        if _contradict(name, found):
            label = str(CATALOGUE[name].label)
            text = _("The conditions on %(field)s contradict each other: the rule never hits.")
            yield Warning("contradictory", text % {"field": label})


def _contradict(name: str, found: Sequence[Leaf]) -> bool:
    operators = {leaf.operator for leaf in found}
    if Operator.MISSING in operators and operators != {Operator.MISSING}:
        return True
    field = CATALOGUE[name]
    if field.type is FieldType.CODES:
        return False
    return _no_value_left(found, field.type) or _no_room_left(found, field.type)


def _no_value_left(found: Sequence[Leaf], type: FieldType) -> bool:
    wanted = (Operator.EQUALS, Operator.IN_VALUES)
    sets = [
        {threshold(value, type) for value in leaf.values}
        for leaf in found
        if leaf.operator in wanted
    ]
    return bool(sets) and not set.intersection(*sets)


def _no_room_left(found: Sequence[Leaf], type: FieldType) -> bool:
    """Whether the highest lower limit lies above the lowest upper one."""
    if type not in (FieldType.NUMBER, FieldType.TIME):
        return False
    low, high = [], []
    for leaf in found:
        limits = [threshold(value, type) for value in leaf.values]
        if leaf.operator in _ABOVE or leaf.operator is Operator.BETWEEN:
            low.append((limits[0], leaf.operator is Operator.ABOVE))
        if leaf.operator in _BELOW or leaf.operator is Operator.BETWEEN:
            high.append((limits[-1], leaf.operator is Operator.BELOW))
    if not low or not high:
        return False
    least, is_above = max(low, key=lambda one: one[0])
    most, is_below = min(high, key=lambda one: one[0])
    return least > most or (least == most and (is_above or is_below))  # type: ignore[operator]  # limits of one type


def _always(node: Expression) -> Iterator[Warning]:
    if _is_always_true(node):
        yield Warning("matches-everything", _("The rule hits every declaration."))


def _is_always_true(node: Expression) -> bool:
    """Whether the node is true whatever is declared, as far as that can be told by its form."""
    if isinstance(node, All):
        return all(map(_is_always_true, node.items))
    if isinstance(node, Any):
        return any(map(_is_always_true, node.items)) or _is_either(node)
    if isinstance(node, Not):
        return any(True for _ in _contradictions(node.item))
    if isinstance(node, AnyItem):
        return _is_always_true(node.condition)
    return False


def _is_either(node: Any) -> bool:
    """Whether a field is wanted given or missing."""
    found = {(each.field, each.operator) for each in node.items if isinstance(each, Leaf)}
    return any(
        (field, Operator.MISSING) in found and (field, Operator.PRESENT) in found
        for field, _operator in found
    )


def _empty_lists(node: Expression, lists: Mapping[str, AnyList], day: date) -> Iterator[Warning]:
    for code in dict.fromkeys(leaf.list for leaf in leaves(node) if leaf.list):
        found = lists[code]
        if isinstance(found, LongList) or any(entry.covers(day) for entry in found.entries):
            continue
        text = _("List “%(list)s” has no entry that is valid today.")
        yield Warning("empty-list", text % {"list": found.title})


def _shadowed(rule: EngineRule, others: Iterable[EngineRule]) -> Iterator[Warning]:
    ours = set(_conjuncts(rule.expression))
    for other in others:
        weighs = OUTCOME_RANK[other.outcome] >= OUTCOME_RANK[rule.outcome]
        if other.code == rule.code or not weighs or not _covers(other, rule):
            continue
        if set(_conjuncts(other.expression)) <= ours:
            text = _("Rule %(rule)s hits whenever this one does, and weighs as much.")
            yield Warning("shadowed", text % {"rule": other.code})


def _covers(other: EngineRule, rule: EngineRule) -> bool:
    """Whether the other rule applies wherever this one does."""
    pairs = (
        (other.modes, rule.modes),
        (other.offices, rule.offices),
        (other.filing_types, rule.filing_types),
    )
    return all(not wide or (narrow and set(narrow) <= set(wide)) for wide, narrow in pairs)
