"""Approving drafts: another person makes a version of it, or sends it back."""

from datetime import datetime, timedelta

import msgspec
from django.db.models import Max

from customs_portal.accounts.models import User
from customs_portal.findings import Finding
from declarations.services.results import Refused, refusal
from risk import policies
from risk.builder.outline import read, tree
from risk.events import RULE_APPROVED, RULE_APPROVED_URGENTLY, RULE_SENT_BACK
from risk.models import Rule, RuleDraft, RuleReview, RuleVersion
from risk.models.content import CONTENT_FIELDS
from risk.services.drafting import Drafted, draft_findings, locked, moved, open_findings
from risk.services.publications import Published, publish_urgently

LONGEST_URGENCY = 72
"""Hours for which a rule may be in force before it is published in the regular way."""


class Approved(msgspec.Struct, frozen=True, kw_only=True):
    """The version that was made; nothing is in force yet."""

    version: int
    number: int


def approve(draft: int, *, revision: int, approver: User, at: datetime) -> Approved | Refused:
    """Make a version of the draft; refused to everybody who wrote on it."""
    found = locked(draft)
    findings = _may_approve(found, approver, revision, at)
    if found is None or findings:
        return Refused(findings=findings)
    version = _version(found, approver, at)
    _decided(found, version, approver, at)
    moved(found, RULE_APPROVED, approver, at, version=version.number)
    return Approved(version=version.pk, number=version.number)


def approve_urgently(
    draft: int, *, revision: int, hours: int, approver: User, at: datetime
) -> Published | Refused:
    """Make a version of the draft and publish it at once for so many hours, at most 72.

    What it replaces comes back when it ends. It is to be reviewed by somebody else afterwards.
    """
    found = locked(draft)
    findings = _may_approve(found, approver, revision, at)
    if not 1 <= hours <= LONGEST_URGENCY:
        text = f"From 1 to {LONGEST_URGENCY} hours."
        findings = [*findings, refusal("wrong_hours", text, "hours")]
    if found is None or findings:
        return Refused(findings=findings)
    found.valid_from, found.valid_until = at, at + timedelta(hours=hours)
    version = _version(found, approver, at, urgent=True)
    _decided(found, version, approver, at)
    moved(found, RULE_APPROVED_URGENTLY, approver, at, version=version.number, hours=hours)
    due_on = found.valid_until.date()
    RuleReview.objects.create(
        version=version, cause=RuleReview.Cause.URGENT, due_on=due_on, asked_at=at
    )
    assert found.proposed_by is not None
    return publish_urgently(version, proposed_by=found.proposed_by, approver=approver, at=at)


def send_back(
    draft: int, *, revision: int, question: str, approver: User, at: datetime
) -> Drafted | Refused:
    """Give a proposed draft back to its author with a question."""
    found = locked(draft)
    findings = _is_approver(approver) or open_findings(found, revision, RuleDraft.State.PROPOSED)
    if not findings and not question.strip():
        findings = [refusal("no_question", "Say what is missing.", "question")]
    if found is None or findings:
        return Refused(findings=findings)
    found.state, found.question = RuleDraft.State.DRAFT, question.strip()
    return moved(found, RULE_SENT_BACK, approver, at)


def may_approve(draft: RuleDraft, user: User) -> bool:
    """Whether the user may approve this draft, as far as persons go."""
    return policies.may_approve_rules(user) and user.pk not in draft.editors


def _may_approve(
    draft: RuleDraft | None, approver: User, revision: int, at: datetime
) -> list[Finding]:
    findings = _is_approver(approver) or open_findings(draft, revision, RuleDraft.State.PROPOSED)
    if draft is None or findings:
        return findings
    if approver.pk in {*draft.editors, draft.proposed_by_id}:
        return [refusal("own_rule", "Another person must approve what you wrote.")]
    return draft_findings(draft, at)


def _is_approver(user: User) -> list[Finding]:
    if policies.may_approve_rules(user):
        return []
    return [refusal("role", "Only risk approvers approve rules.")]


def _version(
    draft: RuleDraft, approver: User, at: datetime, *, urgent: bool = False
) -> RuleVersion:
    rule = Rule.objects.select_for_update().get(pk=draft.rule_id)
    last = rule.versions.aggregate(last=Max("number"))["last"] or 0
    return RuleVersion.objects.create(
        rule=rule,
        number=last + 1,
        expression=msgspec.to_builtins(tree(read(draft.outline)).expression),
        created_at=at,
        created_by=draft.author,
        approved_by=approver,
        urgent=urgent,
        **{name: getattr(draft, name) for name in CONTENT_FIELDS},
    )


def _decided(draft: RuleDraft, version: RuleVersion, approver: User, at: datetime) -> None:
    draft.state, draft.version = RuleDraft.State.APPROVED, version
    draft.decided_by, draft.decided_at = approver, at
