"""The page of one rule: what it says, its versions, how it fares, its story."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db import connection

from customs_portal.events.reads import story
from customs_portal.pages.reads.hits import list_titles
from customs_portal.pages.reads.queue import person
from customs_portal.pages.reads.rules import (
    State,
    draft_state,
    ever_published,
    held_versions,
    state_of,
)
from customs_portal.pages.reads.story import Happening, people
from declarations.lifecycle.measure import CONTROL
from declarations.services.controls import CONFIRMED_FINDS, RESULT_VERBS
from risk.engine.explain import in_words
from risk.models import Rule, RuleDraft, RuleReview, RuleVersion
from risk.rule_sets import engine_rule, versions_valid
from risk.services.drafting import stream_of

MONTH = timedelta(days=30)
YEAR = timedelta(days=365)
FEWEST_DECISIONS = 30
"""With fewer measured decisions, or controls, no share is shown."""
NEWEST_CONTROLS = 10_000
"""How many controls are looked at for the rule, the newest first."""


class VersionLine(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a rule in its list."""

    id: int
    number: int
    is_active: bool
    outcome: str
    severity: str
    score: int
    created_at: datetime
    author: str
    approver: str
    urgent: bool


class Statistics(msgspec.Struct, frozen=True, kw_only=True):
    """Hits in 30 days, and what officers decided on them; no share with too few decisions."""

    hits: int
    decided: int
    acted_on: int
    share: int | None


class Precision(msgspec.Struct, frozen=True, kw_only=True):
    """Controls, with a result, of what the rule has hit, and how many confirmed a find."""

    controls: int
    confirmed: int
    share: int | None


class RulePage(msgspec.Struct, frozen=True, kw_only=True):
    """Everything on the page of a rule; `shown` is the version in force, else the newest."""

    rule: Rule
    state: State
    shown: RuleVersion | None
    sentence: str
    versions: list[VersionLine]
    draft: RuleDraft | None
    draft_state: State | None
    statistics: Statistics
    precision: Precision
    reviews: list[RuleReview]
    story: list[Happening]


def read(rule: Rule, at: datetime) -> RulePage:
    """Return the page of a rule."""
    versions = list(
        rule.versions.select_related("rule", "created_by", "approved_by", "owner").order_by(
            "-number"
        )
    )
    held = held_versions()[rule.pk]
    active = next(iter(versions_valid(held, at)), None)
    newest = versions[0] if versions else None
    shown = next((each for each in versions if active and each.pk == active.pk), newest)
    draft = rule.drafts.filter(state__in=("draft", "proposed")).select_related("author").first()
    return RulePage(
        rule=rule,
        state=state_of(newest, held, ever_published([newest]), at),
        shown=shown,
        sentence=in_words(engine_rule(shown).expression, list_titles()) if shown else "",
        versions=[_line(version, active) for version in versions],
        draft=draft,
        draft_state=draft_state(draft),
        statistics=statistics(rule.code, at - MONTH),
        precision=precision(rule.code, at - YEAR),
        reviews=_reviews(rule),
        story=_story(rule),
    )


def _line(version: RuleVersion, active: RuleVersion | None) -> VersionLine:
    return VersionLine(
        id=version.pk,
        number=version.number,
        is_active=active is not None and version.pk == active.pk,
        outcome=version.get_outcome_display(),
        severity=version.get_severity_display(),
        score=version.score,
        created_at=version.created_at,
        author=person(version.created_by) if version.created_by else "",
        approver=person(version.approved_by) if version.approved_by else "",
        urgent=version.urgent,
    )


_STATISTICS = """
WITH hit AS (
    SELECT a.id FROM risk_assessment a
    WHERE a.made_at >= %(since)s AND a.hits @> %(rule)s::jsonb
)
SELECT (SELECT count(*) FROM hit), count(d.id),
       count(d.id) FILTER (WHERE d.verb <> 'no_further_action')
FROM hit LEFT JOIN risk_decision d ON d.assessment_id = hit.id
"""


def statistics(code: str, since: datetime) -> Statistics:
    """Return how the rule fared since then."""
    with connection.cursor() as cursor:
        cursor.execute(_STATISTICS, {"since": since, "rule": _hit(code)})
        hits, decided, acted_on = cursor.fetchone()
    return Statistics(
        hits=hits, decided=decided, acted_on=acted_on, share=_share(acted_on, decided)
    )


def _hit(code: str) -> str:
    """Return what the hits of an assessment hold where the rule is among them."""
    return msgspec.json.encode([{"rule": code}]).decode()


def _share(part: int, whole: int) -> int | None:
    return round(100 * part / whole) if whole >= FEWEST_DECISIONS else None


_PRECISION = """
SELECT count(*), count(*) FILTER (WHERE c.result_code = ANY(%(finds)s))
FROM (
    SELECT m.id, m.ens_id FROM declarations_measure m
    WHERE m.kind = 'control' AND m.status = ANY(%(ended)s) AND m.placed_at >= %(since)s
    ORDER BY m.placed_at DESC LIMIT %(newest)s
) newest
JOIN declarations_control c ON c.measure_id = newest.id
WHERE EXISTS (
    SELECT FROM risk_assessment a WHERE a.ens_id = newest.ens_id AND a.hits @> %(rule)s::jsonb
)
"""


def precision(code: str, since: datetime) -> Precision:
    """Return what the controls that were recommended since then found of what the rule has hit."""
    asked: dict[str, Any] = {
        "finds": list(CONFIRMED_FINDS),
        "ended": list({CONTROL.target("in_progress", verb) for verb in RESULT_VERBS.values()}),
        "since": since,
        "newest": NEWEST_CONTROLS,
        "rule": _hit(code),
    }
    with connection.cursor() as cursor:
        cursor.execute(_PRECISION, asked)
        controls, confirmed = cursor.fetchone()
    return Precision(controls=controls, confirmed=confirmed, share=_share(confirmed, controls))


def _reviews(rule: Rule) -> list[RuleReview]:
    found = RuleReview.objects.filter(version__rule=rule).select_related("version", "reviewed_by")
    return list(found.order_by("-due_on", "-pk"))


def _story(rule: Rule) -> list[Happening]:
    told = story([stream_of(rule)])
    names = people(line.actor_id for line in told)
    return [
        Happening(at=line.at, sentence=line.sentence, who=names.get(line.actor_id or 0, ""))
        for line in told
    ]
