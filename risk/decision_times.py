"""How long decisions took: from opening, from the claim, and whether they came in time."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db.models import Aggregate, Count, DurationField, ExpressionWrapper, F, Q, QuerySet
from django.db.models.expressions import Combinable

from risk.models import Decision


class Median(Aggregate):
    """The value in the middle."""

    template = "percentile_cont(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"


class Times(msgspec.Struct, frozen=True, kw_only=True):
    """Decisions of one office or officer: how many, how many too late, and half took less than.

    `waited` counts from the opening of the case, `worked` from its last claim; None for none.
    """

    decided: int
    late: int
    waited: timedelta | None
    worked: timedelta | None


NONE = Times(decided=0, late=0, waited=None, worked=None)


def times_by(field: str, decisions: QuerySet[Decision]) -> dict[Any, Times]:
    """Return the times of the decisions by a field of theirs, such as `case__office`."""
    found = (
        decisions.order_by()
        .values(field)
        .annotate(
            decided=Count("pk"),
            late=Count("pk", filter=Q(decided_at__gt=F("case__due_at"))),
            waited=Median(_span("case__opened_at"), output_field=DurationField()),
            worked=Median(_span("case__assigned_at"), output_field=DurationField()),
        )
    )
    return {row.pop(field): Times(**row) for row in found}


def _span(begin: str) -> Combinable:
    return ExpressionWrapper(F("decided_at") - F(begin), output_field=DurationField())


def taken(since: datetime, until: datetime) -> QuerySet[Decision]:
    """Return the decisions of a period, without those that were undone."""
    found = Decision.objects.filter(undoing__isnull=True)
    return found.filter(decided_at__gte=since, decided_at__lt=until)
