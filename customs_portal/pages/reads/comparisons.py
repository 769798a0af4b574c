"""The words between a declared value and what it was compared with."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from risk.engine.fields import CATALOGUE
from risk.engine.operators import Operator
from risk.engine.rules import Bound

LONGEST = 60
"""Characters of a value or threshold that stand beside a comparison."""

WORDS: Mapping[Operator, Promise] = {
    Operator.EQUALS: gettext_lazy("is"),
    Operator.NOT_EQUALS: gettext_lazy("is not"),
    Operator.IN_VALUES: gettext_lazy("is one of"),
    Operator.IN_LIST: gettext_lazy("is on list"),
    Operator.ONLY_IN_LIST: gettext_lazy("is only on list"),
    Operator.STARTS_WITH: gettext_lazy("starts with"),
    Operator.CONTAINS_WORD: gettext_lazy("has a word of"),
    Operator.OVERLAPS: gettext_lazy("has one of"),
    Operator.BELOW: gettext_lazy("below"),
    Operator.ABOVE: gettext_lazy("above"),
    Operator.AT_LEAST: gettext_lazy("at least"),
    Operator.AT_MOST: gettext_lazy("at most"),
    Operator.BETWEEN: gettext_lazy("between"),
    Operator.EQUALS_FIELD: gettext_lazy("equals"),
    Operator.ABOVE_FIELD: gettext_lazy("above"),
    Operator.BELOW_FIELD: gettext_lazy("below"),
    Operator.RATIO_ABOVE: gettext_lazy("in ratio above"),
    Operator.RATIO_BELOW: gettext_lazy("in ratio below"),
    Operator.MISSING: gettext_lazy("is missing"),
    Operator.PRESENT: gettext_lazy("is given"),
    Operator.SAMPLE: gettext_lazy("selected at random, of ten thousand"),
}


_NEGATED: Mapping[Operator, Promise] = {
    Operator.EQUALS: gettext_lazy("is not"),
    Operator.NOT_EQUALS: gettext_lazy("is"),
    Operator.IN_VALUES: gettext_lazy("is none of"),
    Operator.IN_LIST: gettext_lazy("is not on list"),
    Operator.CONTAINS_WORD: gettext_lazy("has no word of"),
    Operator.OVERLAPS: gettext_lazy("has none of"),
    Operator.MISSING: gettext_lazy("is given"),
    Operator.PRESENT: gettext_lazy("is missing"),
}


def words(bound: Bound) -> str:
    """Return how the value compares with the threshold."""
    operator = Operator(bound.operator)
    if bound.negated and operator in _NEGATED:
        return str(_NEGATED[operator])
    found = str(WORDS.get(operator, bound.operator))
    return _("not: %s") % found if bound.negated else found


def label(bound: Bound) -> str:
    """Return the name of the field, with a capital."""
    field = CATALOGUE.get(bound.field)
    name = str(field.label) if field else _("goods items")
    return name[:1].upper() + name[1:]


def value(bound: Bound) -> str:
    """Return the value declared with its unit, what fitted of it where that is less."""
    found = ", ".join(bound.matched) or bound.value
    return _short(found, bound)


def threshold(bound: Bound, titles: Mapping[str, str]) -> str:
    """Return what the value was compared with: limit and unit, values, title of a list, field."""
    if bound.other:
        field = CATALOGUE.get(bound.other)
        name = str(field.label) if field else bound.other
        return f"{name} {bound.other_value}".strip()
    return titles.get(bound.threshold, _short(bound.threshold, bound))


def _short(text: str, bound: Bound) -> str:
    field = CATALOGUE.get(bound.field)
    shown = text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
    return f"{shown} {field.unit}" if field and field.unit and shown else shown
