"""A draft as the engine takes it."""

from risk.builder.outline import read, tree
from risk.engine.outcomes import Outcome, Severity
from risk.engine.rules import EngineRule
from risk.models import RuleDraft


def engine_draft(draft: RuleDraft) -> EngineRule:
    """Return a draft whose condition is sound as the engine would take it."""
    return EngineRule(
        code=draft.rule.code,
        version=0,
        title=draft.rule.title,
        family=draft.rule.family,
        expression=tree(read(draft.outline)).expression,
        outcome=Outcome(draft.outcome),
        severity=Severity(draft.severity),
        score=draft.score,
        modes=tuple(draft.modes),
        offices=tuple(draft.offices),
        filing_types=tuple(draft.filing_types),
    )
