"""Drafting rules: begin, save, propose, withdraw. A draft changes nothing that is in force."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from customs_portal.accounts.models import User
from customs_portal.events.kinds import Kind
from customs_portal.events.services import record
from customs_portal.findings import Finding
from declarations.services.locks import assert_in_transaction
from declarations.services.results import Refused, refusal, refused
from risk import policies
from risk.builder.checking import problems
from risk.builder.outline import EMPTY, Group, outline_of, read, stored
from risk.events import RULE_DRAFTED, RULE_PROPOSED, RULE_WITHDRAWN
from risk.models import ReferenceList, RiskProfile, Rule, RuleDraft, RuleVersion
from risk.models.choices import Outcome, Severity
from risk.models.content import CONTENT_FIELDS
from risk.rule_sets import engine_rule

MOST_POINTS = 100
CHANGED, MOVED_ON = "changed", "state"
"""Codes of refusal: somebody else wrote on the draft, or it is no longer in that state."""
_CODE = re.compile(r"[A-Z0-9]{1,8}(-[A-Z0-9]{1,7})?")
_PASSING = (Outcome.NONE, Outcome.OBSERVE)


class Drafted(msgspec.Struct, frozen=True, kw_only=True):
    """The draft as it stands now."""

    draft: int
    revision: int


class NewRule(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule that does not exist yet is called, and where it belongs."""

    code: str
    title: str
    family: str
    profile: int


def stream_of(rule: Rule) -> int:
    """Return the event stream of a rule; streams above zero belong to ENS."""
    return -rule.pk


def begin_rule(new: NewRule, *, author: User, at: datetime) -> Drafted | Refused:
    """Begin a rule that does not exist yet."""
    assert_in_transaction()
    findings = _may_write(author) or _new_findings(new)
    if findings:
        return Refused(findings=findings)
    profile = RiskProfile.objects.get(pk=new.profile)
    rule, created = Rule.objects.get_or_create(
        code=new.code,
        defaults={"profile": profile, "title": new.title.strip(), "family": new.family.strip()},
    )
    if not created:
        return refused("taken", "There is a rule with this code already.", "code")
    content = {"outcome": Outcome.REFER, "severity": Severity.MEDIUM, "score": 10}
    return _begin(rule, None, content | {"owner": author}, EMPTY, author, at)


def _new_findings(new: NewRule) -> list[Finding]:
    found = []
    if not _CODE.fullmatch(new.code) or len(new.code) > 16:
        text = "Capital letters and digits, one hyphen: CNT-01."
        found.append(refusal("wrong_code", text, "code"))
    if not new.title.strip():
        found.append(refusal("no_title", "Give the rule a title.", "title"))
    if not RiskProfile.objects.filter(pk=new.profile).exists():
        found.append(refusal("no_profile", "Choose a risk profile.", "profile"))
    return found


def begin_change(version: RuleVersion, *, author: User, at: datetime) -> Drafted | Refused:
    """Begin the next version of a rule from one of its versions."""
    assert_in_transaction()
    Rule.objects.select_for_update().get(pk=version.rule_id)
    findings = _may_write(author) or _other_draft(version.rule)
    if findings:
        return Refused(findings=findings)
    content = {name: getattr(version, name) for name in CONTENT_FIELDS}
    if version.urgent:
        content |= {"valid_from": None, "valid_until": None}
    return _begin(
        version.rule, version, content, outline_of(engine_rule(version).expression), author, at
    )


def _other_draft(rule: Rule) -> list[Finding]:
    if not rule.drafts.filter(state__in=("draft", "proposed")).exists():
        return []
    return [refusal("drafted", "There is an open draft of this rule already.")]


def _begin(
    rule: Rule,
    base: RuleVersion | None,
    content: Mapping[str, Any],
    outline: Group,
    author: User,
    at: datetime,
) -> Drafted:
    draft = RuleDraft.objects.create(
        rule=rule,
        base=base,
        outline=stored(outline),
        author=author,
        editors=[author.pk],
        created_at=at,
        changed_at=at,
        **content,
    )
    _record(RULE_DRAFTED, draft, author, at)
    return Drafted(draft=draft.pk, revision=draft.revision)


def save(
    draft: int,
    *,
    revision: int,
    content: Mapping[str, Any],
    outline: Group,
    editor: User,
    at: datetime,
) -> Drafted | Refused:
    """Keep the draft as it was written; it may be incomplete.

    `revision` is the state of the draft that the editor saw; what only the editor changed since
    then is no reason to refuse. Fields of the content that are absent stay as they are.
    """
    found = locked(draft)
    if found is not None and found.changed_by_id == editor.pk:
        revision = found.revision
    findings = _may_write(editor) or open_findings(found, revision, RuleDraft.State.DRAFT)
    if found is None or findings:
        return Refused(findings=findings)
    for name in CONTENT_FIELDS:
        if name in content:
            setattr(found, name, content[name])
    found.outline = stored(outline)
    found.editors = sorted({*found.editors, editor.pk})
    found.changed_at, found.changed_by = at, editor
    found.revision += 1
    found.save()
    return Drafted(draft=found.pk, revision=found.revision)


