"""What rules recommend, and what their hits together recommend."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

import msgspec

MAX_SCORE = 100


class Outcome(StrEnum):
    """A recommendation, in rising order; only a person places a measure."""

    NONE = "none"
    OBSERVE = "observe"
    DOCUMENTS = "documents"
    REFER = "refer"
    CONTROL = "control"
    HOLD = "hold"
    DO_NOT_LOAD = "do-not-load"


class Severity(StrEnum):
    """How grave a hit is, in rising order."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


OUTCOME_RANK: Mapping[Outcome, int] = {outcome: rank for rank, outcome in enumerate(Outcome)}
SEVERITY_RANK: Mapping[Severity, int] = {severity: rank for rank, severity in enumerate(Severity)}


class Conclusion(msgspec.Struct, frozen=True, kw_only=True):
    """What an assessment comes to: its outcome, severity (None without a hit) and score."""

    outcome: Outcome
    severity: Severity | None
    score: int


class Weighted(msgspec.Struct, frozen=True):
    """What one rule adds to a conclusion."""

    outcome: Outcome
    severity: Severity
    score: int


def highest_outcome(outcomes: Iterable[Outcome]) -> Outcome:
    """Return the highest of the outcomes, `none` where there is none."""
    return max(outcomes, key=OUTCOME_RANK.__getitem__, default=Outcome.NONE)


def highest_severity(severities: Iterable[Severity]) -> Severity | None:
    """Return the gravest of the severities, None where there is none."""
    return max(severities, key=SEVERITY_RANK.__getitem__, default=None)


def conclude(rules_hit: Iterable[Weighted]) -> Conclusion:
    """Return the conclusion from the rules that hit, each given once however many items it hit.

    Outcome and severity are the highest of the rules; the score is the sum of theirs, at most 100.
    """
    found = tuple(rules_hit)
    return Conclusion(
        outcome=highest_outcome(rule.outcome for rule in found),
        severity=highest_severity(rule.severity for rule in found),
        score=min(MAX_SCORE, sum(rule.score for rule in found)),
    )
