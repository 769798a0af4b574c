"""Back-tests: what a rule would have found, by the database and by the engine alike."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from django.db import transaction

from customs_portal.accounts.models import Role, User
from customs_portal.events.models import Event
from declarations.services.results import Refused
from risk import rule_sets
from risk.engine import sql
from risk.engine.operators import Operator as Op
from risk.engine.rules import EngineRule
from risk.engine.tree import All, Leaf
from risk.models import BackTest, BackTestPart, Case, RuleSetVersion
from risk.services import back_test
from risk.services.back_test import asking, running
from tests.factories.declarations import (
    assessed,
    bananas,
    harmless,
    lodged,
    publish_demo_rules,
)
from tests.risk.engine.test_agreement import rule

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 20, 10, tzinfo=UTC)
FRUIT = Leaf("item.hs2", Op.EQUALS, ("08",))


@pytest.fixture
def analyst() -> User:
    return User.objects.create_user("analyst", password="x", role=Role.ANALYST)


@pytest.fixture
def past(db: None) -> None:
    """Two days: bananas on both, tiles on the second."""
    rule_sets.forget()
    publish_demo_rules(AT)
    for day, declare in ((0, bananas), (1, bananas), (1, harmless)):
        at = AT + timedelta(days=day)
        assessed(lodged(declare(at), at), at)


def question(**changes: Any) -> back_test.Question:
    values: dict[str, Any] = {
        "begins_at": AT - timedelta(days=1),
        "ends_at": AT + timedelta(days=2),
    }
    return back_test.Question(**(values | changes))


def draft(tree: Any) -> EngineRule:
    return msgspec.structs.replace(rule(1, tree, ()), code="DRAFT-1")


def asked(analyst: User, **changes: Any) -> int:
    with transaction.atomic():
        started = back_test.start(question(**changes), by=analyst, at=AT)
    assert isinstance(started, back_test.Asked)
    return started.back_test


def run() -> None:
    while back_test.run_part(at=AT):
        pass


@pytest.mark.usefixtures("past")
def test_a_draft_is_held_against_the_past(analyst: User) -> None:
    test = asked(analyst, rule=draft(FRUIT))
    run()
    found = back_test.result(test)
    assert found.progress == back_test.Progress(state="finished", looked_at=3, total=3)
    assert [(str(day.day), day.office, day.mode, day.hits) for day in found.days] == [
        ("2026-11-20", "NL000396", "1", 1),
        ("2026-11-21", "NL000396", "1", 1),
    ]
    assert found.rules == {"DRAFT-1": 2}
    assert found.overlap["CNT-01"] == 2
    assert len(found.samples) == 2
    assert (found.decided, found.precision, found.minutes) == (0, None, None)


@pytest.mark.usefixtures("past")
def test_database_and_engine_find_the_same(analyst: User, monkeypatch: pytest.MonkeyPatch) -> None:
    rule_set = RuleSetVersion.objects.get()
    monkeypatch.setattr(asking, "OF_RULE_SET", 1)
    by_engine = asked(analyst, rule_set=rule_set)
    run()
    monkeypatch.setattr(sql, "is_searchable", lambda tree: True)
    monkeypatch.setattr(running, "_wanted_rules", running_rules)
    by_database = asked(analyst, rule_set=rule_set)
    run()
    found, again = back_test.result(by_engine), back_test.result(by_database)
    assert found.progress == again.progress
    assert {code: n for code, n in found.rules.items() if not code.startswith("RND")} == again.rules
    assert BackTestPart.objects.filter(back_test=by_engine).count() == 3


def running_rules(test: BackTest) -> tuple[EngineRule, ...]:
    assert test.rule_set is not None
    rules = (rule_sets.engine_rule(v) for v in rule_sets.versions_held(test.rule_set))
    return tuple(one for one in rules if not one.code.startswith("RND"))


@pytest.mark.usefixtures("past")
def test_it_opens_no_case_and_tells_when_it_ended(analyst: User) -> None:
    before = Case.objects.count()
    asked(analyst, rule=draft(FRUIT))
    run()
    assert Case.objects.count() == before
    kinds = Event.objects.order_by("pk").values_list("kind", flat=True)
    assert list(kinds)[-2:] == ["back_test.asked", "back_test.ended"]


@pytest.mark.usefixtures("past")
def test_a_part_whose_worker_died_is_done_by_another(
    analyst: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    test = asked(analyst, rule=draft(FRUIT))
    with monkeypatch.context() as dying:
        dying.setattr(running, "count", _die)
        with pytest.raises(SystemExit):
            back_test.run_part(at=AT)
    assert back_test.progress(test).state == "running"
    run()
    assert back_test.result(test).hits == 2


@pytest.mark.usefixtures("past")
def test_a_part_that_always_fails_ends_the_test(
    analyst: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    test = asked(analyst, rule=draft(FRUIT))
    monkeypatch.setattr(running, "count", _die)
    for _attempt in range(running.ATTEMPTS):
        with pytest.raises(SystemExit):
            back_test.run_part(at=AT)
    assert back_test.run_part(at=AT)
    assert not back_test.run_part(at=AT)
    assert back_test.progress(test).state == "failed"


def _die(*_: object) -> None:
    raise SystemExit


@pytest.mark.usefixtures("past")
def test_a_cancelled_test_goes_no_further(analyst: User) -> None:
    test = asked(analyst, rule=draft(FRUIT))
    with transaction.atomic():
        back_test.cancel(test, by=analyst, at=AT)
    assert not back_test.run_part(at=AT)
    assert back_test.progress(test) == back_test.Progress(state="cancelled", looked_at=0, total=3)


@pytest.mark.usefixtures("past")
def test_a_period_without_declarations_is_answered_at_once(analyst: User) -> None:
    far = AT - timedelta(days=900)
    test = asked(analyst, rule=draft(FRUIT), begins_at=far, ends_at=far + timedelta(days=1))
    assert back_test.progress(test).state == "finished"
    assert back_test.progress(test).percent == 100


@pytest.mark.parametrize("role", [Role.OFFICER, Role.TRADER, Role.AUDITOR])
def test_only_those_who_keep_rules_ask(role: Role) -> None:
    user = User.objects.create_user("other", password="x", role=role)
    refused = back_test.start(question(rule=draft(FRUIT)), by=user, at=AT)
    assert isinstance(refused, Refused)
    assert not BackTest.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"rule": draft(All(()))},
        {"rule": draft(Leaf("no.such", Op.MISSING))},
        {"rule": draft(FRUIT), "ends_at": AT - timedelta(days=5)},
    ],
)
def test_an_unsound_question_is_refused(analyst: User, changes: dict[str, Any]) -> None:
    assert isinstance(back_test.start(question(**changes), by=analyst, at=AT), Refused)
    assert not BackTest.objects.exists()
