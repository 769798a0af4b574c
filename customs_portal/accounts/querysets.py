"""Questions about operators and mandates."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Self, TypeVar

from django.db import models
from django.db.models import Exists, OuterRef, Q

from customs_portal.accounts.periods import PeriodQuerySet

if TYPE_CHECKING:
    from customs_portal.accounts.models import User

Row = TypeVar("Row", bound=models.Model)


class OperatorQuerySet(models.QuerySet[Row]):
    """Operators by what they are and who may see them."""

    def connected(self, at: datetime) -> Self:
        """Keep those with a live token, not one for tests: customs can reach their system."""
        from customs_portal.accounts.models import ApiToken

        live = ApiToken.objects.filter(
            Q(expiry__isnull=True) | Q(expiry__gt=at),
            operator=OuterRef("pk"),
            user__is_active=True,
            test=False,
        )
        return self.filter(Exists(live))

    def visible_to(self, user: "User") -> Self:
        """Keep those that the user acts for; officials see all."""
        return self if user.is_official else self.filter(memberships__user=user)


class MandateQuerySet(PeriodQuerySet[Row]):
    """Mandates by whether they hold, and who may see them."""

    def alive(self, at: datetime) -> Self:
        """Keep those that hold at that time and were not revoked by then."""
        return self.live(at).filter(Q(revoked_at=None) | Q(revoked_at__gt=at))

    def visible_to(self, user: "User") -> Self:
        """Keep those that an operator of the user gave or received; officials see all."""
        if user.is_official:
            return self
        own = user.operators.values("pk")
        return self.filter(Q(operator__in=own) | Q(representative__in=own))


def connected_eoris(eoris: Iterable[str], *, at: datetime) -> frozenset[str]:
    """Return those of the EORI numbers whose operator has a live token."""
    from customs_portal.accounts.models import Operator

    wanted = {eori for eori in eoris if eori}
    found = Operator.objects.filter(eori__in=wanted).connected(at)
    return frozenset(found.values_list("eori", flat=True))
