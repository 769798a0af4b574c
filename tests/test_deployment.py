"""Each unsafe setting is found under its own number; safe ones are silent."""

from typing import Any

import pytest
from django.conf import settings as django_settings

from customs_portal.pages.checks import RULES, check_deployment

LONG = "k3Y-" * 20
SAFE: dict[str, Any] = {
    "DEMO": False,
    "SECRET_KEY": LONG,
    "SECRET_KEY_FALLBACKS": [],
    "SAMPLING_KEY": "another-key-for-samples",
    "ALLOWED_HOSTS": ["portal.example"],
    "MFA_REQUIRED": True,
    "SECURE_SSL_REDIRECT": True,
    "SESSION_COOKIE_SECURE": True,
    "CSRF_COOKIE_SECURE": True,
    "TRUSTED_PROXIES": 1,
    "PASSWORD_HASHERS": ["django.contrib.auth.hashers.PBKDF2PasswordHasher"],
}


def policy(**directives: list[str]) -> dict[str, Any]:
    own = {name.replace("_", "-"): value for name, value in directives.items()}
    return {"DIRECTIVES": {**django_settings.CONTENT_SECURITY_POLICY["DIRECTIVES"], **own}}


LOCAL = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
WRONG: list[tuple[str, str, Any]] = [
    ("portal.E001", "DEMO", True),
    ("portal.E002", "SECRET_KEY", "unused"),
    ("portal.E002", "SECRET_KEY", "x" * 49),
    ("portal.E002", "SECRET_KEY_FALLBACKS", ["short"]),
    ("portal.E003", "SECRET_KEY_FALLBACKS", [LONG]),
    ("portal.E004", "CACHES", LOCAL),
    ("portal.E005", "CONTENT_SECURITY_POLICY", None),
    ("portal.E005", "CONTENT_SECURITY_POLICY", policy(script_src=["'self'", "'unsafe-inline'"])),
    ("portal.E005", "CONTENT_SECURITY_POLICY", policy(style_src=["'unsafe-inline'"])),
    ("portal.E005", "CONTENT_SECURITY_POLICY", policy(script_src=["*"])),
    ("portal.E005", "CONTENT_SECURITY_POLICY", policy(default_src=[])),
    ("portal.E006", "MFA_REQUIRED", False),
    ("portal.E007", "SECURE_SSL_REDIRECT", False),
    ("portal.E007", "SESSION_COOKIE_SECURE", False),
    ("portal.E007", "CSRF_COOKIE_SECURE", False),
    ("portal.E008", "ALLOWED_HOSTS", ["*"]),
    ("portal.E008", "ALLOWED_HOSTS", [".example"]),
    ("portal.E008", "ALLOWED_HOSTS", []),
    ("portal.E009", "SAMPLING_KEY", ""),
    ("portal.E009", "SAMPLING_KEY", LONG),
    ("portal.E010", "METRICS_TOKEN", "short"),
    ("portal.E011", "SESSION_IDLE_MINUTES", 61),
    ("portal.E011", "SESSION_IDLE_MINUTES", 0),
    ("portal.E011", "SESSION_HOURS", 24),
    ("portal.E012", "PASSWORD_HASHERS", ["django.contrib.auth.hashers.MD5PasswordHasher"]),
    ("portal.E013", "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN", True),
    ("portal.E014", "ACCOUNT_RATE_LIMITS", False),
    ("portal.E014", "ACCOUNT_RATE_LIMITS", {"login": "30/m/ip", "reauthenticate": "10/m/user"}),
    ("portal.E015", "TRUSTED_PROXIES", 0),
]


@pytest.fixture(autouse=True)
def _safe(settings: Any) -> None:
    for name, value in SAFE.items():
        setattr(settings, name, value)


def numbers() -> list[str | None]:
    return [found.id for found in check_deployment()]


def test_safe_settings_are_silent() -> None:
    assert numbers() == []


@pytest.mark.parametrize(("number", "name", "value"), WRONG)
def test_a_wrong_setting_is_found(settings: Any, number: str, name: str, value: Any) -> None:
    setattr(settings, name, value)
    assert numbers() == [number]


def test_each_check_is_tried() -> None:
    assert {number for number, _ in RULES} == {number for number, _, _ in WRONG}


def test_what_is_found_says_why_and_never_the_secret(settings: Any) -> None:
    settings.SECRET_KEY, settings.SAMPLING_KEY = "hunter2", "hunter2"
    found = check_deployment()
    assert [each.id for each in found] == ["portal.E002", "portal.E009"]
    assert all(each.hint for each in found)
    assert "hunter2" not in str(found)
