"""Questions about dated reference data."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, TypeVar

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from customs_portal.reference.models import Office  # noqa: F401

Dated = TypeVar("Dated", bound=models.Model)


class DatedQuerySet(models.QuerySet[Dated]):
    """Rows that hold from `valid_from` up to, and not including, `valid_to`."""

    def valid_on(self, day: date) -> DatedQuerySet[Dated]:
        """Keep the rows that hold on that day."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day), valid_from__lte=day)


class OfficeQuerySet(DatedQuerySet["Office"]):
    """Customs offices by country and kind."""

    def of_country(self, country: str) -> OfficeQuerySet:
        """Keep the offices of one administration."""
        return self.filter(country=country)

    def risk_centres(self) -> OfficeQuerySet:
        """Keep the risk centres, whose officers see the whole country."""
        return self.filter(kind="risk_centre")
