"""What holds for a time: from `valid_from` up to, and not including, `valid_to`; days in UTC."""

from datetime import UTC, datetime
from typing import Self, TypeVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

Row = TypeVar("Row", bound=models.Model)


class PeriodQuerySet(models.QuerySet[Row]):
    """Rows by whether they hold at a time."""

    def live(self, at: datetime) -> Self:
        """Keep those that hold on the day of that time."""
        return self.filter(holds_on(at))


def holds_on(at: datetime, prefix: str = "") -> Q:
    """Return the condition that a period holds; `prefix` leads to its row, with both underlines."""
    day = at.astimezone(UTC).date()
    begun = Q(**{f"{prefix}valid_from": None}) | Q(**{f"{prefix}valid_from__lte": day})
    goes_on = Q(**{f"{prefix}valid_to": None}) | Q(**{f"{prefix}valid_to__gt": day})
    return begun & goes_on


class Period(models.Model):
    """A row with a period; an empty end is open."""

    valid_from = models.DateField(_("from"), null=True, blank=True)
    valid_to = models.DateField(
        _("until"), null=True, blank=True, help_text=_("First day on which it no longer holds.")
    )

    class Meta:
        abstract = True

    def holds(self, at: datetime) -> bool:
        """Whether it holds on the day of that time."""
        day = at.astimezone(UTC).date()
        begun = self.valid_from is None or self.valid_from <= day
        return begun and (self.valid_to is None or self.valid_to > day)


def in_order(name: str) -> models.CheckConstraint:
    """Return the constraint that a period ends after it begins."""
    condition = Q(valid_from=None) | Q(valid_to=None) | Q(valid_to__gt=F("valid_from"))
    return models.CheckConstraint(
        condition=condition,
        name=name,
        violation_error_message=_("It must end after it begins."),
    )


def no_overlap(name: str, *fields: str, condition: Q | None = None) -> ExclusionConstraint:
    """Return the constraint that two rows of the same fields never hold on the same day."""
    days = Func(F("valid_from"), F("valid_to"), function="DATERANGE", output_field=DateRangeField())
    return ExclusionConstraint(
        name=name,
        expressions=[
            *((field, RangeOperators.EQUAL) for field in fields),
            (days, RangeOperators.OVERLAPS),
        ],
        condition=condition,
        violation_error_message=_("There is one already for some of these days."),
    )
