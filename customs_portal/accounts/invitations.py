"""Invitations: a signed link with which a person sets a password, once and for a time."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.core import signing
from django.db import connection
from django.db.models import QuerySet

from customs_portal.accounts import sessions
from customs_portal.accounts.models import Invitation, User

LIFE = timedelta(hours=48)
_SALT = "customs_portal.invitation"


def invite(*, user: User, by: User, at: datetime) -> Invitation:
    """Make an invitation; an open one of the same person is withdrawn.

    The person's present password works until the link is used.
    """
    assert connection.in_atomic_block
    User.objects.select_for_update().get(pk=user.pk)
    _open().filter(user=user).update(revoked_at=at)
    return Invitation.objects.create(user=user, made_by=by, made_at=at, expires_at=at + LIFE)


def token_of(invitation: Invitation) -> str:
    """Return what stands in the link: the number of the invitation, signed."""
    return signing.dumps(invitation.pk, salt=_SALT)


def invitation_of(token: str, *, at: datetime) -> Invitation | None:
    """Return the invitation that a link opens; None for any other text, and once it is over."""
    try:
        number = signing.loads(token, salt=_SALT)
    except signing.BadSignature:
        return None
    usable = _open().filter(pk=number, expires_at__gt=at, user__is_active=True)
    return usable.select_related("user").first()


def use(token: str, *, password: str, at: datetime) -> User | None:
    """Set the person's password and end their sessions; None if the link is over by now."""
    assert connection.in_atomic_block
    found = invitation_of(token, at=at)
    if found is None or not _open().filter(pk=found.pk).update(used_at=at):
        return None
    found.user.set_password(password)
    found.user.save(update_fields=["password"])
    sessions.end_all(user=found.user)
    return found.user


def revoke(numbers: Sequence[int], *, at: datetime) -> list[Invitation]:
    """Withdraw those of the invitations that are open; return them."""
    assert connection.in_atomic_block
    rows = list(
        _open().filter(pk__in=numbers).select_related("user").select_for_update(of=("self",))
    )
    _open().filter(pk__in=[row.pk for row in rows]).update(revoked_at=at)
    return rows


def _open() -> QuerySet[Invitation]:
    return Invitation.objects.filter(used_at__isnull=True, revoked_at__isnull=True)
