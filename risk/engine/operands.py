"""What conditions compare with: the threshold as written, checked and in normal form."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Literal, Protocol

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


@dataclass(frozen=True, slots=True)
class Form:
    """How an operand is written: how many values, and whether beside a list or a field."""

    least: int = 0
    most: int | None = 0
    beside: Literal["", "list", "field"] = ""

    def fits(self, leaf: Comparison) -> bool:
        """Tell whether the operand of the leaf has this form."""
        enough = self.least <= len(leaf.values)
        beside = (bool(leaf.list), bool(leaf.other)) == (
            self.beside == "list",
            self.beside == "field",
        )
        return enough and beside and (self.most is None or len(leaf.values) <= self.most)


_NOTHING, _ONE, _SOME = Form(), Form(1, 1), Form(1, None)
_LIST, _FIELD = Form(beside="list"), Form(beside="field")

FORMS: Mapping[Operand, tuple[Form, ...]] = {
    Operand.NONE: (_NOTHING,),
    Operand.ONE: (_ONE,),
    Operand.TWO: (Form(2, 2),),
    Operand.SOME: (_SOME,),
    Operand.LIST: (_LIST,),
    Operand.SOME_OR_LIST: (_SOME, _LIST),
    Operand.SOME_OR_FIELD: (_SOME, _FIELD),
    Operand.FIELD: (_FIELD,),
    Operand.FIELD_AND_ONE: (Form(1, 1, "field"),),
    Operand.RATE: (_ONE,),
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
    if not any(form.fits(leaf) for form in FORMS[OPERATORS[leaf.operator].operand]):
        return "wrong-operand", "The operator needs another kind of value.", leaf.operator
    if leaf.list and leaf.list not in lists:
        return "unknown-list", "There is no such list.", leaf.list
    if leaf.other and leaf.other not in catalogue:
        return "unknown-field", "There is no such field.", leaf.other
    if leaf.other and catalogue[leaf.other].type is not field.type:
        return "wrong-field", "The fields compared are of different types.", leaf.other
    return _value_problem(leaf, field)


def _value_problem(leaf: Comparison, field: Field) -> Problem | None:
    if leaf.operator is Operator.SAMPLE:
        return _rate_problem(leaf.values[0])
    given = ", ".join(leaf.values)
    try:
        limits = [threshold(value, field.type) for value in leaf.values]
    except ValueError:
        return "wrong-value", "The value does not fit the type of the field.", given
    if leaf.operator is Operator.BETWEEN and limits != sorted(limits):
        return "wrong-value", "The first limit is above the second.", given
    return None


def _rate_problem(value: str) -> Problem | None:
    whole = value.isascii() and value.isdigit() and len(value) <= 5
    if whole and int(value) <= SAMPLE_PARTS:
        return None
    return "wrong-value", f"The rate is a whole number from 0 to {SAMPLE_PARTS}.", value
