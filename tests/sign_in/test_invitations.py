"""Invitations: one link, one use, one person, a limited time."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail, signing
from django.test import Client
from django.urls import reverse

from customs_portal.accounts.models import Invitation, Role, SignInEvent, User
from customs_portal.clock import now
from tests.factories.people import PASSWORD, person
from tests.sign_in.door import Kind, add_app, factors, is_in, kinds, log_in

NEW = "korenbloem wolken fiets"
NO_MEMBERSHIPS = {
    f"{kind}_memberships-{name}_FORMS": "0"
    for kind in ("office", "operator")
    for name in ("TOTAL", "INITIAL")
}


@pytest.fixture
def office(client: Client, administrator: User) -> Client:
    """The browser of the administrator."""
    client.force_login(administrator)
    return client


def link_of(response: Any) -> str:
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    link: str = response.context["invited"].link
    assert link in response.content.decode()
    return link


def invited_anew(office: Client, user: User, **data: str) -> str:
    address = reverse("admin:accounts_user_invite", args=[user.pk])
    return link_of(office.post(address, data))


def set_password(link: str, password: str = NEW) -> Any:
    data = {"new_password1": password, "new_password2": password}
    return Client().post(link, data)


def works(link: str) -> bool:
    status = Client().get(link).status_code
    assert status in {200, 410}
    return bool(status == 200)


def test_a_new_person_is_invited_sets_a_password_and_gets_in(
    office: Client, administrator: User
) -> None:
    data = {**NO_MEMBERSHIPS, "username": "nieuw", "role": "officer"}
    link = link_of(office.post(reverse("admin:accounts_user_add"), data))
    user = User.objects.get(username="nieuw")
    assert set_password(link)["Location"] == reverse("account_login")
    assert is_in_with(user, NEW)
    assert kinds(user) == [Kind.INVITED, Kind.INVITATION_USED, Kind.SIGNED_IN]
    assert SignInEvent.objects.get(kind=Kind.INVITED).actor == administrator


def is_in_with(user: User, password: str) -> bool:
    client = Client()
    log_in(client, user, password)
    return is_in(client)


def test_a_link_works_once(office: Client, officer: User) -> None:
    link = invited_anew(office, officer)
    set_password(link)
    assert not works(link)
    assert set_password(link, "another good password").status_code == 410
    assert is_in_with(officer, NEW)


def test_looking_at_a_link_does_not_use_it(office: Client, officer: User) -> None:
    link = invited_anew(office, officer)
    assert [works(link), works(link)] == [True, True]


def test_a_link_ends_after_two_days(office: Client, officer: User) -> None:
    link = invited_anew(office, officer)
    with time_machine.travel(now() + timedelta(hours=47), tick=False):
        assert works(link)
    with time_machine.travel(now() + timedelta(hours=48), tick=False):
        assert not works(link)
        assert set_password(link).status_code == 410
    assert is_in_with(officer, PASSWORD)


def test_a_withdrawn_link_does_not_work(office: Client, officer: User) -> None:
    link = invited_anew(office, officer)
    chosen = [Invitation.objects.get().pk]
    data = {"action": "revoke", "_selected_action": chosen}
    office.post(reverse("admin:accounts_invitation_changelist"), data)
    assert not works(link)
    assert kinds(officer) == [Kind.INVITED, Kind.INVITATION_REVOKED]


def test_an_auditor_withdraws_nothing(office: Client, officer: User) -> None:
    link = invited_anew(office, officer)
    auditor = Client()
    auditor.force_login(person(Role.AUDITOR))
    data = {"action": "revoke", "_selected_action": [Invitation.objects.get().pk]}
    auditor.post(reverse("admin:accounts_invitation_changelist"), data)
    assert works(link)


def test_a_newer_link_replaces_the_older(office: Client, officer: User) -> None:
    links = [invited_anew(office, officer) for _ in range(2)]
    assert [works(link) for link in links] == [False, True]


def test_a_closed_account_is_not_opened_by_a_link(office: Client, officer: User) -> None:
    link = invited_anew(office, officer)
    User.objects.filter(pk=officer.pk).update(is_active=False)
    assert not works(link)


def test_a_forged_link_looks_like_an_old_one(office: Client, officer: User) -> None:
    link = invited_anew(office, officer)
    set_password(link)
    number = Invitation.objects.get().pk
    forged = [
        "x",
        signing.dumps(number),
        signing.dumps(number, salt="customs_portal.invitation", key="other"),
    ]
    pages = {Client().get(reverse("invitation", args=[text])).content for text in forged}
    assert pages == {Client().get(link).content}


def test_setting_the_password_ends_all_sessions(office: Client, officer: User) -> None:
    old = Client()
    log_in(old, officer)
    set_password(invited_anew(office, officer))
    assert not is_in(old)


def test_the_old_password_works_until_then(office: Client, officer: User) -> None:
    invited_anew(office, officer)
    assert is_in_with(officer, PASSWORD)


@pytest.mark.parametrize("password", ["short", "password1234"])
def test_a_weak_password_is_refused_and_the_link_stays(
    office: Client, officer: User, password: str
) -> None:
    link = invited_anew(office, officer)
    assert set_password(link, password).status_code == 200
    assert works(link)


def test_a_lost_second_step_is_removed_only_when_asked(
    office: Client, officer: User, administrator: User
) -> None:
    add_app(officer)
    invited_anew(office, officer)
    assert factors(officer) == {"totp"}
    invited_anew(office, officer, forget_second_step="on")
    assert factors(officer) == set()
    assert SignInEvent.objects.get(kind=Kind.FACTOR_REMOVED).actor == administrator


def test_the_link_stands_in_no_log_of_the_admin(office: Client, officer: User) -> None:
    token = invited_anew(office, officer).rstrip("/").rpartition("/")[2]
    pages = (
        reverse("admin:accounts_user_history", args=[officer.pk]),
        reverse("admin:accounts_invitation_changelist"),
        reverse("admin:accounts_signinevent_changelist"),
    )
    assert [token in office.get(page).content.decode() for page in pages] == [False] * 3


def test_without_mail_nothing_is_sent(office: Client, officer: User) -> None:
    User.objects.filter(pk=officer.pk).update(email="mila@customs.example")
    invited_anew(office, officer)
    assert mail.outbox == []


def test_with_mail_the_link_is_sent_too(office: Client, officer: User, settings: Any) -> None:
    settings.EMAIL_URL = "smtp://mail.example"
    User.objects.filter(pk=officer.pk).update(email="mila@customs.example")
    link = invited_anew(office, officer)
    [message] = mail.outbox
    assert message.to == ["mila@customs.example"]
    assert link in message.body


def test_nobody_sets_the_password_of_somebody_else(office: Client, officer: User) -> None:
    address = reverse("admin:accounts_user_change", args=[officer.pk])
    assert office.get(address + "../password/").status_code in {302, 404}
    data = {**NO_MEMBERSHIPS, "username": officer.username, "role": "officer", "is_active": "on"}
    office.post(address, {**data, "password": NEW, "password1": NEW, "password2": NEW})
    officer.refresh_from_db()
    assert officer.check_password(PASSWORD)
