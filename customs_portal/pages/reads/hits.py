"""Hits as people read them: a sentence, the value beside its threshold, what to do."""

from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec

from customs_portal.pages.reads import comparisons
from declarations.document import Document, Spot
from declarations.persons import NO_VEIL, Veil
from risk.engine.explain import NearHit, Titles, near_hits, nearest_miss, sentence
from risk.engine.outcomes import SEVERITY_RANK, Severity
from risk.engine.rules import Bound, EngineRule, Hit
from risk.engine.subject import Context
from risk.models import ReferenceList, RuleVersion
from risk.models.choices import Severity as SeverityName
from risk.rule_sets import InForce, NoRuleSet, engine_rule, in_force
from risk.veiled import veiled

Rules = Mapping[tuple[str, int], EngineRule]
"""Rules by code and number of their version."""


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """One condition of a hit: what was declared, how it compares, and with what."""

    label: str
    value: str
    words: str
    threshold: str
    spots: tuple[Spot, ...]


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """One hit as a reason to look, numbered from 1 in its order on the page."""

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
    spots: tuple[Spot, ...]
    link: str = ""


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


def rules_of(assessments: Iterable[Iterable[Hit]]) -> dict[tuple[str, int], EngineRule]:
    """Return the rule versions that the hits name, but for those that only observe."""
    wanted = {(hit.rule, hit.version) for hits in assessments for hit in hits}
    versions = RuleVersion.objects.select_related("rule").filter(
        rule__code__in={code for code, _number in wanted}, observe_only=False
    )
    found = {(version.rule.code, version.number): version for version in versions}
    return {key: engine_rule(version) for key, version in found.items() if key in wanted}


def in_order(hits: Iterable[Hit], rules: Rules) -> list[Hit]:
    """Return the hits of these rules, the most severe first, then those with most points."""
    known = (hit for hit in hits if (hit.rule, hit.version) in rules)
    return sorted(known, key=lambda hit: _weight(hit, rules))


def _weight(hit: Hit, rules: Rules) -> tuple[int, int, str]:
    rule = rules[hit.rule, hit.version]
    return -SEVERITY_RANK[Severity(rule.severity)], -rule.score, rule.code


def reasons(raw: object, veil: Veil = NO_VEIL) -> list[Reason]:
    """Return the hits of one assessment as reasons, the persons behind the veil not named."""
    hits = [veiled(hit, veil) for hit in stored_hits(raw)]
    rules, titles = rules_of([hits]), list_titles()
    ordered = in_order(hits, rules)
    return [
        _reason(place, hit, rules[hit.rule, hit.version], titles)
        for place, hit in enumerate(ordered, start=1)
    ]


def _reason(number: int, hit: Hit, rule: EngineRule, titles: Titles) -> Reason:
    return Reason(
        number=number,
        rule=hit.rule,
        version=hit.version,
        title=rule.title,
        sentence=sentence(hit, titles),
        comparisons=tuple(_comparison(bound, titles) for bound in hit.bound),
        near_miss=nearest_miss(hit, titles),
        instruction=rule.instruction,
        severity=rule.severity,
        severity_name=str(SeverityName(rule.severity).label),
        score=rule.score,
        spots=hit.spots,
    )


def _comparison(bound: Bound, titles: Titles) -> Comparison:
    return Comparison(
        label=comparisons.label(bound),
        value=comparisons.value(bound),
        words=comparisons.words(bound),
        threshold=comparisons.threshold(bound, titles),
        spots=bound.spots,
    )


def list_titles() -> dict[str, str]:
    """Return the titles of reference lists by their code."""
    return dict(ReferenceList.objects.values_list("code", "name"))


def nearly(document: Document, context: Context, at: datetime) -> list[Near]:
    """Return the rules in force then that one number near its threshold kept from hitting."""
    try:
        rules = in_force(at)
    except NoRuleSet:
        return []
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
