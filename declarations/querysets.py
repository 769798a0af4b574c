"""Questions about filings, ENS and measures; `visible_to` is asked before anything is shown."""

from datetime import datetime
from typing import Self, TypeVar

from django.db import models
from django.db.models import Exists, OuterRef, Q

from customs_portal.accounts import policies
from customs_portal.accounts.models import Role, User

Row = TypeVar("Row", bound=models.Model)


class FilingQuerySet(models.QuerySet[Row]):
    """Filings, as traders follow them."""

    def visible_to(self, user: User) -> Self:
        """Keep those where an operator of the user lodges, represents or, after the MRN, carries.

        Officials see the filings of the ENS that they see.
        """
        from declarations.models import Ens

        if user.is_official:
            seen = Ens.objects.visible_to(user).filter(members__filing=OuterRef("pk"))
            return self.filter(Exists(seen))
        eoris = policies.operator_eoris(user)
        return self.filter(
            Q(sender__in=eoris)
            | (Q(declarant__in=eoris) | Q(representative__in=eoris)) & ~Q(status="rejected")
            | Q(carrier__in=eoris, mrn__isnull=False)
        )


class EnsQuerySet(models.QuerySet[Row]):
    """ENS, as officials work on them."""

    def visible_to(self, user: User) -> Self:
        """Keep those that the access table lets the user see; a trader sees none."""
        if not user.is_official or user.role == Role.ADMINISTRATOR:
            return self.none()
        if user.role in policies.READ_EVERYTHING_ROLES or policies.belongs_to_risk_centre(user):
            return self
        return self.at_offices(policies.office_references(user))

    def at_offices(self, offices: frozenset[str]) -> Self:
        """Keep those with a leg at one of the offices."""
        from declarations.models import EntryLeg

        legs = EntryLeg.objects.filter(ens=OuterRef("pk"), office__in=offices)
        return self.filter(Exists(legs))


class MeasureQuerySet(models.QuerySet[Row]):
    """Measures by who may know of them."""

    def announced(self, at: datetime) -> Self:
        """Keep those that the trader has been told of by then."""
        return self.filter(announced_at__lte=at)

    def open(self) -> Self:
        """Keep those with something still to be done or to be obeyed."""
        from declarations.models import Measure

        return self.filter(status__in=Measure.OPEN)

    def do_not_loads_in_force(self) -> Self:
        """Keep the instructions not to load that stand."""
        return self.filter(kind="do_not_load", status="in_force")
