"""Hits as people read them: a sentence, the value beside its threshold, what to do."""

from collections.abc import Iterable, Mapping

import msgspec

from customs_portal.pages.reads import comparisons
from declarations.document import Spot
from risk.engine.outcomes import SEVERITY_RANK, Severity
from risk.engine.rules import Bound, EngineRule, Hit
from risk.models import RuleVersion
from risk.models.choices import Severity as SeverityName
from risk.rule_sets import engine_rule

Rules = Mapping[tuple[str, int], EngineRule]
"""Rules by code and number of their version."""


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """One condition of a hit: what was declared, how it compares, and with what."""

    label: str
    value: str
    words: str
    threshold: str
    spots: tuple[Spot, ...]
    link: str = ""


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


def stored_hits(raw: object) -> list[Hit]:
    """Return the hits that stand on an assessment."""
    return list(msgspec.convert(raw, tuple[Hit, ...]))


def rules_of(assessments: Iterable[Iterable[Hit]]) -> dict[tuple[str, int], EngineRule]:
    """Return the rule versions that the hits name."""
    wanted = {(hit.rule, hit.version) for hits in assessments for hit in hits}
    versions = RuleVersion.objects.select_related("rule").filter(
        rule__code__in={code for code, _number in wanted}
    )
    found = {(version.rule.code, version.number): version for version in versions}
    return {key: engine_rule(version) for key, version in found.items() if key in wanted}


def in_order(hits: Iterable[Hit], rules: Rules) -> list[Hit]:
    """Return the hits, the most severe first, then those with most points."""
    return sorted(hits, key=lambda hit: _weight(hit, rules))


def _weight(hit: Hit, rules: Rules) -> tuple[int, int, str]:
    rule = rules[hit.rule, hit.version]
    return -SEVERITY_RANK[Severity(rule.severity)], -rule.score, rule.code


def reasons(raw: object) -> list[Reason]:
    """Return the hits of one assessment as reasons."""
    hits = stored_hits(raw)
    rules = rules_of([hits])
    ordered = in_order(hits, rules)
    return [_reason(place, hit, rules) for place, hit in enumerate(ordered, start=1)]


def _reason(number: int, hit: Hit, rules: Rules) -> Reason:
    rule = rules[hit.rule, hit.version]
    return Reason(
        number=number,
        rule=hit.rule,
        version=hit.version,
        title=rule.title,
        sentence=sentence(hit, rules),
        comparisons=tuple(_comparison(bound) for bound in hit.bound if bound.decisive),
        near_miss=near_miss(hit, rules),
        instruction=rule.instruction,
        severity=rule.severity,
        severity_name=str(SeverityName(rule.severity).label),
        score=rule.score,
        spots=hit.spots,
    )


def _comparison(bound: Bound) -> Comparison:
    return Comparison(
        label=comparisons.label(bound),
        value=comparisons.value(bound),
        words=comparisons.words(bound),
        threshold=comparisons.threshold(bound),
        spots=bound.spots,
    )


def sentence(hit: Hit, rules: Rules) -> str:
    """Return the hit as one sentence."""
    parts = [
        f"{comparisons.label(b)} {comparisons.value(b)} {comparisons.words(b)} "
        f"{comparisons.threshold(b)}".strip()
        for b in hit.bound
    ]
    return "; ".join(parts)


def near_miss(hit: Hit, rules: Rules) -> str:
    """Return under what the rule would not have hit."""
    return ""
