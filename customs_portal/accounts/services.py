"""The verbs of accounts."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from customs_portal.accounts.models import ApiToken, Operator, OperatorMembership, Role, User


def system_account(*, operator: Operator) -> User:
    """Return the technical account in whose name the operator's tokens act, made when missing."""
    user, created = User.objects.get_or_create(
        username=f"system-{operator.eori.lower()}",
        defaults={"role": Role.TRADER, "first_name": _("System of"), "last_name": operator.name},
    )
    if created:
        user.set_unusable_password()
        user.save(update_fields=["password"])
        OperatorMembership.objects.create(
            user=user, operator=operator, role=OperatorMembership.Role.LODGER
        )
    return user


def issue_token(
    *,
    operator: Operator,
    at: datetime,
    expires_at: datetime | None = None,
    label: str = "",
    test: bool = False,
) -> str:
    """Make a token for the operator's system and return it; it can never be read again.

    `at` is the time of issue, `expires_at` the end of its life or None for no end. What is sent
    with a `test` token is never registered.
    """
    life = expires_at - at if expires_at else None
    _instance, token = ApiToken.objects.create(
        user=system_account(operator=operator),
        operator=operator,
        label=label,
        expiry=life,
        test=test,
    )
    return str(token)


def end_tokens(digests: Sequence[str], *, at: datetime) -> int:
    """End those of the tokens that still live; return how many."""
    live = ApiToken.objects.filter(Q(expiry__isnull=True) | Q(expiry__gt=at), pk__in=digests)
    return int(live.update(expiry=at))
