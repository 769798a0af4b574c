"""The words in which conditions are told, plain and negated."""

from collections.abc import Mapping
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from risk.engine.operators import Operator


class Phrase(NamedTuple):
    """How a condition is told: of a hit, of a hit under NOT, and what would have prevented it."""

    hit: Promise
    negated: Promise
    prevented: Promise
    prevented_negated: Promise


_EQUALS = Phrase(
    _("%(label)s is %(found)s"),
    _("%(label)s is %(value)s, not %(threshold)s"),
    _("Would not hit if %(label)s were not %(found)s."),
    _("Would not hit if %(label)s were %(threshold)s."),
)
_AMONG = Phrase(
    _("%(label)s %(found)s is one of %(threshold)s"),
    _("%(label)s %(value)s is none of %(threshold)s"),
    _("Would not hit if %(label)s were not %(found)s."),
    _("Would not hit if %(label)s were one of %(threshold)s."),
)
PHRASES: Mapping[Operator, Phrase] = {
    Operator.EQUALS: _EQUALS,
    Operator.NOT_EQUALS: Phrase(
        _EQUALS.negated, _EQUALS.hit, _EQUALS.prevented_negated, _EQUALS.prevented
    ),
    Operator.IN_VALUES: _AMONG,
    Operator.OVERLAPS: _AMONG,
    Operator.IN_LIST: Phrase(
        _("%(label)s %(found)s is on list “%(threshold)s”"),
        _("%(label)s %(value)s is not on list “%(threshold)s”"),
        _("Would not hit if %(label)s %(found)s were not on list “%(threshold)s”."),
        _("Would not hit if %(label)s %(value)s were on list “%(threshold)s”."),
    ),
    Operator.ONLY_IN_LIST: Phrase(
        _("every %(label)s (%(found)s) is on list “%(threshold)s”"),
        _("not every %(label)s (%(value)s) is on list “%(threshold)s”"),
        _("Would not hit if one %(label)s were not on list “%(threshold)s”."),
        _("Would not hit if every %(label)s were on list “%(threshold)s”."),
    ),
    Operator.STARTS_WITH: Phrase(
        _("%(label)s %(value)s starts with %(threshold)s"),
        _("%(label)s %(value)s does not start with %(threshold)s"),
        _("Would not hit if %(label)s did not start with %(threshold)s."),
        _("Would not hit if %(label)s started with %(threshold)s."),
    ),
    Operator.CONTAINS_WORD: Phrase(
        _("%(label)s contains “%(found)s”"),
        _("%(label)s “%(value)s” contains no word of “%(threshold)s”"),
        _("Would not hit without “%(found)s” in %(label)s."),
        _("Would not hit with a word of “%(threshold)s” in %(label)s."),
    ),
    Operator.BELOW: Phrase(
        _("%(label)s %(value)s is below %(threshold)s"),
        _("%(label)s %(value)s is not below %(threshold)s"),
        _("Would not hit at %(threshold)s or more (declared %(value)s)."),
        _("Would not hit below %(threshold)s (declared %(value)s)."),
    ),
    Operator.ABOVE: Phrase(
        _("%(label)s %(value)s is above %(threshold)s"),
        _("%(label)s %(value)s is not above %(threshold)s"),
        _("Would not hit at %(threshold)s or less (declared %(value)s)."),
        _("Would not hit above %(threshold)s (declared %(value)s)."),
    ),
    Operator.AT_LEAST: Phrase(
        _("%(label)s %(value)s is at least %(threshold)s"),
        _("%(label)s %(value)s is less than %(threshold)s"),
        _("Would not hit below %(threshold)s (declared %(value)s)."),
        _("Would not hit at %(threshold)s or more (declared %(value)s)."),
    ),
    Operator.AT_MOST: Phrase(
        _("%(label)s %(value)s is at most %(threshold)s"),
        _("%(label)s %(value)s is more than %(threshold)s"),
        _("Would not hit above %(threshold)s (declared %(value)s)."),
        _("Would not hit at %(threshold)s or less (declared %(value)s)."),
    ),
    Operator.BETWEEN: Phrase(
        _("%(label)s %(value)s is between %(threshold)s"),
        _("%(label)s %(value)s is not between %(threshold)s"),
        _("Would not hit outside %(threshold)s (declared %(value)s)."),
        _("Would not hit between %(threshold)s (declared %(value)s)."),
    ),
    Operator.EQUALS_FIELD: Phrase(
        _("%(label)s %(value)s equals %(other)s"),
        _("%(label)s %(value)s differs from %(other)s %(other_value)s"),
        _("Would not hit if %(label)s differed from %(other)s."),
        _("Would not hit if %(label)s equalled %(other)s."),
    ),
    Operator.ABOVE_FIELD: Phrase(
        _("%(label)s %(value)s is above %(other)s %(other_value)s"),
        _("%(label)s %(value)s is not above %(other)s %(other_value)s"),
        _("Would not hit at %(other_value)s or less (declared %(value)s)."),
        _("Would not hit above %(other_value)s (declared %(value)s)."),
    ),
    Operator.BELOW_FIELD: Phrase(
        _("%(label)s %(value)s is below %(other)s %(other_value)s"),
        _("%(label)s %(value)s is not below %(other)s %(other_value)s"),
        _("Would not hit at %(other_value)s or more (declared %(value)s)."),
        _("Would not hit below %(other_value)s (declared %(value)s)."),
    ),
    Operator.RATIO_ABOVE: Phrase(
        _("%(label)s %(value)s is more than %(threshold)s times %(other)s %(other_value)s"),
        _("%(label)s %(value)s is not more than %(threshold)s times %(other)s %(other_value)s"),
        _("Would not hit at %(threshold)s times %(other)s or less."),
        _("Would not hit above %(threshold)s times %(other)s."),
    ),
    Operator.RATIO_BELOW: Phrase(
        _("%(label)s %(value)s is less than %(threshold)s times %(other)s %(other_value)s"),
        _("%(label)s %(value)s is not less than %(threshold)s times %(other)s %(other_value)s"),
        _("Would not hit at %(threshold)s times %(other)s or more."),
        _("Would not hit below %(threshold)s times %(other)s."),
    ),
    Operator.MISSING: Phrase(
        _("%(label)s is missing"),
        _("%(label)s %(value)s is given"),
        _("Would not hit if %(label)s were given."),
        _("Would not hit without %(label)s."),
    ),
    Operator.PRESENT: Phrase(
        _("%(label)s %(value)s is given"),
        _("%(label)s is missing"),
        _("Would not hit without %(label)s %(value)s."),
        _("Would not hit if %(label)s were given."),
    ),
    Operator.SAMPLE: Phrase(
        _("selected at random, %(threshold)s in ten thousand"),
        _("not selected at random, %(threshold)s in ten thousand"),
        _("Would not hit without the random selection."),
        _("Would not hit if selected at random."),
    ),
}
"""A negated phrase says `(not given)` where the value is missing."""

