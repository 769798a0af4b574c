"""The list of rules: where each stands in its life, and what it found lately."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta

import msgspec
from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customs_portal.pages.reads.queue import person
from risk.models import Rule, RuleDraft, RuleReview, RuleSetVersion, RuleVersion
from risk.rule_sets import versions_held, versions_valid

WEEK = timedelta(days=7)


class State(msgspec.Struct, frozen=True):
    """Where a rule stands: its name in addresses, its words, the colour of its tag."""

    name: str
    words: Promise
    colour: str


ACTIVE = State("active", _("Active"), "green")
OBSERVING = State("observing", _("Only observes"), "blue")
SCHEDULED = State("scheduled", _("Begins later"), "blue")
ENDED = State("ended", _("Ended"), "grey")
APPROVED = State("approved", _("Approved, not published"), "yellow")
RETIRED = State("retired", _("Retired"), "grey")
UNAPPROVED = State("unapproved", _("Never approved"), "grey")
STATES = (ACTIVE, OBSERVING, SCHEDULED, ENDED, APPROVED, RETIRED, UNAPPROVED)
DRAFTED = State("draft", _("Draft"), "yellow")
PROPOSED = State("proposed", _("Proposed"), "yellow")


class RuleLine(msgspec.Struct, frozen=True, kw_only=True):
    """One rule of the list."""

    id: int
    code: str
    title: str
    profile: str
    state: State
    draft: State | None
    outcome: str
    severity: str
    score: int | None
    hits: int
    changed_at: datetime | None
    owner: str
    review_by: date | None
    is_due: bool


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What is looked for: words, a state, a profile, an owner, only what is due for review."""

    words: str = ""
    state: str = ""
    profile: str = ""
    owner: str = ""
    due: bool = False


def lines(wanted: Wanted, at: datetime) -> list[RuleLine]:
    """Return the rules that fit, by code."""
    rules = Rule.objects.select_related("profile").order_by("code")
    hits, due = hits_since(at - WEEK), due_versions(at.date())
    newest, drafts = newest_versions(), _drafts()
    held = held_versions()
    ever = ever_published(version for key, version in newest.items() if not held[key])
    found = []
    for rule in rules:
        ours, last = held[rule.pk], newest.get(rule.pk)
        shown = next(iter(versions_valid(ours, at)), last)
        state, is_due = state_of(last, ours, ever, at), _is_due(shown, ours, due, at)
        found.append(
            _line(rule, drafts.get(rule.pk), shown, last, state, hits.get(rule.code, 0), is_due)
        )
    return [line for line in found if _fits(line, wanted)]


def held_versions() -> defaultdict[int, list[RuleVersion]]:
    """Return the versions that the rule set in force holds, by rule."""
    rule_set = RuleSetVersion.objects.first()
    held: defaultdict[int, list[RuleVersion]] = defaultdict(list)
    for version in versions_held(rule_set) if rule_set else ():
        held[version.rule_id].append(version)
    return held


def newest_versions() -> dict[int, RuleVersion]:
    """Return the newest version of each rule, in force or not."""
    versions = RuleVersion.objects.select_related("owner").order_by("rule_id", "-number")
    return {version.rule_id: version for version in versions.distinct("rule_id")}


def _drafts() -> dict[int, RuleDraft]:
    drafts = RuleDraft.objects.filter(state__in=("draft", "proposed"))
    return {draft.rule_id: draft for draft in drafts.only("rule", "state", "changed_at")}


_HITS = """
SELECT hit ->> 'rule', count(DISTINCT a.id) FROM risk_assessment a,
       jsonb_array_elements(a.hits) hit
WHERE a.made_at >= %s GROUP BY 1
"""


def hits_since(since: datetime) -> dict[str, int]:
    """Return how many assessments each rule hit since then, by its code."""
    with connection.cursor() as cursor:
        cursor.execute(_HITS, [since])
        return dict(cursor.fetchall())


def due_versions(day: date) -> set[int]:
    """Return the versions that wait for a review on that day."""
    waiting = RuleReview.objects.filter(reviewed_at__isnull=True, due_on__lte=day)
    urgent = RuleReview.objects.filter(reviewed_at__isnull=True, cause=RuleReview.Cause.URGENT)
    return set(waiting.union(urgent).values_list("version", flat=True))


def state_of(
    newest: RuleVersion | None, held: Iterable[RuleVersion], ever: set[int], at: datetime
) -> State:
    """Return where a rule stands.

    Known of it: its newest version, those in the rule set in force, and which versions some rule
    set ever held.
    """
    found = list(held)
    valid = versions_valid(found, at)
    if valid:
        return OBSERVING if valid[0].observe_only else ACTIVE
    if found:
        begins = any(version.valid_from and version.valid_from > at for version in found)
        return SCHEDULED if begins else ENDED
    if newest is None:
        return UNAPPROVED
    return RETIRED if newest.pk in ever else APPROVED


_EVER = """
SELECT DISTINCT version FROM risk_rulesetversion, unnest(rule_versions) version
WHERE version = ANY(%s::bigint[])
"""


def ever_published(versions: Iterable[RuleVersion | None]) -> set[int]:
    """Return which of the versions some rule set held."""
    wanted = [version.pk for version in versions if version]
    with connection.cursor() as cursor:
        cursor.execute(_EVER, [wanted])
        return {row[0] for row in cursor.fetchall()}


def _is_due(
    shown: RuleVersion | None, held: list[RuleVersion], due: set[int], at: datetime
) -> bool:
    day = shown.review_by if shown else None
    return any(version.pk in due for version in held) or bool(day and day <= at.date())


def _line(
    rule: Rule,
    draft: RuleDraft | None,
    shown: RuleVersion | None,
    newest: RuleVersion | None,
    state: State,
    hits: int,
    is_due: bool,  # noqa: FBT001  a fact of the line, no switch
) -> RuleLine:
    return RuleLine(
        id=rule.pk,
        code=rule.code,
        title=rule.title,
        profile=rule.profile.name,
        state=state,
        draft=draft_state(draft),
        outcome=shown.get_outcome_display() if shown else "",
        severity=shown.get_severity_display() if shown else "",
        score=shown.score if shown else None,
        hits=hits,
        changed_at=newest.created_at if newest else (draft.changed_at if draft else None),
        owner=person(newest.owner) if newest and newest.owner else "",
        review_by=shown.review_by if shown else None,
        is_due=is_due,
    )


def draft_state(draft: RuleDraft | None) -> State | None:
    """Return the state of an open draft."""
    if draft is None:
        return None
    return PROPOSED if draft.state == RuleDraft.State.PROPOSED else DRAFTED


def _fits(line: RuleLine, wanted: Wanted) -> bool:
    words = wanted.words.casefold()
    states = {line.state.name, line.draft.name if line.draft else ""}
    return (
        (not words or words in f"{line.code} {line.title} {line.profile}".casefold())
        and (not wanted.state or wanted.state in states)
        and (not wanted.profile or wanted.profile == line.profile)
        and (not wanted.owner or wanted.owner == line.owner)
        and (not wanted.due or line.is_due)
    )
