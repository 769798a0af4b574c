"""The verbs of accounts."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from customs_portal.accounts.models import ApiToken, Operator, OperatorMembership, Role, User
from customs_portal.accounts.models.tokens import OF_OPERATORS, TokenScope


def system_name(operator: Operator) -> str:
    """Return the user name of the technical account of an operator."""
    return f"system-{operator.eori.lower()}"


def system_account(*, operator: Operator) -> User:
    """Return the technical account in whose name the operator's tokens act, made when missing."""
    user, created = User.objects.get_or_create(
        username=system_name(operator),
        defaults={"role": Role.TRADER, "first_name": _("System of"), "last_name": operator.name},
    )
    if created:
        user.set_unusable_password()
        user.save(update_fields=["password"])
        OperatorMembership.objects.create(
            user=user, operator=operator, role=OperatorMembership.Role.LODGER
        )
    return user


LONGEST_LIFE = timedelta(days=365)
"""How long a token may live."""


def issue_token(
    *,
    operator: Operator,
    at: datetime,
    expires_at: datetime | None = None,
    label: str = "",
    test: bool = False,
    scopes: Sequence[str] = OF_OPERATORS,
    issued_by: User | None = None,
) -> str:
    """Make a token for the operator's system and return it; it can never be read again.

    `at` is the time of issue, `expires_at` the end of its life or None for the longest one. What
    is sent with a `test` token is never registered. Raises ValueError for a life that is too long.
    """
    life = _life(at, expires_at)
    _instance, token = ApiToken.objects.create(
        user=system_account(operator=operator),
        operator=operator,
        label=label,
        expiry=life,
        test=test,
        scopes=list(scopes),
        issued_by=issued_by,
    )
    return str(token)


def issue_list_token(
    *, analyst: User, at: datetime, expires_at: datetime | None = None, label: str = ""
) -> str:
    """Make a token that loads reference lists in the name of a risk analyst, and return it.

    Raises ValueError for somebody who is no analyst and for a life that is too long.
    """
    if not analyst.is_active or analyst.role != Role.ANALYST:
        raise ValueError("Only risk analysts load lists.")
    _instance, token = ApiToken.objects.create(
        user=analyst,
        label=label,
        expiry=_life(at, expires_at),
        scopes=[TokenScope.LISTS.value],
        issued_by=analyst,
    )
    return str(token)


def _life(at: datetime, expires_at: datetime | None) -> timedelta:
    life = expires_at - at if expires_at else LONGEST_LIFE
    if life > LONGEST_LIFE:
        raise ValueError(f"A token lives for {LONGEST_LIFE.days} days at most.")
    return life


def end_tokens(digests: Sequence[str], *, at: datetime) -> int:
    """End those of the tokens that still live; return how many."""
    live = ApiToken.objects.filter(Q(expiry__isnull=True) | Q(expiry__gt=at), pk__in=digests)
    return int(live.update(expiry=at))
