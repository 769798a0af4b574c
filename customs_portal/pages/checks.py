"""System checks of a deployment: each unsafe setting has its own number (`check --deploy`)."""

from collections.abc import Callable, Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

KNOWN_SECRETS = frozenset({"unused", "for-tests-only", "changeme", "secret"})
SHORTEST_SECRET = 50
SHORTEST_TOKEN = 20
LONGEST_IDLE_MINUTES = 60
LONGEST_SESSION_HOURS = 12
SHARED_CACHES = ("django.core.cache.backends.redis.", "django.core.cache.backends.memcached.")
UNSAFE_SOURCES = frozenset({"'unsafe-inline'", "'unsafe-eval'", "*", "http:", "https:", "data:"})
GUARDED = ("default-src", "script-src", "style-src", "connect-src", "form-action", "object-src")
WEAK_HASHERS = ("MD5", "SHA1", "Unsalted")

Found = str | None
Rule = tuple[str, Callable[[], Found]]


def demo() -> Found:
    """Demo accounts have passwords that stand in a file."""
    return "DEMO is on: its accounts and data are for trying only." if settings.DEMO else None


def secret_key() -> Found:
    """Who knows the key signs sessions and invitations."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    if any(key in KNOWN_SECRETS or len(key) < SHORTEST_SECRET for key in keys):
        return f"SECRET_KEY and its fallbacks must be secret and {SHORTEST_SECRET} signs or more."
    return None


def fallbacks() -> Found:
    """A former key that is still the current one has not been replaced."""
    repeated = settings.SECRET_KEY in settings.SECRET_KEY_FALLBACKS
    return "SECRET_KEY stands among SECRET_KEY_FALLBACKS: choose a new one." if repeated else None


def shared_cache() -> Found:
    """Attempts to log in are counted in the cache, by all processes together."""
    shared = settings.CACHES["default"]["BACKEND"].startswith(SHARED_CACHES)
    return None if shared else "CACHES must be shared by all processes: set REDIS_URL."


def content_security_policy() -> Found:
    """Code in a page, or from anywhere, would run what somebody wrote into a declaration."""
    directives = (settings.CONTENT_SECURITY_POLICY or {}).get("DIRECTIVES", {})
    unsafe = [name for name in GUARDED if UNSAFE_SOURCES & set(directives.get(name, []))]
    if unsafe or not directives.get("default-src"):
        return f"CONTENT_SECURITY_POLICY is unsafe: {', '.join(unsafe) or 'no default-src'}."
    return None


def second_step() -> Found:
    """A stolen password must not be enough."""
    return None if settings.MFA_REQUIRED else "MFA_REQUIRED is off: staff log in by password alone."


def encrypted_transport() -> Found:
    """Cookies and passwords must not travel readable."""
    needed = ("SECURE_SSL_REDIRECT", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE")
    missing = [name for name in needed if not getattr(settings, name)]
    return f"HTTPS is off: {', '.join(missing)}." if missing else None


def host_names() -> Found:
    """Links of invitations are made from the name that was asked."""
    hosts = settings.ALLOWED_HOSTS
    wide = not hosts or any(host == "*" or host.startswith(".") for host in hosts)
    return "ALLOWED_HOSTS must name the hosts of the portal, none by a pattern." if wide else None


def sampling_key() -> Found:
    """Who knows the key knows which declarations are selected at random."""
    key = settings.SAMPLING_KEY
    if len(key) < SHORTEST_TOKEN or key in {settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS}:
        return f"SAMPLING_KEY must be its own secret of {SHORTEST_TOKEN} signs or more."
    return None


def metrics_token() -> Found:
    """A short token can be guessed; none at all closes the page."""
    short = 0 < len(settings.METRICS_TOKEN) < SHORTEST_TOKEN
    return f"METRICS_TOKEN must have {SHORTEST_TOKEN} signs or more." if short else None


def session_limits() -> Found:
    """A forgotten session must end."""
    idle, hours = settings.SESSION_IDLE_MINUTES, settings.SESSION_HOURS
    if 0 < idle <= LONGEST_IDLE_MINUTES and 0 < hours <= LONGEST_SESSION_HOURS:
        return None
    return (
        f"SESSION_IDLE_MINUTES must be 1 to {LONGEST_IDLE_MINUTES}, "
        f"SESSION_HOURS 1 to {LONGEST_SESSION_HOURS}."
    )


def password_hashers() -> Found:
    """Stored passwords must be slow to guess."""
    first = settings.PASSWORD_HASHERS[0].rpartition(".")[2]
    return f"PASSWORD_HASHERS begins with {first}." if first.startswith(WEAK_HASHERS) else None


def passkey_origin() -> Found:
    """A passkey must be bound to the site."""
    open_to_all = getattr(settings, "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN", False)
    return "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN is on." if open_to_all else None


def rate_limits() -> Found:
    """Passwords and codes must not be guessed in a row."""
    limits = settings.ACCOUNT_RATE_LIMITS or {}
    kept = all(limits.get(name) for name in ("login", "login_failed", "reauthenticate"))
    return None if kept else "ACCOUNT_RATE_LIMITS must limit logins and confirmations."


def proxies() -> Found:
    """Behind a proxy that is not counted, all attempts seem to come from one address."""
    wrong = settings.SECURE_SSL_REDIRECT and settings.TRUSTED_PROXIES < 1
    return "TRUSTED_PROXIES is 0, but HTTPS needs a proxy in front." if wrong else None


RULES: tuple[Rule, ...] = (
    ("portal.E001", demo),
    ("portal.E002", secret_key),
    ("portal.E003", fallbacks),
    ("portal.E004", shared_cache),
    ("portal.E005", content_security_policy),
    ("portal.E006", second_step),
    ("portal.E007", encrypted_transport),
    ("portal.E008", host_names),
    ("portal.E009", sampling_key),
    ("portal.E010", metrics_token),
    ("portal.E011", session_limits),
    ("portal.E012", password_hashers),
    ("portal.E013", passkey_origin),
    ("portal.E014", rate_limits),
    ("portal.E015", proxies),
)


@register(Tags.security, deploy=True)
def check_deployment(
    app_configs: Sequence[AppConfig] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Return an error for each unsafe setting; the docstring of its rule is the hint."""
    found = [(number, rule, rule()) for number, rule in RULES]
    return [Error(text, hint=rule.__doc__, id=number) for number, rule, text in found if text]
