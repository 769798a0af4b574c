"""Rules on their way: drafts, approved versions, publications."""

from datetime import datetime
from itertools import count

from django.db import transaction

from customs_portal.accounts.models import Role, User
from risk.builder.outline import EMPTY, Condition, Group, stored
from risk.composition import Change
from risk.models import (
    BackTest,
    Publication,
    Reassessment,
    RiskProfile,
    Rule,
    RuleDraft,
    RuleReview,
    RuleSetVersion,
    RuleVersion,
)
from risk.services.approving import Approved, approve
from risk.services.drafting import Drafted, NewRule, begin_rule, propose, save
from risk.services.publications import Proposed, Published, propose_publication, publish
from tests.factories.people import person

LAMPS = Group(items=(Condition("item.hs4", "equals", ("9405",)),))
_numbers = count(1)


def rules_at_work(at: datetime) -> None:
    """One of each thing that rule administrators work with, beside a published rule."""
    writer = person(Role.ANALYST)
    rule, rule_set = Rule.objects.order_by("pk")[0], RuleSetVersion.objects.order_by("pk")[0]
    RuleDraft.objects.create(
        rule=rule, outline=stored(EMPTY), author=writer, editors=[writer.pk], score=1,
        outcome="observe", severity="low", created_at=at, changed_at=at,
    )  # fmt: skip
    Publication.objects.create(proposed_by=writer, proposed_at=at)
    version = rule.versions.order_by("number")[0]
    RuleReview.objects.create(version=version, cause="planned", due_on=at, asked_at=at)
    BackTest.objects.create(
        rule_set=rule_set, begins_at=at, ends_at=at, asked_by=writer, asked_at=at,
        state="finished", ended_at=at,
    )  # fmt: skip
    Reassessment.objects.create(
        rule_set=rule_set, total=0, started_at=at, state="finished", ended_at=at
    )


def profile() -> RiskProfile:
    """Return the profile that rules of tests go into."""
    return RiskProfile.objects.get_or_create(code="tests", defaults={"name": "Tests"})[0]


def drafted(
    writer: User, at: datetime, *, code: str = "", outline: Group = LAMPS, **content: object
) -> RuleDraft:
    """Return a draft of a new rule, as the writer saved it."""
    code = code or f"TST-{next(_numbers)}"
    new = NewRule(code=code, title="Lamps", family="goods", profile=profile().pk)
    values: dict[str, object] = {
        "outcome": "control",
        "severity": "high",
        "score": 40,
        "instruction": "Scan the box.",
        "secret_reason": "A tip.",
    }
    with transaction.atomic():
        begun = begin_rule(new, author=writer, at=at)
        assert isinstance(begun, Drafted), begun
        saved = save(
            begun.draft,
            revision=begun.revision,
            content=values | content,
            outline=outline,
            editor=writer,
            at=at,
        )
    assert isinstance(saved, Drafted), saved
    return RuleDraft.objects.get(pk=saved.draft)


def proposed(writer: User, at: datetime, **more: object) -> RuleDraft:
    """Return a draft that waits for approval."""
    draft = drafted(writer, at, **more)  # type: ignore[arg-type]  # content of a draft
    with transaction.atomic():
        result = propose(draft.pk, revision=draft.revision, proposer=writer, at=at)
    assert isinstance(result, Drafted), result
    draft.refresh_from_db()
    return draft


def approved(writer: User, approver: User, at: datetime, **more: object) -> RuleVersion:
    """Return a version that was approved and is not in force."""
    draft = proposed(writer, at, **more)
    with transaction.atomic():
        result = approve(draft.pk, revision=draft.revision, approver=approver, at=at)
    assert isinstance(result, Approved), result
    return RuleVersion.objects.select_related("rule").get(pk=result.version)


def wanted(change: Change, proposer: User, at: datetime, reach: str = "new") -> Publication:
    """Return a publication that waits for another person."""
    with transaction.atomic():
        result = propose_publication(
            change, reach=Publication.Reach(reach), reason="", proposer=proposer, at=at
        )
    assert isinstance(result, Proposed), result
    return Publication.objects.get(pk=result.publication)


def published(
    change: Change, proposer: User, approver: User, at: datetime, reach: str = "new"
) -> RuleSetVersion:
    """Return the rule set after the change was proposed and published."""
    publication = wanted(change, proposer, at, reach)
    newest = RuleSetVersion.objects.first()
    with transaction.atomic():
        result = publish(
            publication.pk, seen=newest.number if newest else 0, publisher=approver, at=at
        )
    assert isinstance(result, Published), result
    return RuleSetVersion.objects.get(pk=result.rule_set)
