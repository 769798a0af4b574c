"""Handing over, duty, recusal and the page of an operator, as officials meet them."""

from datetime import datetime, time
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from customs_portal.accounts.models import (
    OfficeMembership,
    Operator,
    Recusal,
    Role,
    Substitution,
    Team,
    TeamMembership,
    User,
)
from customs_portal.clock import now
from customs_portal.events.models import Event
from customs_portal.reference.models import Office, OfficeHours
from risk.models import Case
from tests.factories.declarations import OFFICE, SENDER, bananas, case_of
from tests.factories.people import operator, person

ELSEWHERE = "NL000432"


@pytest.fixture
def colleague(db: None) -> User:
    return person(Role.OFFICER, offices=(OFFICE,), first_name="Kees", last_name="Bos")


def supervisor(client: Client) -> User:
    user = person(Role.SUPERVISOR, offices=(OFFICE,))
    client.force_login(user)
    return user


def send(client: Client, name: str, *keys: Any, **data: Any) -> Any:
    return client.post(reverse(name, args=keys), data)


def test_a_case_is_handed_over_from_its_page(desk: Client, at: datetime) -> None:
    case = case_of(bananas(at), at)
    there = person(Role.OFFICER, offices=(ELSEWHERE,), first_name="Chris", last_name="Mulder")
    address = reverse("hand_over", args=[case.pk])
    assert address in desk.get(reverse("review", args=[case.pk])).content.decode()
    assert "C. Mulder" in desk.get(address).content.decode()
    answer = send(desk, "hand_over", case.pk, goal=f"{ELSEWHERE}:{there.pk}", reason="By air")
    assert answer.status_code == 302
    case.refresh_from_db()
    assert (case.office, case.assignee) == (ELSEWHERE, there)
    story = desk.get(reverse("ens", args=[case.ens.mrn])).content.decode()
    assert f"Handed over from {OFFICE} to {ELSEWHERE}: By air" in story
    assert desk.get(address).status_code == 404


@pytest.mark.parametrize(
    "data",
    [{}, {"goal": OFFICE}, {"goal": "BE101000"}, {"goal": f"{ELSEWHERE}:999999"},
     {"goal": ELSEWHERE, "reason": ""}],
)  # fmt: skip
def test_what_cannot_be_handed_over_stays(desk: Client, at: datetime, data: dict[str, str]) -> None:
    case = case_of(bananas(at), at)
    answer = send(desk, "hand_over", case.pk, **({"reason": "x"} | data))
    assert answer.status_code == 422
    case.refresh_from_db()
    assert case.office == OFFICE
    assert not Event.objects.filter(kind="case.transferred").exists()


def test_declaring_a_recusal_gives_own_cases_back(
    desk: Client, officer: User, at: datetime
) -> None:
    case = case_of(bananas(at), at)
    send(desk, "claim", case.pk)
    data = {"recusal-eori": SENDER.lower(), "recusal-reason": "Shares"}
    assert send(desk, "declare_recusal", **data).status_code == 302
    case.refresh_from_db()
    assert case.assignee is None
    assert Event.objects.filter(kind="case.given_back", stream=case.ens_id).count() == 1
    assert desk.get(reverse("review", args=[case.pk])).status_code == 404
    page = desk.get(reverse("duty")).content.decode()
    assert SENDER in page
    assert "Shares" in page
    assert Recusal.objects.get().user == officer


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ({"recusal-eori": "12"}, "Two capital letters"),
        ({"recusal-reason": ""}, "This field is required."),
        ({"recusal-valid_from": "2030-01-02", "recusal-valid_to": "2030-01-01"},
         "It must end after it begins."),
    ],
)  # fmt: skip
def test_a_recusal_that_cannot_be_is_refused(desk: Client, data: dict[str, str], text: str) -> None:
    sent = {"recusal-eori": SENDER, "recusal-reason": "Shares"} | data
    answer = send(desk, "declare_recusal", **sent)
    assert answer.status_code == 422
    assert text in answer.content.decode()
    assert not Recusal.objects.exists()


