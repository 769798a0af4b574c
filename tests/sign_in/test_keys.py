"""A change of SECRET_KEY: nothing breaks while the former key stands among the fallbacks."""

from typing import Any

import pytest
from cryptography.fernet import InvalidToken
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.urls import reverse

from customs_portal.accounts.invitations import invite, token_of
from customs_portal.accounts.models import User
from customs_portal.clock import now
from tests.sign_in.door import add_app, enter_code, is_in, log_in

OLD, NEW = "for-tests-only", "n" * 60


def change_key(settings: Any, *, keep: bool) -> None:
    settings.SECRET_KEY = NEW
    settings.SECRET_KEY_FALLBACKS = [OLD] if keep else []


def link(user: User, by: User) -> str:
    with transaction.atomic():
        return reverse("invitation", args=[token_of(invite(user=user, by=by, at=now()))])


@pytest.mark.parametrize("keep", [True, False])
def test_sessions_live_on_with_the_former_key(
    client: Client, officer: User, settings: Any, keep: bool
) -> None:
    log_in(client, officer)
    change_key(settings, keep=keep)
    assert is_in(client) is keep


@pytest.mark.parametrize("keep", [True, False])
def test_invitations_live_on_with_the_former_key(
    client: Client, officer: User, administrator: User, settings: Any, keep: bool
) -> None:
    address = link(officer, administrator)
    change_key(settings, keep=keep)
    assert client.get(address).status_code == (200 if keep else 410)


def test_second_steps_live_on_and_are_renewed(
    client: Client, officer: User, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = add_app(officer)
    change_key(settings, keep=True)
    log_in(client, officer)
    enter_code(client, secret)
    assert is_in(client)
    call_command("renew_second_steps")
    assert capsys.readouterr().out == "1 encrypted anew.\n"
    change_key(settings, keep=False)
    other = Client()
    log_in(other, officer)
    enter_code(other, secret)
    assert is_in(other)


def test_a_key_that_went_too_early_is_told(officer: User, settings: Any) -> None:
    add_app(officer)
    change_key(settings, keep=False)
    with pytest.raises(InvalidToken):
        call_command("renew_second_steps")
