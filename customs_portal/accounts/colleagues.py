"""Colleagues of an operator: what they may do there, and that they leave."""

from secrets import token_hex

from django.db import transaction
from django.db.models import QuerySet
from django.utils.text import slugify
from django.utils.translation import gettext as _

from customs_portal.accounts.models import Operator, OperatorMembership, Role, User
from customs_portal.accounts.services import system_name

OWNER = OperatorMembership.Role.OWNER


def people_of(operator: Operator) -> QuerySet[OperatorMembership]:
    """Return the memberships of people, without the account of the operator's systems."""
    found = OperatorMembership.objects.filter(operator=operator)
    return found.exclude(user__username=system_name(operator)).select_related("user")


def add_person(
    *, operator: Operator, first_name: str, last_name: str, email: str, role: str
) -> User:
    """Make a person without a password who acts for the operator.

    The user name is made here, so that nobody learns which ones are taken.
    """
    stem = slugify(f"{first_name} {last_name}")[:40] or "colleague"
    user = User(
        username=f"{stem}-{token_hex(3)}",
        first_name=first_name,
        last_name=last_name,
        email=email,
        role=Role.TRADER,
    )
    user.set_unusable_password()
    user.save()
    OperatorMembership.objects.create(user=user, operator=operator, role=role)
    return user


def change_role(*, operator: Operator, key: int, role: str) -> str:
    """Give a colleague another role and return "", or why that cannot be."""
    with transaction.atomic():
        found = _locked(operator).get(key)
        if found is None:
            return _("There is no such colleague.")
        if role not in OperatorMembership.Role.values:
            return _("There is no such role.")
        if role != OWNER and _is_last_owner(operator, found):
            return _("An operator needs an owner: make somebody else one first.")
        found.role = role
        found.save(update_fields=["role"])
    return ""


def remove(*, operator: Operator, key: int) -> str:
    """Let a colleague act for the operator no more and return "", or why that cannot be."""
    with transaction.atomic():
        found = _locked(operator).get(key)
        if found is None:
            return _("There is no such colleague.")
        if _is_last_owner(operator, found):
            return _("An operator needs an owner: make somebody else one first.")
        found.delete()
    return ""


def _locked(operator: Operator) -> dict[int, OperatorMembership]:
    """Return the memberships by id, locked through their operator: the last owner stays."""
    Operator.objects.select_for_update().get(pk=operator.pk)
    return {membership.pk: membership for membership in people_of(operator)}


def _is_last_owner(operator: Operator, membership: OperatorMembership) -> bool:
    others = people_of(operator).filter(role=OWNER, user__is_active=True)
    return membership.role == OWNER and not others.exclude(pk=membership.pk).exists()
