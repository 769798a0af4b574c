"""Publishing for open declarations: what the new rules find in addition is looked at."""

from datetime import datetime, timedelta

import pytest
from django.db import transaction

from customs_portal.accounts.models import Role, User
from customs_portal.clock import now
from customs_portal.reference import snapshot
from messaging.invariants import opinions
from messaging.invariants.invariant import Scope
from risk import rule_sets
from risk.builder.outline import Condition, Group
from risk.composition import Change
from risk.models import Assessment, Case, Reassessment
from risk.services.reassessment import reassess_portion
from risk.services.reviewing import ask_for_reviews, review
from tests.factories.declarations import (
    assessed,
    bananas,
    case_of,
    harmless,
    lodged,
    publish_demo_rules,
)
from tests.factories.people import person
from tests.factories.reference import store_offices_and_reasons
from tests.factories.rules import approved, published

TILES = Group(items=(Condition("item.hs4", "equals", ("6907",)),))


@pytest.fixture(autouse=True)
def _reference(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot, "current", snapshot.offline)
    rule_sets.forget()
    store_offices_and_reasons()


@pytest.fixture
def at() -> datetime:
    return now() - timedelta(minutes=10)


@pytest.fixture
def writer() -> User:
    return person(Role.ANALYST)


@pytest.fixture
def approver() -> User:
    return person(Role.APPROVER)


def run(at: datetime) -> Reassessment:
    more = True
    while more:
        with transaction.atomic():
            more = reassess_portion(at=at)
    return Reassessment.objects.get()


def tiles(at: datetime) -> str:
    """Return the heading of the goods that no rule of the demo finds."""
    return (next(harmless(at).items()).commodity_code or "")[:4]


def test_what_only_the_new_rules_find_becomes_a_case(
    writer: User, approver: User, at: datetime
) -> None:
    publish_demo_rules(at)
    passed, flagged = assessed(lodged(harmless(at), at), at), case_of(bananas(at), at)
    assert not Case.objects.filter(ens=passed).exists()
    outline = Group(items=(Condition("item.hs4", "equals", (tiles(at),)),))
    version = approved(writer, approver, at, code="TIL-01", outline=outline)
    published(Change(versions=(version.pk,)), writer, approver, at, reach="open")
    job = run(at)
    assert (job.state, job.total, job.looked_at, job.changed) == ("finished", 2, 2, 1)
    made = Assessment.objects.filter(ens=passed).order_by("pk")
    assert [(each.status, each.result) for each in made] == [
        ("superseded", "no_risk"), ("review", ""),
    ]  # fmt: skip
    assert [hit["rule"] for hit in made[1].hits] == ["TIL-01"]
    assert made[0].features == made[1].features
    case = Case.objects.get(ens=passed)
    assert (case.status, case.outcome) == ("open", "control")
    passed.refresh_from_db()
    assert passed.status == "in_analysis"
    assert passed.analysis_ends_at == case.due_at == at + timedelta(minutes=30)
    assert not opinions.unlimited(Scope())
    assert Assessment.objects.filter(ens=flagged.ens).count() == 1


def test_a_rule_that_only_observes_opens_nothing(
    writer: User, approver: User, at: datetime
) -> None:
    publish_demo_rules(at)
    passed = assessed(lodged(harmless(at), at), at)
    outline = Group(items=(Condition("item.hs4", "equals", (tiles(at),)),))
    version = approved(writer, approver, at, outline=outline, observe_only=True)
    published(Change(versions=(version.pk,)), writer, approver, at, reach="open")
    assert run(at).changed == 0
    assert Assessment.objects.filter(ens=passed).count() == 1


def test_a_publication_for_new_declarations_leaves_the_open_ones(
    writer: User, approver: User, at: datetime
) -> None:
    publish_demo_rules(at)
    assessed(lodged(harmless(at), at), at)
    version = approved(writer, approver, at, outline=TILES)
    published(Change(versions=(version.pk,)), writer, approver, at)
    assert Reassessment.objects.count() == 0


def test_a_newer_rule_set_stops_what_is_under_way(
    writer: User, approver: User, at: datetime
) -> None:
    publish_demo_rules(at)
    one, two = (approved(writer, approver, at, outline=TILES) for _ in range(2))
    published(Change(versions=(one.pk,)), writer, approver, at, reach="open")
    published(Change(versions=(two.pk,)), writer, approver, at)
    assert run(at).state == "stopped"


def test_a_review_is_asked_for_once_and_sets_its_next_day(
    writer: User, approver: User, at: datetime
) -> None:
    soon = (at + timedelta(days=10)).date()
    version = approved(writer, approver, at, code="LMP-01", review_by=soon)
    published(Change(versions=(version.pk,)), writer, approver, at)
    with transaction.atomic():
        assert [ask_for_reviews(at=at), ask_for_reviews(at=at)] == [1, 0]
        [asked] = version.reviews.all()
        later = (at + timedelta(days=100)).date().isoformat()
        review(asked.pk, finding="Still needed.", next_on=later, reviewer=writer, at=at)
        assert ask_for_reviews(at=at) == 0
        assert ask_for_reviews(at=at + timedelta(days=90)) == 1
