"""Hits as people read them: a sentence, the value beside its threshold, what to do."""

from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import datetime

import msgspec
from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

from customs_portal.bulk import fetch_prepared
from customs_portal.pages.reads import comparisons
from declarations.document import Document
from declarations.persons import NO_VEIL, Veil
from risk.engine.explain import NearHit, Titles, near_hits, nearest_miss, sentence
from risk.engine.outcomes import SEVERITY_RANK, Severity
from risk.engine.rules import Bound, EngineRule, Hit, decode
from risk.engine.subject import Context
from risk.models import Assessment, RuleVersion
from risk.models.choices import Severity as SeverityName
from risk.rule_sets import InForce, NoRuleSet, engine_rule, in_force
from risk.veiled import veiled

Weight = tuple[int, int, str]
"""Severity, points and code of a rule: the gravest come first."""
MOST_TOLD = 50
"""Further hits of one rule that are told in full."""
MOST_COMPARED = 2_000
"""Rules times goods items that are compared without being asked for: about a tenth of a second."""


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """One condition of a hit: what was declared, how it compares, and with what."""

    label: str
    value: str
    words: str
    threshold: str


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence, and the goods items of which it is true; empty where it points to none."""

    sentence: str
    items: str


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """The hits of one rule as one reason to look, numbered from 1 in its order on the page.

    Sentence and comparisons are those of the first hit. `others` tells the further hits that
    belong to what the page shows; `elsewhere` is how many are not told.
    """

    number: int
    rule: str
    version: int
    title: str
    sentence: str
    comparisons: tuple[Comparison, ...]
    near_miss: str
    instruction: str
    severity: str
    severity_name: str
    score: int
    hits: tuple[Hit, ...]
    link: str = ""
    others: tuple[Told, ...] = ()
    elsewhere: int = 0


class Near(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that nearly hit: the number that decided, and its limit."""

    title: str
    rule: str
    version: int
    label: str
    value: str
    threshold: str


def stored_hits(raw: object) -> list[Hit]:
    """Return the hits that stand on an assessment."""
    return list(msgspec.convert(raw, tuple[Hit, ...]))


def hits_by_ens(found: QuerySet[Assessment]) -> dict[int, tuple[Hit, ...]]:
    """Return the hits of the newest of these assessments of each ENS, read from their text."""
    rows = found.order_by("pk").values_list("ens_id", Cast("hits", TextField()))
    return {ens: decode(text) for ens, text in rows}


def rules_of(hits: Iterable[Hit]) -> dict[tuple[str, int], EngineRule]:
    """Return the rule versions that the hits name, but for those that only observe."""
    wanted = {(hit.rule, hit.version) for hit in hits}
    codes = {code for code, _number in wanted}
    told = RuleVersion.objects.filter(rule__code__in=codes, observe_only=False)
    versions = told.select_related("rule")
    found = {(version.rule.code, version.number): version for version in versions}
    return {key: engine_rule(version) for key, version in found.items() if key in wanted}


_WEIGHTS = """
SELECT r.code, v.number, v.severity, v.score
FROM risk_ruleversion v JOIN risk_rule r ON r.id = v.rule_id
WHERE r.code = ANY(%s::text[]) AND NOT v.observe_only
"""


def weights_of(assessments: Iterable[Iterable[Hit]]) -> dict[tuple[str, int], Weight]:
    """Return what orders the hits of these rule versions, but for those that only observe."""
    codes = sorted({hit.rule for hits in assessments for hit in hits})
    return {
        (code, number): _weight(code, severity, score)
        for code, number, severity, score in fetch_prepared(_WEIGHTS, [codes])
    }


def _weight(code: str, severity: str, score: int) -> Weight:
    return -SEVERITY_RANK[Severity(severity)], -score, code


def in_order(hits: Iterable[Hit], weights: Mapping[tuple[str, int], Weight]) -> list[Hit]:
    """Return the hits of these rules, the most severe first, then those with most points."""
    known = (hit for hit in hits if (hit.rule, hit.version) in weights)
    return sorted(known, key=lambda hit: weights[hit.rule, hit.version])


def reasons(found: Iterable[Hit], titles: Titles, veil: Veil = NO_VEIL) -> list[Reason]:
    """Return the hits of one assessment as reasons, the persons behind the veil not named."""
    hits = [veiled(hit, veil) for hit in found]
    rules = rules_of(hits)
    weights = {key: _weight(rule.code, rule.severity, rule.score) for key, rule in rules.items()}
    by_rule: dict[tuple[str, int], list[Hit]] = {}
    for hit in in_order(hits, weights):
        by_rule.setdefault((hit.rule, hit.version), []).append(hit)
    return [
        _reason(place, found, rules[key], titles)
        for place, (key, found) in enumerate(by_rule.items(), start=1)
    ]


def _reason(number: int, hits: Sequence[Hit], rule: EngineRule, titles: Titles) -> Reason:
    first = hits[0]
    return Reason(
        number=number,
        rule=first.rule,
        version=first.version,
        title=rule.title,
        sentence=sentence(first, titles),
        comparisons=tuple(_comparison(bound, titles) for bound in first.bound),
        near_miss=nearest_miss(first, titles),
        instruction=rule.instruction,
        severity=rule.severity,
        severity_name=str(SeverityName(rule.severity).label),
        score=rule.score,
        hits=tuple(hits),
    )


def _comparison(bound: Bound, titles: Titles) -> Comparison:
    return Comparison(
        label=comparisons.label(bound),
        value=comparisons.value(bound),
        words=comparisons.words(bound),
        threshold=comparisons.threshold(bound, titles),
    )


def with_others(reason: Reason, shown: Set[str], titles: Titles) -> Reason:
    """Return the reason with its further hits on the goods items shown, and on no item, told."""
    here = [hit for hit in reason.hits[1:] if items_of(hit) <= shown][:MOST_TOLD]
    told: dict[str, set[int]] = {}
    for hit in here:
        told.setdefault(sentence(hit, titles), set()).update(map(int, items_of(hit)))
    return msgspec.structs.replace(
        reason,
        others=tuple(Told(sentence=text, items=_runs(items)) for text, items in told.items()),
        elsewhere=len(reason.hits) - 1 - len(here),
    )


def _runs(numbers: Set[int]) -> str:
    """Return numbers in words: those that follow one another as `2-50`."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


def items_of(hit: Hit) -> set[str]:
    """Return the numbers of the goods items that a hit points to."""
    return {spot.reference for bound in hit.bound for spot in bound.spots if spot.kind == "item"}


def list_titles() -> dict[str, str]:
    """Return the titles of reference lists by their code."""
    return dict(fetch_prepared("SELECT code, name FROM risk_referencelist"))


def nearly(document: Document, context: Context, at: datetime, *, most: float) -> list[Near] | None:
    """Return the rules in force then that one number near its threshold kept from hitting.

    None where there are more than `most` comparisons to make: rules times goods items.
    """
    try:
        rules = in_force(at)
    except NoRuleSet:
        return []
    size = len(rules.rules) * sum(1 for _item in document.items())
    if size > most:
        return None
    return [_near(found, rules) for found in near_hits(rules.compiled, document, context)]


def _near(found: NearHit, rules: InForce) -> Near:
    return Near(
        title=rules.rules[found.rule].title,
        rule=found.rule,
        version=found.version,
        label=comparisons.label(found.bound),
        value=comparisons.value(found.bound),
        threshold=comparisons.threshold(found.bound, {}),
    )
