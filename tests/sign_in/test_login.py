"""The first step: name and password, what is refused, and what is written of it."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from customs_portal.accounts.models import Role, SignInEvent, User
from customs_portal.clock import now
from tests.factories.people import PASSWORD, person
from tests.sign_in.door import Kind, is_in, kinds, log_in


def test_a_login_is_written_with_its_place(client: Client, officer: User) -> None:
    client.defaults["HTTP_USER_AGENT"] = "Firefox " + "x" * 300
    assert log_in(client, officer)["Location"] == "/"
    event = SignInEvent.objects.get()
    assert (event.kind, event.user, event.address) == (Kind.SIGNED_IN, officer, "127.0.0.1")
    assert len(event.agent) == 200


def test_a_wrong_password_and_an_unknown_name_look_the_same(client: Client, officer: User) -> None:
    wrong = log_in(client, officer, "wrong")
    unknown = log_in(client, "nobody-of-that-name", "wrong")
    pages = [
        response.content.decode().replace(name, "NAME").replace(token, "TOKEN")
        for response, name in ((wrong, officer.username), (unknown, "nobody-of-that-name"))
        for token in [str(response.context["csrf_token"])]
    ]
    assert pages[0] == pages[1]
    assert "The user name or the password is not right." in pages[0]
    assert not is_in(client)


def test_the_trail_names_who_was_tried_and_shortens_what_nobody_is_called(
    client: Client, officer: User
) -> None:
    log_in(client, officer, "wrong")
    log_in(client, "my secret password", "wrong")
    first, second = SignInEvent.objects.order_by("pk")
    assert (first.kind, first.user, first.name) == (Kind.REFUSED, officer, "")
    assert (second.kind, second.user, second.name) == (Kind.REFUSED, None, "my …")


def test_after_five_wrong_passwords_the_right_one_does_not_help(
    client: Client, officer: User
) -> None:
    for _ in range(5):
        log_in(client, officer, "wrong")
    response = log_in(client, officer)
    assert "Too many attempts." in response.content.decode()
    assert not is_in(client)
    assert kinds() == [Kind.REFUSED] * 5 + [Kind.LOCKED]


def test_another_address_does_not_reset_the_count_of_a_name(officer: User) -> None:
    for number in range(5):
        log_in(Client(REMOTE_ADDR=f"192.0.2.{number}"), officer, "wrong")
    assert "Too many" in log_in(Client(REMOTE_ADDR="192.0.2.99"), officer).content.decode()


def test_ten_wrong_names_from_one_address_close_it_for_a_minute(
    client: Client, officer: User, time_machine: Any
) -> None:
    time_machine.move_to(now(), tick=False)
    for number in range(10):
        log_in(client, f"name{number}", "wrong")
    assert "Too many" in log_in(client, officer).content.decode()
    assert log_in(Client(REMOTE_ADDR="192.0.2.7"), officer).status_code == 302


def test_one_name_does_not_close_another(client: Client, officer: User) -> None:
    for _ in range(5):
        log_in(client, "somebody", "wrong")
    assert log_in(client, officer).status_code == 302


def test_a_closed_account_gets_in_with_no_password(client: Client, officer: User) -> None:
    User.objects.filter(pk=officer.pk).update(is_active=False)
    log_in(client, officer)
    assert not is_in(client)
    assert kinds(officer) == [Kind.REFUSED]


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", r"/\evil.example", "javascript:alert(1)"]
)
def test_a_login_leads_nowhere_else(client: Client, officer: User, target: str) -> None:
    address = f"{reverse('account_login')}?next={target}"
    data = {"login": officer.username, "password": PASSWORD, "next": target}
    response = client.post(address, data)
    assert (response.status_code, response["Location"]) == (302, "/")


def test_a_login_leads_back_to_the_page_that_was_asked_for(client: Client, officer: User) -> None:
    assert log_in(client, officer, next="/search/")["Location"] == "/search/"


@pytest.mark.parametrize("name", ["admin:login", "admin:logout"])
def test_the_admin_has_no_door_of_its_own(client: Client, name: str) -> None:
    address = f"{reverse(name)}?next=https://evil.example/"
    response = client.get(address)
    assert response["Location"].startswith(reverse("account_login"))


def test_the_admin_has_no_change_of_password_of_its_own(client: Client, officer: User) -> None:
    log_in(client, officer)
    response = client.get(reverse("admin:password_change"))
    assert response["Location"] == reverse("account_change_password")


def test_the_session_gets_a_new_key_at_login(client: Client, officer: User) -> None:
    client.get(reverse("account_login"))
    session = client.session
    session["planted"] = "x"
    session.save()
    client.cookies["portal_session"] = session.session_key or ""
    before = session.session_key
    log_in(client, officer)
    assert client.session.session_key != before
    thief = Client()
    thief.cookies["portal_session"] = before or ""
    assert not is_in(thief)


def test_there_is_no_registration_and_no_reset_by_mail(client: Client, officer: User) -> None:
    log_in(client, officer)
    for path in ("signup/", "email/", "password/reset/", "confirm-email/x/", "login/code/"):
        assert client.get(f"/account/{path}").status_code == 404


def test_signing_out_is_written_and_ends_the_session(client: Client, officer: User) -> None:
    log_in(client, officer)
    client.post(reverse("account_logout"))
    assert not is_in(client)
    assert kinds(officer) == [Kind.SIGNED_IN, Kind.SIGNED_OUT]
    assert not officer.signed_in_sessions.exists()


@pytest.mark.parametrize(
    ("new", "why"),
    [
        ("kort wachtw", "too short"),
        ("passwordpassword1", ""),
        ("password1234", "too common"),
        ("maximiliaan-1", "too similar"),
    ],
)
def test_a_new_password_is_long_unknown_and_not_the_name(
    client: Client, new: str, why: str
) -> None:
    user = person(Role.TRADER, first_name="Maximiliaan")
    log_in(client, user)
    data = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    response = client.post(reverse("account_change_password"), data)
    user.refresh_from_db()
    assert user.check_password(PASSWORD) is bool(why)
    assert (why in response.content.decode()) if why else response.status_code == 302


def test_long_words_are_a_good_password(client: Client, officer: User) -> None:
    log_in(client, officer)
    new = "korenbloem wolken fiets"
    data = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    response = client.post(reverse("account_change_password"), data)
    assert response["Location"] == reverse("your_account")
    officer.refresh_from_db()
    assert officer.check_password(new)
    assert kinds(officer) == [Kind.SIGNED_IN, Kind.PASSWORD_CHANGED]


def test_the_trail_cannot_be_changed(client: Client, officer: User) -> None:
    log_in(client, officer)
    with pytest.raises(Exception, match="never changed"):
        SignInEvent.objects.update(detail="x")
