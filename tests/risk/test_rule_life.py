"""The life of a rule: drafted, proposed, approved by another person, in force, retired."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from customs_portal.accounts.models import Role, User
from customs_portal.events.models import Event
from declarations.services.results import Refused
from risk import rule_sets
from risk.builder.outline import EMPTY, Condition, Group
from risk.composition import Change
from risk.models import RuleDraft, RuleReview, RuleSetVersion, RuleVersion
from risk.rule_sets import in_force
from risk.services.approving import Approved, approve, approve_urgently, send_back
from risk.services.drafting import (
    Drafted,
    NewRule,
    begin_change,
    begin_rule,
    propose,
    save,
    withdraw,
)
from risk.services.publications import Published, publish
from tests.factories.declarations import publish_demo_rules
from tests.factories.people import person
from tests.factories.rules import (
    LAMPS,
    approved,
    drafted,
    profile,
    proposed,
    published,
    wanted,
)

AT = datetime(2026, 11, 22, 10, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _fresh(db: None) -> None:
    rule_sets.forget()


@pytest.fixture
def writer() -> User:
    return person(Role.ANALYST)


@pytest.fixture
def approver() -> User:
    return person(Role.APPROVER)


def codes(result: object) -> list[str]:
    assert isinstance(result, Refused), result
    return [finding.code for finding in result.findings]


def test_an_approved_draft_becomes_a_version_that_is_not_in_force(
    writer: User, approver: User
) -> None:
    version = approved(writer, approver, AT, code="LMP-01")
    assert (version.number, version.created_by, version.approved_by) == (1, writer, approver)
    assert version.expression == {
        "kind": "leaf", "field": "item.hs4", "operator": "equals", "values": ["9405"],
    }  # fmt: skip
    assert RuleSetVersion.objects.count() == 0


def test_nobody_approves_what_they_wrote(writer: User) -> None:
    draft = proposed(writer, AT)
    User.objects.filter(pk=writer.pk).update(role=Role.APPROVER)
    writer.refresh_from_db()
    with transaction.atomic():
        result = approve(draft.pk, revision=draft.revision, approver=writer, at=AT)
    assert codes(result) == ["own_rule"]
    assert RuleVersion.objects.count() == 0


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.APPROVER}))
def test_only_approvers_approve(role: Role, writer: User) -> None:
    draft = proposed(writer, AT)
    with transaction.atomic():
        result = approve(draft.pk, revision=draft.revision, approver=person(role), at=AT)
    assert codes(result) == ["role"]


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.ANALYST}))
def test_only_analysts_write(role: Role) -> None:
    new = NewRule(code="LMP-01", title="Lamps", family="goods", profile=profile().pk)
    with transaction.atomic():
        assert codes(begin_rule(new, author=person(role), at=AT)) == ["role"]


def test_an_incomplete_draft_is_kept_and_cannot_be_proposed(writer: User) -> None:
    draft = drafted(writer, AT, outline=EMPTY, instruction="", score=400)
    with transaction.atomic():
        result = propose(draft.pk, revision=draft.revision, proposer=writer, at=AT)
    assert isinstance(result, Refused)
    found = [(finding.code, finding.location) for finding in result.findings]
    assert found == [
        ("incomplete", "1.1"), ("points", "score"), ("no_instruction", "instruction"),
    ]  # fmt: skip
    draft.refresh_from_db()
    assert draft.state == RuleDraft.State.DRAFT


def test_an_unsound_condition_is_told_at_its_place(writer: User) -> None:
    outline = Group(
        items=(
            Condition("item.hs4", "equals", ("9405",)),
            Group(items=(
                Condition("item.gross_mass", "above", ("heavy",)),
                Condition("item.hs4", "in_list", list="gone"),
            )),
        )
    )  # fmt: skip
    draft = drafted(writer, AT, outline=outline)
    with transaction.atomic():
        result = propose(draft.pk, revision=draft.revision, proposer=writer, at=AT)
    assert isinstance(result, Refused)
    found = [(finding.code, finding.location) for finding in result.findings]
    assert found == [("wrong-value", "1.2.1"), ("unknown-list", "1.2.2")]


def test_two_people_do_not_overwrite_each_other(writer: User) -> None:
    draft, other = drafted(writer, AT), person(Role.ANALYST)
    with transaction.atomic():
        first = save(
            draft.pk, revision=draft.revision, content={"score": 50}, outline=LAMPS,
            editor=other, at=AT,
        )  # fmt: skip
        second = save(
            draft.pk, revision=draft.revision, content={"score": 60}, outline=LAMPS,
            editor=writer, at=AT,
        )  # fmt: skip
    assert isinstance(first, Drafted)
    assert codes(second) == ["changed"]
    draft.refresh_from_db()
    assert (draft.score, draft.editors) == (50, sorted([writer.pk, other.pk]))


def test_a_code_is_given_once(writer: User) -> None:
    drafted(writer, AT, code="LMP-01")
    new = NewRule(code="LMP-01", title="Other", family="goods", profile=profile().pk)
    with transaction.atomic():
        assert codes(begin_rule(new, author=writer, at=AT)) == ["taken"]


def test_a_rule_has_one_open_draft(writer: User, approver: User) -> None:
    version = approved(writer, approver, AT)
    with transaction.atomic():
        first = begin_change(version, author=writer, at=AT)
        second = begin_change(version, author=person(Role.ANALYST), at=AT)
    assert isinstance(first, Drafted)
    assert codes(second) == ["drafted"]


def test_a_draft_sent_back_is_written_on_and_proposed_again(writer: User, approver: User) -> None:
    draft = proposed(writer, AT)
    with transaction.atomic():
        none = send_back(draft.pk, revision=draft.revision, question=" ", approver=approver, at=AT)
        back = send_back(
            draft.pk, revision=draft.revision, question="Why lamps?", approver=approver, at=AT
        )
    assert codes(none) == ["no_question"]
    assert isinstance(back, Drafted)
    draft.refresh_from_db()
    assert (draft.state, draft.question) == ("draft", "Why lamps?")
    with transaction.atomic():
        again = propose(draft.pk, revision=back.revision, proposer=writer, at=AT)
    assert isinstance(again, Drafted)


def test_a_withdrawn_draft_is_over(writer: User, approver: User) -> None:
    draft = proposed(writer, AT)
    with transaction.atomic():
        ended = withdraw(draft.pk, revision=draft.revision, by=writer, at=AT)
        assert isinstance(ended, Drafted)
        result = approve(draft.pk, revision=ended.revision, approver=approver, at=AT)
    assert codes(result) == ["state"]


def test_a_publication_brings_a_version_into_force_beside_the_others(
    writer: User, approver: User
) -> None:
    publish_demo_rules(AT)
    version = approved(writer, approver, AT, code="LMP-01")
    before = in_force(AT)
    published(Change(versions=(version.pk,)), writer, approver, AT)
    after = in_force(AT)
    assert after.number == before.number + 1
    assert after.rules.keys() - before.rules.keys() == {"LMP-01"}
    assert before.rules.keys() < after.rules.keys()


def test_a_new_version_replaces_the_old_one(writer: User, approver: User) -> None:
    first = approved(writer, approver, AT, code="LMP-01")
    published(Change(versions=(first.pk,)), writer, approver, AT)
    second = _next_version(first, writer, approver, score=55)
    rule_set = published(Change(versions=(second.pk,)), writer, approver, AT)
    assert rule_set.rule_versions == [second.pk]
    assert in_force(AT).rules["LMP-01"].score == 55


def _next_version(
    version: RuleVersion, writer: User, approver: User, **content: object
) -> RuleVersion:
    with transaction.atomic():
        begun = begin_change(version, author=writer, at=AT)
        assert isinstance(begun, Drafted), begun
        saved = save(
            begun.draft, revision=begun.revision, content=content, outline=LAMPS,
            editor=writer, at=AT,
        )  # fmt: skip
        assert isinstance(saved, Drafted), saved
        asked = propose(begun.draft, revision=saved.revision, proposer=writer, at=AT)
        assert isinstance(asked, Drafted), asked
        made = approve(begun.draft, revision=asked.revision, approver=approver, at=AT)
    assert isinstance(made, Approved), made
    return RuleVersion.objects.select_related("rule").get(pk=made.version)


def test_a_version_begins_and_ends_by_itself(writer: User, approver: User) -> None:
    first = approved(writer, approver, AT, code="LMP-01")
    published(Change(versions=(first.pk,)), writer, approver, AT)
    second = _next_version(
        first, writer, approver, score=55, valid_from=AT + HOUR, valid_until=AT + 2 * HOUR
    )
    published(Change(versions=(second.pk,)), writer, approver, AT)
    scores = [in_force(AT + hours * HOUR).rules["LMP-01"].score for hours in (0, 1, 2)]
    assert scores == [40, 55, 40]


def test_a_retired_rule_leaves_and_its_story_says_so(writer: User, approver: User) -> None:
    lamps = approved(writer, approver, AT, code="LMP-01")
    other = approved(writer, approver, AT, code="OTH-01")
    published(Change(versions=(lamps.pk, other.pk)), writer, approver, AT)
    published(Change(retired=(lamps.rule_id,)), writer, approver, AT)
    assert set(in_force(AT).rules) == {"OTH-01"}
    kinds = (
        Event.objects.filter(stream=-lamps.rule_id).order_by("id").values_list("kind", flat=True)
    )
    assert list(kinds) == [
        "rule.drafted", "rule.proposed", "rule.approved", "rule.published", "rule.retired",
    ]  # fmt: skip


def test_the_last_rule_cannot_be_retired(writer: User, approver: User) -> None:
    version = approved(writer, approver, AT)
    published(Change(versions=(version.pk,)), writer, approver, AT)
    with pytest.raises(AssertionError, match="no_rules"):
        wanted(Change(retired=(version.rule_id,)), writer, AT)


def test_an_old_rule_set_comes_back_as_a_new_one(writer: User, approver: User) -> None:
    first = approved(writer, approver, AT, code="LMP-01")
    old = published(Change(versions=(first.pk,)), writer, approver, AT)
    second = _next_version(first, writer, approver, score=55)
    published(Change(versions=(second.pk,)), writer, approver, AT)
    again = published(Change(again=old.pk), writer, approver, AT)
    assert (again.number, again.rule_versions) == (3, old.rule_versions)
    assert in_force(AT).rules["LMP-01"].score == 40


def test_a_profile_is_switched_as_a_whole(writer: User, approver: User) -> None:
    publish_demo_rules(AT)
    version = approved(writer, approver, AT, code="LMP-01")
    published(Change(versions=(version.pk,)), writer, approver, AT)
    ours = version.rule.profile_id
    published(Change(switched_off=(ours,)), writer, approver, AT)
    assert "LMP-01" not in in_force(AT).rules
    assert not profile().active
    published(Change(switched_on=(ours,)), writer, approver, AT)
    assert "LMP-01" in in_force(AT).rules
    assert profile().active


def test_who_proposed_or_wrote_does_not_publish(writer: User, approver: User) -> None:
    version = approved(writer, approver, AT)
    by_writer = wanted(Change(versions=(version.pk,)), writer, AT)
    by_approver = wanted(Change(versions=(version.pk,)), approver, AT)
    User.objects.filter(pk=writer.pk).update(role=Role.APPROVER)
    writer.refresh_from_db()
    with transaction.atomic():
        assert codes(publish(by_writer.pk, seen=0, publisher=writer, at=AT)) == ["own_publication"]
        assert codes(publish(by_approver.pk, seen=0, publisher=writer, at=AT)) == [
            "own_publication"
        ]
        assert codes(publish(by_approver.pk, seen=0, publisher=approver, at=AT)) == [
            "own_publication"
        ]
    assert RuleSetVersion.objects.count() == 0


def test_a_change_of_the_rules_meanwhile_is_looked_at_first(writer: User, approver: User) -> None:
    one, two = (approved(writer, approver, AT) for _ in range(2))
    waiting = wanted(Change(versions=(one.pk,)), writer, AT)
    published(Change(versions=(two.pk,)), writer, approver, AT)
    with transaction.atomic():
        assert codes(publish(waiting.pk, seen=0, publisher=approver, at=AT)) == ["changed"]
        result = publish(waiting.pk, seen=1, publisher=approver, at=AT)
    assert isinstance(result, Published)
    assert set(RuleSetVersion.objects.get(number=2).rule_versions) == {one.pk, two.pk}


def test_an_urgent_rule_is_in_force_at_once_and_ends_by_itself(
    writer: User, approver: User
) -> None:
    first = approved(writer, approver, AT, code="LMP-01")
    published(Change(versions=(first.pk,)), writer, approver, AT)
    with transaction.atomic():
        begun = begin_change(first, author=writer, at=AT)
        assert isinstance(begun, Drafted)
        saved = save(
            begun.draft, revision=begun.revision, content={"score": 90}, outline=LAMPS,
            editor=writer, at=AT,
        )  # fmt: skip
        assert isinstance(saved, Drafted)
        asked = propose(begun.draft, revision=saved.revision, proposer=writer, at=AT)
        assert isinstance(asked, Drafted)
        too_long = approve_urgently(
            begun.draft, revision=asked.revision, hours=73, approver=approver, at=AT
        )
        result = approve_urgently(
            begun.draft, revision=asked.revision, hours=72, approver=approver, at=AT
        )
    assert codes(too_long) == ["wrong_hours"]
    assert isinstance(result, Published)
    scores = [in_force(AT + hours * HOUR).rules["LMP-01"].score for hours in (0, 71, 72)]
    assert scores == [90, 90, 40]
    review = RuleReview.objects.get()
    assert (review.cause, review.reviewed_by) == ("urgent", None)


def test_a_version_that_only_observes_weighs_nothing(writer: User, approver: User) -> None:
    version = approved(writer, approver, AT, code="LMP-01", observe_only=True)
    published(Change(versions=(version.pk,)), writer, approver, AT)
    rule = in_force(AT).rules["LMP-01"]
    assert (rule.outcome, rule.severity, rule.score) == ("observe", "low", 0)


def test_the_secret_reason_is_in_no_event(writer: User, approver: User) -> None:
    version = approved(writer, approver, AT, secret_reason="From the informer at quay 7.")
    published(Change(versions=(version.pk,)), writer, approver, AT)
    assert Event.objects.count() >= 5
    assert [event for event in Event.objects.all() if "informer" in str(event.data)] == []
