"""Two officers at one case, on real transactions: one has it, whole, and the other is told."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import override_settings

from customs_portal.accounts.models import OfficeMembership, Role, SignedInSession, User
from customs_portal.events import advance
from customs_portal.events.models import Event
from customs_portal.reference.models import Office
from messaging.formats.ics1.writing import write_declaration
from risk.models import Assessment, Case, Decision
from risk.services import (
    Changed,
    Decided,
    DecisionOrder,
    Refused,
    claim,
    claim_next,
    end_without_action,
)
from risk.services.idle import release_idle
from tests.messaging.builders import envelope
from tests.pipeline.conftest import AT, publish
from tests.pipeline.test_main_job import BANANAS, flagged, send_bytes
from tests.pipeline.test_racing import at_once

pytestmark = [pytest.mark.django_db(transaction=True)]
LATER = AT + timedelta(hours=3)


@pytest.fixture
def colleague() -> User:
    user = User.objects.create_user("colleague", password="x", role=Role.OFFICER)
    OfficeMembership.objects.create(user=user, office=Office.objects.get(reference="NL000396"))
    return user


@pytest.fixture
def cases(lodger: str) -> list[Case]:
    publish(("TST-01", BANANAS))
    for number in range(6):
        body = write_declaration(flagged(lrn=f"L{number}"), envelope(message_id=f"M{number}"))
        send_bytes(lodger, body)
    advance.drain(at=AT)
    return list(Case.objects.in_queue_order())


def in_transaction(work: Callable[[], object]) -> Callable[[], object]:
    def run() -> object:
        with transaction.atomic():
            return work()

    return run


def order(case: Case) -> DecisionOrder:
    return DecisionOrder(
        case=case.pk, revision=1, verb="no_further_action", reason_code="NFA-01", note="Known."
    )


def ended(cases: list[Case], officer: User) -> Callable[[], object]:
    orders = [order(case) for case in cases]
    return in_transaction(lambda: end_without_action(orders, officer=officer, at=AT))


def test_two_who_claim_next_get_different_cases(
    officer: User, colleague: User, cases: list[Case]
) -> None:
    works = [
        in_transaction(lambda who=who: claim_next(officer=who, at=AT))  # type: ignore[misc]  # bound now
        for who in (officer, colleague) * 3
    ]
    got = [case.pk for case in at_once(*works) if isinstance(case, Case)]
    assert len(got) == 6
    assert not set(got[::2]) & set(got[1::2])
    assert Event.objects.filter(kind="case.claimed").count() == len(set(got))
    assert set(got) == set(Case.objects.filter(assignee__isnull=False).values_list("pk", flat=True))


def test_two_who_take_the_same_case(officer: User, colleague: User, cases: list[Case]) -> None:
    first = cases[0].pk
    results = at_once(
        *(
            in_transaction(lambda who=who: claim([first], officer=who, at=AT)[0])  # type: ignore[misc]
            for who in (officer, colleague)
        )
    )
    assert sorted(type(result).__name__ for result in results) == ["Changed", "Refused"]
    winner = (officer, colleague)[[isinstance(each, Changed) for each in results].index(True)]
    assert Case.objects.get(pk=first).assignee == winner
    assert Event.objects.filter(kind="case.claimed").count() == 1


def test_many_at_once_against_a_single_claim(
    officer: User, colleague: User, cases: list[Case]
) -> None:
    backwards = [case.pk for case in reversed(cases)]
    single = in_transaction(lambda: claim([cases[2].pk], officer=colleague, at=AT)[0])
    many = in_transaction(lambda: claim(backwards, officer=officer, at=AT))
    alone, together = at_once(single, many)
    assert isinstance(together, list)
    refused = [each for each in together if isinstance(each, Refused)]
    assert len(refused) == isinstance(alone, Changed)
    assert Case.objects.filter(assignee=None).count() == 0


def test_many_ended_at_once_against_a_claim_and_against_each_other(
    officer: User, colleague: User, cases: list[Case]
) -> None:
    taken = in_transaction(lambda: claim([cases[0].pk], officer=colleague, at=AT)[0])
    _alone, first, second = at_once(
        taken, ended(cases, officer), ended(list(reversed(cases)), officer)
    )
    assert isinstance(first, list)
    assert isinstance(second, list)
    decided = [each.case for each in (*first, *second) if isinstance(each, Decided)]
    assert len(decided) == len(set(decided)) == Decision.objects.count()
    left = Case.objects.open()
    assert left.count() == 6 - len(decided) <= 1
    assert all(case.assignee == colleague for case in left)
    assert Assessment.objects.filter(status="concluded").count() == len(decided)


@override_settings(CLAIM_IDLE_MINUTES=60)
def test_cases_of_who_went_away_go_back_once_and_those_of_the_active_stay(
    officer: User, colleague: User, cases: list[Case]
) -> None:
    gone, busy, waiting = cases[0].pk, cases[1].pk, cases[2]
    for case, who in ((gone, officer), (busy, colleague), (waiting.pk, officer)):
        in_transaction(lambda: claim([case], officer=who, at=AT))()  # noqa: B023  called at once
    Assessment.objects.filter(ens=waiting.ens).update(status="waiting")
    SignedInSession.objects.create(user=officer, started_at=AT, seen_at=AT)
    SignedInSession.objects.create(user=colleague, started_at=AT, seen_at=LATER)
    sweep = in_transaction(lambda: release_idle(at=LATER))
    assert sorted(at_once(sweep, sweep)) == [0, 1]  # type: ignore[type-var]  # numbers
    owners = dict(Case.objects.filter(assignee__isnull=False).values_list("pk", "assignee"))
    assert owners == {busy: colleague.pk, waiting.pk: officer.pk}
    [event] = Event.objects.filter(kind="case.released")
    assert event.data == {"minutes": 60, "officer": officer.pk}
