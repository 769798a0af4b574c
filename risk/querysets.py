"""Questions about assessments and cases."""

from datetime import datetime, timedelta
from typing import Self, TypeVar

from django.db import models
from django.db.models import Case as When_
from django.db.models import Exists, IntegerField, OuterRef, Q, Value, When

from customs_portal.accounts import policies
from customs_portal.accounts.models import User
from declarations.models import Ens, SearchKey
from declarations.querysets import naming

Row = TypeVar("Row", bound=models.Model)

_SEVERITY_RANK = ("critical", "high", "medium", "low")


class AssessmentQuerySet(models.QuerySet[Row]):
    """Assessments by state."""

    def of(self, ens: Ens) -> Self:
        """Keep those of one ENS."""
        return self.filter(ens=ens)

    def current(self) -> Self:
        """Keep those that no newer version has superseded."""
        return self.exclude(status="superseded")

    def awaiting_review(self) -> Self:
        """Keep those on which a person must decide."""
        return self.filter(status__in=("review", "waiting"))


class CaseQuerySet(models.QuerySet[Row]):
    """Cases, as officers work through them."""

    def open(self) -> Self:
        """Keep the open ones."""
        return self.filter(status="open")

    def visible_to(self, user: User) -> Self:
        """Keep those on an ENS that the user sees."""
        if user.role in policies.READ_EVERYTHING_ROLES:
            return self.without_parties(policies.recused_eoris(user))
        if user.role in policies.OFFICER_ROLES and policies.belongs_to_risk_centre(user):
            return self.without_parties(policies.recused_eoris(user))
        return self.filter(ens__in=Ens.objects.visible_to(user))

    def without_parties(self, eoris: frozenset[str]) -> Self:
        """Leave out those on an ENS in which one of the EORI numbers is declared."""
        return self.exclude(Exists(naming(eoris, "ens"))) if eoris else self

    def in_queue_order(self) -> Self:
        """Order by the time left, then by severity; breached instructions come first of all."""
        ranks = [When(severity=name, then=Value(rank)) for rank, name in enumerate(_SEVERITY_RANK)]
        severity = When_(*ranks, default=Value(len(ranks)), output_field=IntegerField())
        alarm = When_(When(cause="breached", then=Value(0)), default=Value(1))
        return self.order_by(alarm, "due_at", severity, "id")

    def late(self, at: datetime) -> Self:
        """Keep those whose time has run out."""
        return self.filter(due_at__lt=at)

    def due_within(self, span: timedelta, at: datetime) -> Self:
        """Keep those whose time runs out within the span, but has not yet."""
        return self.filter(due_at__gte=at, due_at__lt=at + span)

    def without_officer(self) -> Self:
        """Keep those that nobody has claimed."""
        return self.filter(assignee__isnull=True)

    def of(self, user: User) -> Self:
        """Keep those that the user has claimed."""
        return self.filter(assignee=user)

    def matching(self, words: str) -> Self:
        """Keep those whose MRN or an identifier of whose ENS begins with what was typed."""
        typed = words.strip().upper()
        keys = SearchKey.objects.filter(ens=OuterRef("ens"), value__startswith=typed)
        return self.filter(Q(ens__mrn__startswith=typed) | Exists(keys))