RULE: Mapping[Operator, Promise] = {
    Operator.EQUALS: _("%(label)s is %(threshold)s"),
    Operator.NOT_EQUALS: _("%(label)s is given and not %(threshold)s"),
    Operator.IN_VALUES: _("%(label)s is one of %(threshold)s"),
    Operator.OVERLAPS: _("%(label)s is one of %(threshold)s"),
    Operator.IN_LIST: _("%(label)s is on list “%(threshold)s”"),
    Operator.ONLY_IN_LIST: _("every %(label)s is on list “%(threshold)s”"),
    Operator.STARTS_WITH: _("%(label)s starts with %(threshold)s"),
    Operator.CONTAINS_WORD: _("%(label)s contains a word of “%(threshold)s”"),
    Operator.BELOW: _("%(label)s is below %(threshold)s"),
    Operator.ABOVE: _("%(label)s is above %(threshold)s"),
    Operator.AT_LEAST: _("%(label)s is at least %(threshold)s"),
    Operator.AT_MOST: _("%(label)s is at most %(threshold)s"),
    Operator.BETWEEN: _("%(label)s is between %(threshold)s"),
    Operator.EQUALS_FIELD: _("%(label)s equals %(other)s"),
    Operator.ABOVE_FIELD: _("%(label)s is above %(other)s"),
    Operator.BELOW_FIELD: _("%(label)s is below %(other)s"),
    Operator.RATIO_ABOVE: _("%(label)s is more than %(threshold)s times %(other)s"),
    Operator.RATIO_BELOW: _("%(label)s is less than %(threshold)s times %(other)s"),
    Operator.MISSING: _("%(label)s is missing"),
    Operator.PRESENT: _("%(label)s is given"),
    Operator.SAMPLE: _("selected at random, %(threshold)s in ten thousand"),
}
"""How a condition is told as part of a rule."""
