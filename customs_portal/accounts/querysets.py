"""Questions about operators."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Self, TypeVar

from django.db import models
from django.db.models import Exists, OuterRef, Q

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


def connected_eoris(eoris: Iterable[str], *, at: datetime) -> frozenset[str]:
    """Return those of the EORI numbers whose operator has a live token."""
    from customs_portal.accounts.models import Operator

    wanted = {eori for eori in eoris if eori}
    found = Operator.objects.filter(eori__in=wanted).connected(at)
    return frozenset(found.values_list("eori", flat=True))