def rename(draft: int, *, title: str, family: str, editor: User) -> None:
    """Give a rule without versions another title and family; of any other they stay."""
    assert_in_transaction()
    if policies.may_write_rules(editor) and title.strip():
        fresh = Rule.objects.filter(drafts=draft, versions__isnull=True)
        fresh.update(title=title.strip(), family=family.strip())


def propose(draft: int, *, revision: int, proposer: User, at: datetime) -> Drafted | Refused:
    """Ask for approval by another person; refused while anything in the draft is unsound."""
    found = locked(draft)
    findings = _may_write(proposer) or open_findings(found, revision, RuleDraft.State.DRAFT)
    if found is None or findings:
        return Refused(findings=findings)
    unsound = draft_findings(found, at)
    if unsound:
        return Refused(findings=unsound)
    found.state = RuleDraft.State.PROPOSED
    found.proposed_by, found.proposed_at, found.question = proposer, at, ""
    return moved(found, RULE_PROPOSED, proposer, at)


def withdraw(draft: int, *, revision: int, by: User, at: datetime) -> Drafted | Refused:
    """End a draft without a version."""
    found = locked(draft)
    states = (RuleDraft.State.DRAFT, RuleDraft.State.PROPOSED)
    findings = _may_write(by) or open_findings(found, revision, *states)
    if found is None or findings:
        return Refused(findings=findings)
    found.state = RuleDraft.State.WITHDRAWN
    return moved(found, RULE_WITHDRAWN, by, at)


def draft_findings(draft: RuleDraft, at: datetime) -> list[Finding]:
    """Return what stands against proposing the draft, located at its fields or places."""
    lists = set(ReferenceList.objects.values_list("code", flat=True))
    return [*problems(read(draft.outline), lists), *_content_findings(draft, at)]


def _content_findings(draft: RuleDraft, at: datetime) -> list[Finding]:
    found = []
    if draft.score > MOST_POINTS:
        found.append(refusal("points", f"At most {MOST_POINTS} points.", "score"))
    if draft.outcome not in _PASSING and not draft.instruction.strip():
        text = "Say what the officer is to do: a hit of this rule opens a case."
        found.append(refusal("no_instruction", text, "instruction"))
    if draft.cap and draft.outcome in (Outcome.HOLD, Outcome.DO_NOT_LOAD):
        found.append(refusal("cap", "A rule to hold or not to load has no limit of hits.", "cap"))
    if draft.valid_until and draft.valid_until <= (draft.valid_from or at):
        found.append(refusal("wrong_end", "The end lies before the beginning.", "valid_until"))
    if draft.review_by and draft.review_by < at.date():
        found.append(refusal("past_review", "The day of review has passed.", "review_by"))
    return found


def locked(draft: int) -> RuleDraft | None:
    """Lock the draft and return it as it is now."""
    assert_in_transaction()
    drafts = RuleDraft.objects.select_for_update(of=("self",)).select_related("rule")
    return drafts.filter(pk=draft).first()


def open_findings(
    draft: RuleDraft | None, revision: int, *states: RuleDraft.State
) -> list[Finding]:
    """Return why the draft is not one in these states at that revision."""
    if draft is None:
        return [refusal("not_found", "There is no such draft.")]
    if draft.state not in states:
        state = draft.get_state_display().lower()
        return [refusal(MOVED_ON, f"The draft is {state} by now.")]
    if draft.revision != revision:
        return [refusal(CHANGED, "Somebody changed the draft meanwhile. Look at it again.")]
    return []


def moved(draft: RuleDraft, kind: Kind, by: User, at: datetime, **told: Any) -> Drafted:
    """Store the draft in its new state and record that; the verbs of drafts end with this."""
    draft.revision += 1
    draft.changed_at, draft.changed_by = at, by
    draft.save()
    _record(kind, draft, by, at, **told)
    return Drafted(draft=draft.pk, revision=draft.revision)


def _record(kind: Kind, draft: RuleDraft, by: User, at: datetime, **told: Any) -> None:
    data = {"rule": draft.rule.code, "draft": draft.pk, **told}
    record(kind, at=at, data=data, stream=stream_of(draft.rule), actor=by.pk)


def _may_write(user: User) -> list[Finding]:
    if policies.may_write_rules(user):
        return []
    return [refusal("role", "Only risk analysts write rules.")]
