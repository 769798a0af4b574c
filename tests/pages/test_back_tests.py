"""Pages of back-tests: asked for a draft, followed, cancelled, told in figures."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from customs_portal.accounts.models import Role, User
from risk import tasks
from risk.builder.outline import Condition, Group
from risk.models import BackTest, Case
from risk.services import back_test as services
from tests.factories.declarations import assessed, bananas, lodged
from tests.factories.people import person
from tests.factories.rules import drafted
from tests.pages.test_rules import browser, text

FRUIT = Group(items=(Condition("item.hs4", "equals", ("0803",)),))


@pytest.fixture(autouse=True)
def _asleep(monkeypatch: pytest.MonkeyPatch) -> None:
    """No worker runs here; the test does its work."""
    monkeypatch.setattr(tasks.run_back_tests, "apply_async", lambda **_options: None)


@pytest.fixture
def writer() -> User:
    return person(Role.ANALYST)


@pytest.fixture
def desk(writer: User) -> Client:
    return browser(writer)


def work(at: datetime) -> None:
    while services.run_part(at=at):
        pass


def asked(desk: Client, writer: User, at: datetime) -> BackTest:
    draft = drafted(writer, at, outline=FRUIT)
    response = desk.post(reverse("rule_draft_back_test", args=[draft.pk]))
    test = BackTest.objects.get()
    assert response["Location"] == reverse("back_test", args=[test.pk])
    return test


def test_a_draft_is_asked_over_the_last_thirty_days(
    desk: Client, writer: User, at: datetime
) -> None:
    ens = assessed(lodged(bananas(at), at), at)
    cases = Case.objects.count()
    test = asked(desk, writer, at)
    running = text(desk.get(reverse("back_test", args=[test.pk])))
    assert "0 of 1 declarations looked at, 0 in 100." in running
    assert 'hx-trigger="every 2s"' in running
    work(at + timedelta(minutes=20))
    page = text(desk.get(reverse("back_test", args=[test.pk])))
    assert "1 declaration hit." in page
    assert ens.mrn in page
    shown = desk.get(reverse("back_test", args=[test.pk])).context["found"]
    assert [bar.hits for bar in shown.bars if bar.hits] == [1]
    assert max(bar.height for bar in shown.bars) == 120
    assert "Officer hours: not enough data." in page
    assert "Not enough data: a share is shown from 30 decisions on." in page
    assert "CNT-01" in page
    assert 'hx-trigger="every 2s"' not in page
    assert Case.objects.count() == cases


def test_a_back_test_is_cancelled(desk: Client, writer: User, at: datetime) -> None:
    assessed(lodged(bananas(at), at), at)
    test = asked(desk, writer, at)
    desk.post(reverse("back_test_cancel", args=[test.pk]))
    test.refresh_from_db()
    assert test.state == BackTest.State.CANCELLED


def test_an_incomplete_draft_is_not_asked(desk: Client, writer: User, at: datetime) -> None:
    draft = drafted(writer, at, outline=Group(items=(Condition(),)))
    desk.post(reverse("rule_draft_back_test", args=[draft.pk]))
    assert BackTest.objects.count() == 0
    page = text(desk.get(reverse("rule_draft", args=[draft.pk])))
    assert "Complete the conditions first: Choose a field." in page


def test_a_whole_rule_set_is_asked(desk: Client, at: datetime) -> None:
    assessed(lodged(bananas(at), at), at)
    desk.post(reverse("rule_set_back_test", args=[1]))
    work(at + timedelta(minutes=20))
    page = text(desk.get(reverse("back_test", args=[BackTest.objects.get().pk])))
    assert "Back-test of rule set 1" in page
    assert "Hits by rule" in page


def test_a_period_that_ends_before_it_begins_is_refused(
    desk: Client, writer: User, at: datetime
) -> None:
    draft = drafted(writer, at, outline=FRUIT)
    period = {"begins_on": "2026-11-20", "ends_on": "2026-11-10"}
    desk.post(reverse("rule_draft_back_test", args=[draft.pk]), period)
    assert BackTest.objects.count() == 0
