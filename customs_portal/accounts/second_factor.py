"""The second step of a login: an authenticator app or a passkey, with recovery codes."""

from base64 import urlsafe_b64encode
from hashlib import sha256

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from customs_portal.accounts.models import User

STEPS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
"""What counts as a second step; recovery codes are only its replacement."""
ENCRYPTED = ("secret", "seed")


def has_second_step(user: User) -> bool:
    """Whether the user has an authenticator app or a passkey."""
    return bool(Authenticator.objects.filter(user=user, type__in=STEPS).exists())


def must_set_up(user: User) -> bool:
    """Whether the user may do nothing before there is a second step: staff, where required."""
    return settings.MFA_REQUIRED and user.is_official and not has_second_step(user)


def remove_second_step(user: User) -> int:
    """Remove app, passkeys and recovery codes of a user who lost them; return how many."""
    return int(Authenticator.objects.filter(user=user).delete()[0])


def encrypt_anew(authenticator: Authenticator) -> None:
    """Encrypt the secrets of an authenticator with the current key."""
    adapter = SecondFactorAdapter()
    for name in set(ENCRYPTED) & set(authenticator.data):
        plain = adapter.decrypt(authenticator.data[name])
        authenticator.data[name] = adapter.encrypt(plain)
    authenticator.save(update_fields=["data"])


class SecondFactorAdapter(DefaultMFAAdapter):
    """allauth's second factor with secrets encrypted in the database."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": _(
            "Your role needs a second step. Add another one before you remove this one."
        ),
        "incorrect_code": _("The code is not right. Use the newest one that your app shows."),
    }

    def encrypt(self, text: str) -> str:
        """Encrypt a secret with a key made of SECRET_KEY."""
        return _keys().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Decrypt a secret with the current or a former key (SECRET_KEY_FALLBACKS)."""
        return _keys().decrypt(encrypted_text.encode()).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Refuse to remove the last second step of somebody who must have one."""
        user = authenticator.user
        if not (settings.MFA_REQUIRED and user.is_official):
            return True
        others = Authenticator.objects.filter(user=user, type__in=STEPS)
        return bool(others.exclude(pk=authenticator.pk).exists())

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        """Name a passkey that the person gave no name."""
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return gettext("Passkey %(number)d") % {"number": number}

    def get_totp_issuer(self) -> str:
        """Name the portal in the app."""
        return f"ENS {settings.CUSTOMS_COUNTRY}"

    def get_totp_label(self, user: User) -> str:
        """Name the account in the app by its user name."""
        return user.username


def _keys() -> MultiFernet:
    return MultiFernet(
        [_key(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    )


def _key(secret: str) -> Fernet:
    digest = sha256(b"customs_portal.second_factor" + secret.encode()).digest()
    return Fernet(urlsafe_b64encode(digest))
