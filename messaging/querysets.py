"""Questions about messages."""

from typing import Self, TypeVar

from django.db import models

from customs_portal.accounts import policies
from customs_portal.accounts.models import Role, User
from declarations.models import Ens

COLLECTED = ("trader", "terminal")
"""The channels whose recipients collect."""

Row = TypeVar("Row", bound=models.Model)


class InboundMessageQuerySet(models.QuerySet[Row]):
    """Messages received, by who may see them."""

    def visible_to(self, user: User) -> Self:
        """Keep those that an operator of the user sent; officials see those of their ENS."""
        if user.role == Role.AUDITOR:
            return self
        if user.is_official:
            return self.filter(mrn__in=Ens.objects.visible_to(user).values("mrn"))
        return self.filter(operator__memberships__user=user)


class OutboundMessageQuerySet(models.QuerySet[Row]):
    """Messages to be sent, by who may see them."""

    def visible_to(self, user: User) -> Self:
        """Keep those addressed to an operator of the user; officials see those of their ENS."""
        if user.role == Role.AUDITOR:
            return self
        if user.is_official:
            return self.filter(ens__in=Ens.objects.visible_to(user))
        if user.role == Role.PARTNER:
            return self.filter(channel="partner", recipient__in=_countries(user))
        return self.filter(channel__in=COLLECTED, recipient__in=policies.operator_eoris(user))


def _countries(user: User) -> list[str]:
    """Return the countries whose administration the user's system belongs to."""
    from messaging.models.partner import Partner

    own = Partner.objects.filter(active=True, operator__memberships__user=user)
    return list(own.values_list("country", flat=True))
