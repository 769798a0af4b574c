"""The operators of conditions: which types of field they fit and what they compare with."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from risk.engine.field import FieldType


class Operator(StrEnum):
    """How a field is compared."""

    EQUALS = "equals"
    NOT_EQUALS = "not_equals"
    IN_VALUES = "in_values"
    IN_LIST = "in_list"
    ONLY_IN_LIST = "only_in_list"
    STARTS_WITH = "starts_with"
    CONTAINS_WORD = "contains_word"
    OVERLAPS = "overlaps"
    BELOW = "below"
    ABOVE = "above"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    BETWEEN = "between"
    EQUALS_FIELD = "equals_field"
    ABOVE_FIELD = "above_field"
    BELOW_FIELD = "below_field"
    RATIO_ABOVE = "ratio_above"
    RATIO_BELOW = "ratio_below"
    MISSING = "missing"
    PRESENT = "present"
    SAMPLE = "sample"


class Operand(StrEnum):
    """What an operator compares the field with."""

    NONE = "none"
    ONE = "one"
    TWO = "two"
    SOME = "some"
    LIST = "list"
    SOME_OR_LIST = "some_or_list"
    SOME_OR_FIELD = "some_or_field"
    FIELD = "field"
    FIELD_AND_ONE = "field_and_one"
    RATE = "rate"


@dataclass(frozen=True, slots=True)
class OperatorRule:
    """The types of field that an operator fits, and its operand."""

    types: frozenset[FieldType]
    operand: Operand


_TEXT, _CODE, _NUMBER = FieldType.TEXT, FieldType.CODE, FieldType.NUMBER
_TIME, _CODES = FieldType.TIME, FieldType.CODES
_SINGLE = frozenset({_TEXT, _CODE, _NUMBER, _TIME})
_WORDED = frozenset({_TEXT, _CODE})
_LISTED = frozenset({_TEXT, _CODE, _CODES})
_ORDERED = frozenset({_NUMBER, _TIME})

OPERATORS: Mapping[Operator, OperatorRule] = {
    Operator.EQUALS: OperatorRule(_SINGLE, Operand.ONE),
    Operator.NOT_EQUALS: OperatorRule(_SINGLE, Operand.ONE),
    Operator.IN_VALUES: OperatorRule(_WORDED, Operand.SOME),
    Operator.IN_LIST: OperatorRule(_LISTED, Operand.LIST),
    Operator.ONLY_IN_LIST: OperatorRule(frozenset({_CODES}), Operand.LIST),
    Operator.STARTS_WITH: OperatorRule(_LISTED, Operand.SOME),
    Operator.CONTAINS_WORD: OperatorRule(frozenset({_TEXT}), Operand.SOME_OR_LIST),
    Operator.OVERLAPS: OperatorRule(frozenset({_CODES}), Operand.SOME_OR_FIELD),
    Operator.BELOW: OperatorRule(_ORDERED, Operand.ONE),
    Operator.ABOVE: OperatorRule(_ORDERED, Operand.ONE),
    Operator.AT_LEAST: OperatorRule(_ORDERED, Operand.ONE),
    Operator.AT_MOST: OperatorRule(_ORDERED, Operand.ONE),
    Operator.BETWEEN: OperatorRule(_ORDERED, Operand.TWO),
    Operator.EQUALS_FIELD: OperatorRule(_SINGLE, Operand.FIELD),
    Operator.ABOVE_FIELD: OperatorRule(_ORDERED, Operand.FIELD),
    Operator.BELOW_FIELD: OperatorRule(_ORDERED, Operand.FIELD),
    Operator.RATIO_ABOVE: OperatorRule(frozenset({_NUMBER}), Operand.FIELD_AND_ONE),
    Operator.RATIO_BELOW: OperatorRule(frozenset({_NUMBER}), Operand.FIELD_AND_ONE),
    Operator.MISSING: OperatorRule(frozenset(FieldType), Operand.NONE),
    Operator.PRESENT: OperatorRule(frozenset(FieldType), Operand.NONE),
    Operator.SAMPLE: OperatorRule(frozenset({_CODE}), Operand.RATE),
}
