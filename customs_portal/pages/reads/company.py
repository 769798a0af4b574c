"""An operator as its own people see it: colleagues, mandates, tokens."""

from datetime import datetime

import msgspec
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from customs_portal.accounts import operators, policies
from customs_portal.accounts.colleagues import people_of
from customs_portal.accounts.models import ApiToken, Mandate, Operator, OperatorMembership, User


class MandateRow(msgspec.Struct, frozen=True, kw_only=True):
    """A mandate that was given or received; `other` is the one on the far side."""

    pk: int
    other: Operator
    may: list[str]
    mandate: Mandate
    state: str
    colour: str
    can_be_revoked: bool


class TokenRow(msgspec.Struct, frozen=True, kw_only=True):
    """A token; `name` is the beginning by which its owner knows it."""

    name: str
    token: ApiToken
    may: list[str]
    is_live: bool


class CompanyPage(msgspec.Struct, frozen=True, kw_only=True):
    """Everything about one operator that its people see."""

    operator: Operator
    status: operators.OperatorStatus
    others: list[Operator]
    role: str
    is_owner: bool
    colleagues: list[OperatorMembership]
    given: list[MandateRow]
    received: list[MandateRow]
    tokens: list[TokenRow]


def own(user: User) -> QuerySet[Operator]:
    """Return the operators that the user acts for."""
    return Operator.objects.filter(memberships__user=user).order_by("eori")


def read(operator: Operator, user: User, at: datetime) -> CompanyPage:
    """Return the page of an operator that the user acts for."""
    membership = OperatorMembership.objects.get(user=user, operator=operator)
    mandates = Mandate.objects.select_related("operator", "representative")
    tokens = ApiToken.objects.filter(operator=operator).select_related("user")
    is_owner = policies.is_owner(user, operator)
    return CompanyPage(
        operator=operator,
        status=operators.status(operator, at),
        others=[each for each in own(user) if each != operator],
        role=membership.get_role_display(),
        is_owner=is_owner,
        colleagues=list(people_of(operator).order_by("user__last_name", "user__username")),
        given=[
            _mandate(row, row.representative, at, is_owner)
            for row in mandates.filter(operator=operator)
        ],
        received=[
            _mandate(row, row.operator, at, is_owner)
            for row in mandates.filter(representative=operator)
        ],
        tokens=[_token(row, at) for row in tokens.order_by("-created")],
    )


def _mandate(mandate: Mandate, other: Operator, at: datetime, is_owner: bool) -> MandateRow:  # noqa: FBT001  what the user is, no switch
    state, colour = _state(mandate, at)
    return MandateRow(
        pk=mandate.pk,
        other=other,
        may=mandate.scope_names(),
        mandate=mandate,
        state=state,
        colour=colour,
        can_be_revoked=is_owner and mandate.revoked_at is None and state != _("Ended"),
    )


def _state(mandate: Mandate, at: datetime) -> tuple[str, str]:
    if mandate.revoked_at is not None:
        return _("Revoked"), "grey"
    if mandate.is_alive(at):
        return _("In force"), "green"
    if mandate.valid_from is not None and mandate.valid_from > at.date():
        return _("Not yet"), "yellow"
    return _("Ended"), "grey"


def _token(token: ApiToken, at: datetime) -> TokenRow:
    return TokenRow(
        name=token.token_key[:8],
        token=token,
        may=token.scope_names(),
        is_live=token.is_live(at),
    )
