"""Hits and rules in words: a sentence for each hit, its nearest miss, and the rule itself.

Nothing here decides; everything is told from what a hit has bound or what a tree says.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import msgspec
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from declarations.document import Document
from risk.engine.evaluate import CompiledRuleSet
from risk.engine.field import FieldType
from risk.engine.fields import CATALOGUE
from risk.engine.operators import Operator
from risk.engine.phrases import PHRASES, RULE, Phrase
from risk.engine.rules import Bound, Hit
from risk.engine.subject import Context
from risk.engine.tree import All, AllItems, Any, AnyItem, Count, CountItems, Expression, Leaf, Not

NEAR = Decimal("0.2")
"""How far from its threshold, as a share of it, a number is still a near one."""

Titles = Mapping[str, str]
"""Titles of reference lists by code; a list without title is named by its code."""

_NUMERIC = frozenset({
    Operator.BELOW, Operator.ABOVE, Operator.AT_LEAST, Operator.AT_MOST,
    Operator.ABOVE_FIELD, Operator.BELOW_FIELD,
})  # fmt: skip


class NearHit(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that did not hit because of one number close to its threshold."""

    rule: str
    version: int
    bound: Bound


def sentence(hit: Hit, titles: Titles | None = None) -> str:
    """Return why the rule hit as one sentence, each value beside what it was compared with."""
    parts = dict.fromkeys(_told(bound, titles or {}) for bound in hit.bound)
    return f"{_capital(_joined(tuple(parts)))}."


def nearest_miss(hit: Hit, titles: Titles | None = None) -> str:
    """Return which single condition would have prevented the hit; empty where none alone would.

    A number close to its threshold comes first, then the first condition that decides; that a
    field is given at all comes last.
    """
    decisive = [bound for bound in hit.bound if bound.decisive and bound.field in CATALOGUE]
    if not decisive:
        return ""
    bound = min(decisive, key=lambda one: (_distance(one), one.operator == Operator.PRESENT))
    phrase = _phrase(bound)
    told = phrase.prevented_negated if bound.negated else phrase.prevented
    return str(told) % _words_of(bound, titles or {})


def near_hits(rules: CompiledRuleSet, document: Document, context: Context) -> list[NearHit]:
    """Return the rules that one number near its threshold kept from hitting, each once.

    Every rule is looked at without the index: meant for a page, not for intake.
    """
    found: dict[str, NearHit] = {}
    hit = {one.rule for one in rules.evaluate(document, context)}
    for rule, bounds in rules.reasons_against(document, context):
        near = [b for b in bounds if b.decisive and _distance(b) <= NEAR]
        if near and rule.code not in hit and rule.code not in found:
            bound = min(near, key=_distance)
            found[rule.code] = NearHit(rule=rule.code, version=rule.version, bound=bound)
    return list(found.values())


def in_words(tree: Expression, titles: Titles | None = None) -> str:
    """Return the condition of a rule as a sentence."""
    return f"{_capital(_rule(tree, titles or {}))}."


def _told(bound: Bound, titles: Titles) -> str:
    if bound.field not in CATALOGUE:
        return _counted(bound)
    phrase, words = _phrase(bound), _words_of(bound, titles)
    if _is_count(bound):
        words["label"] = f"{words['label']}:"
    return str(phrase.negated if bound.negated else phrase.hit) % words


def _is_count(bound: Bound) -> bool:
    """Whether a number without a unit follows the name of the field, which may end in one."""
    entry = CATALOGUE[bound.field]
    return bound.operator in _NUMERIC and entry.type is FieldType.NUMBER and not entry.unit


def _phrase(bound: Bound) -> Phrase:
    """Return the words for the comparison; being one of a single value is being that value."""
    among = bound.operator in (Operator.IN_VALUES, Operator.OVERLAPS) and not bound.other
    single = among and ", " not in bound.threshold
    return PHRASES[Operator.EQUALS if single else Operator(bound.operator)]


def _counted(bound: Bound) -> str:
    number = int(bound.value)
    text = ngettext(
        "%(number)s goods item fits (limit %(limit)s)",
        "%(number)s goods items fit (limit %(limit)s)",
        number,
    )
    return text % {"number": number, "limit": bound.threshold}


def _words_of(bound: Bound, titles: Titles) -> dict[str, str]:
    value = _value(bound.field, bound.value) or _("(not given)")
    return {
        "label": str(CATALOGUE[bound.field].label),
        "value": value,
        "found": ", ".join(bound.matched) or value,
        "threshold": _threshold(bound.field, bound.operator, bound.threshold, titles),
        "other": str(CATALOGUE[bound.other].label) if bound.other else "",
        "other_value": _value(bound.other, bound.other_value) if bound.other else "",
    }


def _threshold(field: str, operator: str, text: str, titles: Titles) -> str:
    if operator in (Operator.SAMPLE, Operator.RATIO_ABOVE, Operator.RATIO_BELOW):
        return text
    if operator == Operator.BETWEEN:
        return _(" and ").join(_value(field, limit) for limit in text.split(", "))
    return titles.get(text, _value(field, text))


def _value(field: str, text: str) -> str:
    entry = CATALOGUE[field]
    if not text or entry.type is not FieldType.NUMBER:
        return text
    number = number_format(text, force_grouping=True)
    return f"{number} {entry.unit}" if entry.unit else number


def _distance(bound: Bound) -> Decimal:
    """Return how far the value lies from its threshold, as a share; infinite if no number."""
    limit = bound.other_value or bound.threshold
    field = CATALOGUE.get(bound.field)
    if field is None or field.type is not FieldType.NUMBER or bound.operator not in _NUMERIC:
        return Decimal("Infinity")
    if not bound.value or not limit or not Decimal(limit):
        return Decimal("Infinity")
    return abs(Decimal(bound.value) - Decimal(limit)) / abs(Decimal(limit))


def _rule(node: Expression, titles: Titles) -> str:
    if isinstance(node, Leaf):
        return _leaf(node, titles)
    if isinstance(node, Not):
        return _("not (%(part)s)") % {"part": _rule(node.item, titles)}
    if isinstance(node, All | Any):
        parts = [_part(part, titles) for part in node.items]
        return (_(" and ") if isinstance(node, All) else _(" or ")).join(parts)
    return _quantified(node, _rule(node.condition, titles))


def _part(node: Expression, titles: Titles) -> str:
    text = _rule(node, titles)
    return f"({text})" if isinstance(node, All | Any) and len(node.items) > 1 else text


def _quantified(node: AnyItem | AllItems | CountItems, part: str) -> str:
    if isinstance(node, AnyItem):
        return _("for at least one goods item: (%(part)s)") % {"part": part}
    if isinstance(node, AllItems):
        return _("for every goods item: (%(part)s)") % {"part": part}
    if node.operator is Count.AT_LEAST:
        return _("for at least %(limit)s goods items: (%(part)s)") % {
            "part": part,
            "limit": node.limit,
        }
    return _("for at most %(limit)s goods items: (%(part)s)") % {"part": part, "limit": node.limit}


def _leaf(leaf: Leaf, titles: Titles) -> str:
    text = ", ".join(leaf.values) or leaf.list
    return str(RULE[leaf.operator]) % {
        "label": str(CATALOGUE[leaf.field].label),
        "threshold": _threshold(leaf.field, leaf.operator, text, titles),
        "other": str(CATALOGUE[leaf.other].label) if leaf.other else "",
    }


def _joined(parts: Sequence[str]) -> str:
    if len(parts) < 2:
        return "".join(parts)
    return _("%(first)s and %(last)s") % {"first": ", ".join(parts[:-1]), "last": parts[-1]}


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
