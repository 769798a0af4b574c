"""Sessions end without use, after their longest time, at a change of password, and when told to."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from customs_portal.accounts.middleware import BACKGROUND
from customs_portal.accounts.models import SignedInSession, SignInEvent, User
from customs_portal.clock import now
from tests.factories.people import PASSWORD
from tests.sign_in.door import Kind, is_in, kinds, log_in


def at(start: datetime, **after: float) -> time_machine.travel:
    return time_machine.travel(start + timedelta(**after), tick=False)


@pytest.fixture
def start(client: Client, officer: User) -> datetime:
    log_in(client, officer)
    return officer.signed_in_sessions.get().started_at


def test_use_keeps_a_session_alive(client: Client, start: datetime) -> None:
    for minutes in (25, 50, 75):
        with at(start, minutes=minutes):
            assert is_in(client)


def test_a_session_ends_without_use(client: Client, officer: User, start: datetime) -> None:
    with at(start, minutes=30):
        response = client.get(reverse("queue"), follow=True)
    assert response.redirect_chain[0][0] == f"{reverse('account_login')}?next=/queue/"
    assert "Your session has ended." in response.content.decode()
    last = SignInEvent.objects.latest("pk")
    assert (last.kind, last.user, last.detail) == (Kind.EXPIRED, officer, "idle")
    assert not SignedInSession.objects.exists()


def test_a_session_of_which_nothing_is_left_ends_with_a_word(
    client: Client, start: datetime
) -> None:
    client.session.delete()
    page = client.get(reverse("queue"), follow=True).content.decode()
    assert "Your session has ended." in page
    assert "Your session has ended." not in client.get("/queue/", follow=True).content.decode()


def test_whoever_had_no_session_is_told_of_none(client: Client) -> None:
    assert "session" not in client.get(reverse("queue"), follow=True).content.decode()


def test_what_a_page_asks_by_itself_is_no_use(client: Client, start: datetime) -> None:
    with at(start, minutes=20):
        own = {BACKGROUND: "1", "HX-Request": "true"}
        assert client.get(reverse("queue"), headers=own).status_code == 200
    with at(start, minutes=30):
        response = client.get(reverse("queue"), headers=own)
    assert (response.status_code, response["HX-Refresh"]) == (204, "true")
    assert "Your session has ended." in client.get("/queue/", follow=True).content.decode()


def test_the_queue_says_which_requests_it_makes_by_itself(client: Client, start: datetime) -> None:
    assert f'hx-headers=\'{{"{BACKGROUND}": "1"}}\'' in client.get("/queue/").content.decode()


def test_a_session_ends_after_its_longest_time_however_it_was_used(
    client: Client, start: datetime
) -> None:
    SignedInSession.objects.update(started_at=start - timedelta(hours=12), seen_at=now())
    assert not is_in(client)
    assert SignInEvent.objects.latest("pk").detail == "absolute"


def test_one_button_ends_the_others(client: Client, officer: User, start: datetime) -> None:
    other = Client()
    log_in(other, officer)
    assert is_in(other)
    page = client.get(reverse("your_account")).content.decode()
    assert page.count("127.0.0.1") >= 2
    client.post(reverse("end_other_sessions"))
    assert is_in(client)
    assert not is_in(other)
    assert kinds(officer)[-1] == Kind.SESSIONS_ENDED


def test_ending_others_touches_nobody_else(
    client: Client, administrator: User, start: datetime
) -> None:
    stranger = Client()
    log_in(stranger, administrator)
    client.post(reverse("end_other_sessions"))
    assert is_in(stranger)


def test_a_change_of_password_ends_the_others_but_not_this_one(
    client: Client, officer: User, start: datetime
) -> None:
    other = Client()
    log_in(other, officer)
    new = "korenbloem wolken fiets"
    data = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    client.post(reverse("account_change_password"), data)
    assert is_in(client)
    assert not is_in(other)
    assert officer.signed_in_sessions.count() == 1


def test_a_session_of_another_person_is_no_session(
    client: Client, administrator: User, start: datetime
) -> None:
    SignedInSession.objects.update(user=administrator)
    assert not is_in(client)


def test_the_key_of_a_session_stands_in_no_table_of_ours(client: Client, start: datetime) -> None:
    key = client.session.session_key
    rows = [*SignedInSession.objects.values(), *SignInEvent.objects.values()]
    assert key
    assert key not in str(rows)


def test_what_ran_out_is_forgotten_at_the_next_login(officer: User, start: datetime) -> None:
    SignedInSession.objects.update(seen_at=start - timedelta(hours=1))
    log_in(Client(), officer)
    assert officer.signed_in_sessions.count() == 1
