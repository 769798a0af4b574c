"""Looking at rules again: asked for on the day that a version names, done by a person."""

from datetime import date, datetime, timedelta

import msgspec

from customs_portal.accounts.models import User
from customs_portal.events.services import NewEvent, record, record_many
from customs_portal.findings import Finding
from declarations.services.locks import assert_in_transaction
from declarations.services.results import Refused, refusal
from risk import policies
from risk.events import RULE_REVIEW_DUE, RULE_REVIEWED
from risk.models import RuleReview, RuleSetVersion, RuleVersion
from risk.rule_sets import versions_held, versions_valid
from risk.services.drafting import stream_of

NOTICE = timedelta(days=14)
"""So long before its day a review is asked for."""


class Reviewed(msgspec.Struct, frozen=True, kw_only=True):
    """The review is done."""

    review: int


def ask_for_reviews(*, at: datetime) -> int:
    """Ask for a review of each version in force whose day comes within 14 days; return how many.

    The day is the one that the last review set, else the one that the version names.
    """
    assert_in_transaction()
    rule_set = RuleSetVersion.objects.first()
    held = versions_held(rule_set) if rule_set else []
    days = {version: _day_of(version) for version in versions_valid(held, at)}
    wanted = [(v, day) for v, day in days.items() if day and day <= (at + NOTICE).date()]
    fresh = [pair for pair in wanted if not pair[0].reviews.filter(due_on=pair[1]).exists()]
    RuleReview.objects.bulk_create(
        [
            RuleReview(version=version, cause=RuleReview.Cause.PLANNED, due_on=day, asked_at=at)
            for version, day in fresh
        ],
        ignore_conflicts=True,
    )
    record_many([_asked(version, day, at) for version, day in fresh])
    return len(fresh)


def _day_of(version: RuleVersion) -> date | None:
    last = version.reviews.filter(next_on__isnull=False).order_by("-reviewed_at").first()
    return last.next_on if last else version.review_by


def _asked(version: RuleVersion, day: date, at: datetime) -> NewEvent:
    data = {"rule": version.rule.code, "version": version.number, "due_on": day.isoformat()}
    return NewEvent(kind=RULE_REVIEW_DUE, at=at, stream=stream_of(version.rule), data=data)


def review(
    key: int, *, finding: str, next_on: str, reviewer: User, at: datetime
) -> Reviewed | Refused:
    """Record what came of a review, and when the next one is (ISO date, or empty).

    After an urgent publication it is for an approver who did not publish it.
    """
    assert_in_transaction()
    asked = RuleReview.objects.select_for_update(of=("self",)).select_related("version__rule")
    found = asked.filter(pk=key).first()
    day = _date(next_on)
    findings = _review_findings(found, finding, next_on, day, reviewer, at)
    if found is None or findings:
        return Refused(findings=findings)
    found.finding, found.next_on = finding.strip(), day
    found.reviewed_by, found.reviewed_at = reviewer, at
    found.save()
    data = {"rule": found.version.rule.code, "version": found.version.number}
    stream = stream_of(found.version.rule)
    record(RULE_REVIEWED, at=at, data=data, stream=stream, actor=reviewer.pk)
    return Reviewed(review=found.pk)


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def _review_findings(
    found: RuleReview | None,
    finding: str,
    next_on: str,
    day: date | None,
    reviewer: User,
    at: datetime,
) -> list[Finding]:
    if found is None or found.reviewed_at:
        return [refusal("not_found", "There is no such open review.")]
    findings = _may_review(found, reviewer)
    if not finding.strip():
        findings.append(refusal("no_finding", "Say what came of the review.", "finding"))
    if next_on.strip() and (day is None or day <= at.date()):
        findings.append(refusal("wrong_day", "The next review is on a day to come.", "next_on"))
    return findings


def _may_review(found: RuleReview, reviewer: User) -> list[Finding]:
    approves = policies.may_approve_rules(reviewer)
    if found.cause == RuleReview.Cause.PLANNED:
        if approves or policies.may_write_rules(reviewer):
            return []
        return [refusal("role", "Only risk analysts and approvers review rules.")]
    if not approves:
        return [refusal("role", "Only risk approvers review urgent publications.")]
    if reviewer.pk == found.version.approved_by_id:
        return [refusal("own_rule", "Another person must review what you published urgently.")]
    return []