def test_nobody_declares_for_another_nor_twice(
    desk: Client, officer: User, colleague: User
) -> None:
    data = {"recusal-eori": SENDER, "recusal-reason": "Shares", "recusal-user": colleague.pk}
    assert send(desk, "declare_recusal", **data).status_code == 302
    assert send(desk, "declare_recusal", **data).status_code == 422
    assert [each.user for each in Recusal.objects.all()] == [officer]


def absence(absent: User, substitute: User) -> dict[str, Any]:
    return {
        "absence-absent": absent.pk, "absence-substitute": substitute.pk,
        "absence-valid_from": "2030-01-01", "absence-valid_to": "2030-01-08",
    }  # fmt: skip


def test_a_supervisor_arranges_who_stands_in(client: Client, colleague: User) -> None:
    user = supervisor(client)
    assert send(client, "arrange_substitution", **absence(colleague, user)).status_code == 302
    assert send(client, "arrange_substitution", **absence(colleague, user)).status_code == 422
    assert send(client, "arrange_substitution", **absence(user, colleague)).status_code == 422
    found = Substitution.objects.get()
    assert (found.absent, found.substitute) == (colleague, user)
    assert "stands in for Kees Bos" in client.get(reverse("duty")).content.decode()


def test_a_supervisor_arranges_nothing_for_other_offices(client: Client, colleague: User) -> None:
    supervisor(client)
    stranger = person(Role.OFFICER, offices=(ELSEWHERE,))
    for data in (absence(stranger, colleague), absence(colleague, stranger)):
        assert send(client, "arrange_substitution", **data).status_code == 422
    assert not Substitution.objects.exists()


def test_an_officer_arranges_nothing(desk: Client, officer: User, colleague: User) -> None:
    answer = send(desk, "arrange_substitution", **absence(colleague, officer))
    assert answer.status_code == 403
    assert not Substitution.objects.exists()


def test_the_load_of_a_team_is_told_in_so_many_queries(
    client: Client, colleague: User, at: datetime
) -> None:
    user = supervisor(client)
    office = Office.objects.get(reference=OFFICE)
    team = Team.objects.create(office=office, name="Day", supervisor=user)
    TeamMembership.objects.create(team=team, user=colleague)
    case = case_of(bananas(at), at)
    Case.objects.filter(pk=case.pk).update(assignee=colleague)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            html = client.get(reverse("duty")).content.decode()
        assert "K. Bos" in html
        return len(captured)

    queries()
    before = queries()
    for _ in range(5):
        TeamMembership.objects.create(team=team, user=person(Role.OFFICER, offices=(OFFICE,)))
        OfficeMembership.objects.create(
            user=user, office=Office.objects.exclude(memberships__user=user)[0]
        )
    assert queries() == before


def test_the_queue_says_until_when_the_office_is_closed(desk: Client) -> None:
    office = Office.objects.get(reference=OFFICE)
    tomorrow = (now().weekday() + 2) % 7
    OfficeHours.objects.create(office=office, weekday=tomorrow, opens=time(8), closes=time(17))
    html = desk.get(reverse("queue")).content.decode()
    assert "Office closed until" in html
    assert "UTC)" in html


def test_the_page_of_an_operator_holds_what_the_officer_sees(desk: Client, at: datetime) -> None:
    Operator.objects.filter(pk=operator(SENDER).pk).update(aeo="AEOF", aeo_number="NLAEOF1")
    case = case_of(bananas(at), at)
    address = reverse("operator", args=[SENDER])
    html = desk.get(address).content.decode()
    assert case.ens.mrn in html
    assert "NLAEOF1" in html
    stranger = Client()
    stranger.force_login(person(Role.OFFICER, offices=(ELSEWHERE,)))
    assert case.ens.mrn not in stranger.get(address).content.decode()
    assert desk.get(reverse("operator", args=["NL404"])).status_code == 404


def test_whoever_keeps_out_of_an_operator_does_not_open_its_page(
    desk: Client, officer: User
) -> None:
    operator(SENDER)
    Recusal.objects.create(user=officer, eori=SENDER, reason="x", declared_at=now())
    assert desk.get(reverse("operator", args=[SENDER])).status_code == 404
