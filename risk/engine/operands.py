"""What conditions compare with: the threshold as written, checked and in normal form."""

from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Protocol

from risk.engine.field import Field, FieldType
from risk.engine.operators import OPERATORS, Operand, Operator
from risk.engine.words import cleansed

SAMPLE_PARTS = 10_000
"""A sample rate is a number of selected declarations in ten thousand."""


class Comparison(Protocol):
    """The parts of a leaf that name its operand."""

    @property
    def operator(self) -> Operator: ...
    @property
    def values(self) -> tuple[str, ...]: ...
    @property
    def list(self) -> str: ...
    @property
    def other(self) -> str: ...


Problem = tuple[str, str, str]
"""Code, sentence and the value at fault."""

_PLACES: Mapping[Operand, tuple[tuple[int, int | None, bool, bool], ...]] = {
    Operand.NONE: ((0, 0, False, False),),
    Operand.ONE: ((1, 1, False, False),),
    Operand.TWO: ((2, 2, False, False),),
    Operand.SOME: ((1, None, False, False),),
    Operand.LIST: ((0, 0, True, False),),
    Operand.SOME_OR_LIST: ((1, None, False, False), (0, 0, True, False)),
    Operand.SOME_OR_FIELD: ((1, None, False, False), (0, 0, False, True)),
    Operand.FIELD: ((0, 0, False, True),),
    Operand.FIELD_AND_ONE: ((1, 1, False, True),),
    Operand.RATE: ((1, 1, False, False),),
}


def threshold(value: str, type: FieldType) -> str | Decimal | datetime:
    """Return a threshold in the form in which fields of that type are compared.

    Raises ValueError for a text that is no finite number or no time with offset.
    """
    if type is FieldType.NUMBER:
        return _number(value)
    if type is FieldType.TIME:
        return _time(value)
    normal = cleansed(value) if type is FieldType.TEXT else value.strip().upper()
    if not normal:
        raise ValueError("nothing to compare with")
    return normal


def _number(value: str) -> Decimal:
    try:
        number = Decimal(value)
    except InvalidOperation as error:
        raise ValueError("not a number") from error
    if not number.is_finite() or abs(number.adjusted()) > 18:
        raise ValueError("not a number in range")
    return number


def _time(value: str) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError("no offset")
    return moment


def operand_problem(
    leaf: Comparison, field: Field, catalogue: Mapping[str, Field], lists: Collection[str]
) -> Problem | None:
    """Return what is wrong with the operand of a leaf, None for a sound one."""
    if not any(_fits(leaf, *place) for place in _PLACES[OPERATORS[leaf.operator].operand]):
        return "wrong-operand", "The operator needs another kind of value.", leaf.operator
    if leaf.list and leaf.list not in lists:
        return "unknown-list", "There is no such list.", leaf.list
    if leaf.other and leaf.other not in catalogue:
        return "unknown-field", "There is no such field.", leaf.other
    if leaf.other and catalogue[leaf.other].type is not field.type:
        return "wrong-field", "The fields compared are of different types.", leaf.other
    return _value_problem(leaf, field)


def _fits(leaf: Comparison, least: int, most: int | None, by_list: bool, by_field: bool) -> bool:
    count = least <= len(leaf.values) and (most is None or len(leaf.values) <= most)
    return count and bool(leaf.list) is by_list and bool(leaf.other) is by_field


def _value_problem(leaf: Comparison, field: Field) -> Problem | None:
    if leaf.operator is Operator.SAMPLE:
        return _rate_problem(leaf.values[0])
    try:
        thresholds = [threshold(value, field.type) for value in leaf.values]
    except ValueError:
        return "wrong-value", "The value does not fit the type of the field.", ", ".join(leaf.values)
    if leaf.operator is Operator.BETWEEN and thresholds[0] > thresholds[1]:  # type: ignore[operator]
        return "wrong-value", "The first limit is above the second.", ", ".join(leaf.values)
    return None


def _rate_problem(value: str) -> Problem | None:
    whole = value.isascii() and value.isdigit() and len(value) <= 5
    if whole and int(value) <= SAMPLE_PARTS:
        return None
    return "wrong-value", f"The rate is a whole number from 0 to {SAMPLE_PARTS}.", value
