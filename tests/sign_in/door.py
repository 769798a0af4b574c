"""Getting in as people do, and reading the trail of it."""

import time
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from customs_portal.accounts.models import SignInEvent, User
from tests.factories.people import PASSWORD

OFFICE = "NL000396"
Kind = SignInEvent.Kind


def log_in(client: Client, user: User | str, password: str = PASSWORD, **extra: Any) -> Any:
    name = user if isinstance(user, str) else user.username
    data = {"login": name, "password": password, **extra}
    return client.post(reverse("account_login"), data)


def is_in(client: Client) -> bool:
    return bool(client.get(reverse("your_account")).status_code == 200)


def kinds(user: User | None = None) -> list[str]:
    """The trail, the oldest first."""
    rows = SignInEvent.objects.order_by("pk")
    return [row.kind for row in (rows.filter(user=user) if user else rows)]


def code_of(secret: str) -> str:
    """The code that an authenticator app shows now."""
    counter = int(time.time()) // 30
    return str(totp.format_hotp_value(totp.hotp_value(secret, counter)))


def add_app(user: User) -> str:
    """Give somebody an authenticator app; its secret."""
    secret: str = totp.generate_totp_secret()
    totp.TOTP.activate(user, secret)
    return secret


def enter_code(client: Client, secret: str) -> Any:
    """Enter the code of now, as if none had been used before."""
    cache.clear()
    return client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})


def factors(user: User) -> set[str]:
    return set(Authenticator.objects.filter(user=user).values_list("type", flat=True))
