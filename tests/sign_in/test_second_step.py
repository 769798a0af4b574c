"""The second step: who needs it, how it is set up, used and lost."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from customs_portal.accounts.models import STAFF_ROLES, Role, User
from customs_portal.clock import now
from tests.factories.people import PASSWORD, person
from tests.sign_in.door import (
    OFFICE,
    Kind,
    add_app,
    code_of,
    enter_code,
    factors,
    is_in,
    kinds,
    log_in,
)

SET_UP = "mfa_activate_totp"


@pytest.fixture
def required(settings: Any) -> None:
    settings.MFA_REQUIRED = True


def set_up(client: Client) -> Any:
    page = client.get(reverse(SET_UP))
    return client.post(reverse(SET_UP), {"code": code_of(page.context["form"].secret)})


@pytest.mark.parametrize("role", sorted(STAFF_ROLES))
@pytest.mark.usefixtures("required")
def test_staff_are_led_to_the_set_up_and_open_nothing_else(client: Client, role: Role) -> None:
    log_in(client, person(role, offices=(OFFICE,)))
    for name in ("home", "queue", "admin:index", "your_account", "operations", "api:docs"):
        assert client.get(reverse(name))["Location"] == reverse(SET_UP), name
    page = client.get(reverse(SET_UP)).content.decode()
    assert "Nothing else opens before it is set up." in page
    assert reverse("queue") not in page


@pytest.mark.usefixtures("required")
def test_verbs_are_closed_as_well(client: Client, officer: User) -> None:
    log_in(client, officer)
    assert client.post(reverse("claim_next"))["Location"] == reverse(SET_UP)
    assert client.post(reverse("end_other_sessions"))["Location"] == reverse(SET_UP)


@pytest.mark.usefixtures("required")
def test_a_trader_may_go_without(client: Client) -> None:
    log_in(client, person(Role.TRADER))
    assert is_in(client)


def test_in_the_demo_staff_may_go_without(client: Client, officer: User) -> None:
    log_in(client, officer)
    assert client.get(reverse("queue")).status_code == 200


@pytest.mark.usefixtures("required")
def test_after_the_set_up_everything_opens(client: Client, officer: User) -> None:
    log_in(client, officer)
    response = set_up(client)
    assert response["Location"] == reverse("mfa_view_recovery_codes")
    codes = client.get(response["Location"]).context["unused_codes"]
    assert len(set(codes)) == 10
    assert client.get(reverse("queue")).status_code == 200
    assert factors(officer) == {"totp", "recovery_codes"}


def test_recovery_codes_are_shown_once(client: Client, officer: User) -> None:
    log_in(client, officer)
    address = set_up(client)["Location"]
    [code, *_] = client.get(address).context["unused_codes"]
    assert code not in client.get(address).content.decode()


def test_a_wrong_code_switches_nothing_on(client: Client, officer: User) -> None:
    log_in(client, officer)
    client.get(reverse(SET_UP))
    response = client.post(reverse(SET_UP), {"code": "000000"})
    assert "The code is not right." in response.content.decode()
    assert factors(officer) == set()


def test_the_password_alone_does_not_let_in(client: Client, officer: User) -> None:
    secret = add_app(officer)
    assert log_in(client, officer)["Location"] == reverse("mfa_authenticate")
    assert not is_in(client)
    enter_code(client, secret)
    assert is_in(client)
    assert kinds(officer) == [Kind.SIGNED_IN]


def test_a_wrong_code_does_not_let_in_and_is_written(client: Client, officer: User) -> None:
    add_app(officer)
    log_in(client, officer)
    client.post(reverse("mfa_authenticate"), {"code": "12 34"})
    assert not is_in(client)
    assert kinds(officer) == [Kind.CODE_REFUSED]


def test_codes_cannot_be_guessed_forever(client: Client, officer: User) -> None:
    secret = add_app(officer)
    log_in(client, officer)
    for _ in range(5):
        client.post(reverse("mfa_authenticate"), {"code": "1234"})
    response = client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    assert "Too many attempts." in response.content.decode()
    assert not is_in(client)


def test_a_code_works_once(officer: User) -> None:
    code = code_of(add_app(officer))
    first, second = Client(), Client()
    for client in (first, second):
        log_in(client, officer)
        client.post(reverse("mfa_authenticate"), {"code": code})
    assert is_in(first)
    assert not is_in(second)


def test_a_recovery_code_lets_in_once(client: Client, officer: User) -> None:
    log_in(client, officer)
    address = set_up(client)["Location"]
    [code, *_] = client.get(address).context["unused_codes"]
    tries = []
    for _ in range(2):
        other = Client()
        log_in(other, officer)
        other.post(reverse("mfa_authenticate"), {"code": code})
        tries.append(is_in(other))
    assert tries == [True, False]


def test_the_secret_is_not_readable_in_the_database(officer: User) -> None:
    secret = add_app(officer)
    assert secret not in str(Authenticator.objects.get(user=officer).data)


def test_the_last_second_step_stays_where_it_is_required(
    client: Client, officer: User, settings: Any
) -> None:
    secret = add_app(officer)
    log_in(client, officer)
    enter_code(client, secret)
    settings.MFA_REQUIRED = True
    response = client.post(reverse("mfa_deactivate_totp"))
    assert "Your role needs a second step." in response.content.decode()
    assert factors(officer) == {"totp"}
    settings.MFA_REQUIRED = False
    client.post(reverse("mfa_deactivate_totp"))
    assert factors(officer) == set()
    assert kinds(officer)[-1] == Kind.FACTOR_REMOVED


def test_long_after_the_login_changes_ask_for_the_password_again(
    client: Client, officer: User
) -> None:
    log_in(client, officer)
    assert client.get(reverse(SET_UP)).status_code == 200
    earlier = now() - timedelta(minutes=6)
    officer.signed_in_sessions.update(started_at=earlier)
    asked = client.get(reverse(SET_UP))["Location"]
    assert asked.startswith(reverse("account_reauthenticate"))
    client.post(asked, {"password": "wrong"})
    assert client.get(reverse(SET_UP)).status_code == 302
    client.post(asked, {"password": PASSWORD})
    assert client.get(reverse(SET_UP)).status_code == 200


def test_nobody_removes_the_passkey_of_another(client: Client, officer: User) -> None:
    other = Authenticator.objects.create(
        user=person(Role.OFFICER), type=Authenticator.Type.WEBAUTHN, data={"name": "x"}
    )
    log_in(client, officer)
    assert client.post(reverse("mfa_remove_webauthn", args=[other.pk])).status_code == 404
    assert Authenticator.objects.filter(pk=other.pk).exists()
