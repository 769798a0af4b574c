"""The meaning of a tree written down as plainly as possible, to hold the engine against."""

from datetime import datetime
from decimal import Decimal
from typing import Any as Anything

from declarations.document import Document
from risk.engine.field import FieldType
from risk.engine.fields import CATALOGUE
from risk.engine.lists import ReferenceList
from risk.engine.operators import Operator as Op
from risk.engine.rules import EngineRule
from risk.engine.subject import Context, Declared, Subject
from risk.engine.tree import All, AllItems, Any, AnyItem, Count, Expression, Leaf, Not, needs_item
from risk.engine.words import cleansed

Lists = dict[str, ReferenceList]


def rules_hit(
    rules: list[EngineRule], lists: Lists, document: Document, context: Context
) -> set[str]:
    """Return the codes of the rules that are true, each tried on everything."""
    declared = Declared(document, context)
    return {
        rule.code
        for rule in rules
        if (not rule.modes or document.transport_mode in rule.modes)
        and any(
            holds(rule.expression, subject, lists)
            for subject in _subjects(rule.expression, declared)
        )
    }


def _subjects(tree: Expression, declared: Declared) -> list[Subject]:
    return list(declared.subjects()) if needs_item(tree, CATALOGUE) else [declared.whole]


def holds(node: Expression, subject: Subject, lists: Lists) -> bool:  # noqa: PLR0911
    if isinstance(node, Leaf):
        return _leaf(node, subject, lists)
    if isinstance(node, All):
        return all(holds(part, subject, lists) for part in node.items)
    if isinstance(node, Any):
        return any(holds(part, subject, lists) for part in node.items)
    if isinstance(node, Not):
        return not holds(node.item, subject, lists)
    truths = [holds(node.condition, other, lists) for other in subject.declared.subjects()]
    if isinstance(node, AnyItem):
        return any(truths)
    if isinstance(node, AllItems):
        return all(truths)
    count = truths.count(True)
    return count >= node.limit if node.operator is Count.AT_LEAST else count <= node.limit


def _leaf(leaf: Leaf, subject: Subject, lists: Lists) -> bool:
    field = CATALOGUE[leaf.field]
    value = _plain(field.read(subject), field.type)
    if leaf.operator is Op.MISSING:
        return field.read(subject) is None
    if leaf.operator is Op.PRESENT:
        return field.read(subject) is not None
    if value is None:
        return False
    wanted = [_plain(text, field.type) for text in leaf.values]
    if leaf.list:
        wanted = [_plain(entry.value, field.type) for entry in lists[leaf.list].entries]
    if leaf.other:
        wanted = [_plain(CATALOGUE[leaf.other].read(subject), field.type)]
    return _compare(leaf, value, wanted)


def _plain(value: Anything, type: FieldType) -> Anything:
    if value is None or type is FieldType.CODES:
        return value.strip().upper() if isinstance(value, str) else value
    if type is FieldType.NUMBER:
        return Decimal(value)
    if type is FieldType.TIME:
        return datetime.fromisoformat(value) if isinstance(value, str) else value
    if type is FieldType.TEXT:
        return cleansed(value) or None
    return value.strip().upper()


def _compare(leaf: Leaf, value: Anything, wanted: list[Anything]) -> bool:  # noqa: C901, PLR0911, PLR0912
    values = value if isinstance(value, tuple) else (value,)
    match leaf.operator:
        case Op.EQUALS | Op.EQUALS_FIELD:
            return bool(value == wanted[0])
        case Op.NOT_EQUALS:
            return bool(value != wanted[0])
        case Op.IN_VALUES | Op.IN_LIST | Op.OVERLAPS:
            return any(single in wanted for single in values)
        case Op.ONLY_IN_LIST:
            return all(single in wanted for single in values)
        case Op.STARTS_WITH:
            return any(single.startswith(prefix) for single in values for prefix in wanted)
        case Op.CONTAINS_WORD:
            return any(f" {phrase} " in f" {value} " for phrase in wanted)
        case Op.BETWEEN:
            return bool(wanted[0] <= value <= wanted[1])
    if wanted[0] is None:
        return False
    match leaf.operator:
        case Op.BELOW | Op.BELOW_FIELD:
            return bool(value < wanted[0])
        case Op.ABOVE | Op.ABOVE_FIELD:
            return bool(value > wanted[0])
        case Op.AT_LEAST:
            return bool(value >= wanted[0])
        case Op.AT_MOST:
            return bool(value <= wanted[0])
        case Op.RATIO_ABOVE:
            return bool(wanted[0] > 0 and value / wanted[0] > Decimal(leaf.values[0]))
        case Op.RATIO_BELOW:
            return bool(wanted[0] > 0 and value / wanted[0] < Decimal(leaf.values[0]))
    raise AssertionError(leaf.operator)
