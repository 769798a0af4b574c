"""Mandates: who may act for an operator towards customs."""

from collections.abc import Collection
from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from customs_portal.accounts.models.operators import Operator
from customs_portal.accounts.models.people import User
from customs_portal.accounts.periods import Period, in_order, no_overlap
from customs_portal.accounts.querysets import MandateQuerySet
from customs_portal.events.changes import tracked


class Mandate(Period):
    """That an operator lets another represent it (UCC Art. 18). Its content is never changed."""

    class Scope(models.TextChoices):
        """What a representative may do."""

        LODGE = "lodge", _("Lodge declarations")
        AMEND = "amend", _("Amend them")
        DIVERT = "divert", _("Divert them")
        READ = "read", _("Read all filings")

    operator = models.ForeignKey(
        Operator, models.PROTECT, related_name="mandates_given", verbose_name=_("operator")
    )
    representative = models.ForeignKey(
        Operator,
        models.PROTECT,
        related_name="mandates_received",
        verbose_name=_("representative"),
    )
    scopes = ArrayField(
        models.CharField(max_length=8, choices=Scope.choices), verbose_name=_("may")
    )
    granted_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("granted by")
    )
    granted_at = models.DateTimeField(_("granted"))
    revoked_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("revoked by"),
    )
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    objects = MandateQuerySet.as_manager()

    class Meta:
        triggers = [tracked()]
        verbose_name = _("mandate")
        verbose_name_plural = _("mandates")
        ordering = ["-granted_at", "-id"]
        constraints = [
            in_order("mandate_period"),
            no_overlap(
                "one_mandate_per_representative",
                "operator",
                "representative",
                condition=Q(revoked_at=None),
            ),
            models.CheckConstraint(
                condition=~Q(operator=F("representative")),
                name="nobody_mandates_themselves",
                violation_error_message=_("An operator needs no mandate from itself."),
            ),
            models.CheckConstraint(
                condition=~Q(scopes=[]),
                name="mandate_for_something",
                violation_error_message=_("Choose what the representative may do."),
            ),
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_by=None)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="revoked_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.representative.eori} for {self.operator.eori}"

    def validate_constraints(self, exclude: Collection[str] | None = None) -> None:
        """Check them; a form without `revoked_at` too, at which the one of overlaps looks."""
        super().validate_constraints(set(exclude or ()) - {"revoked_at", "revoked_by"})

    def is_alive(self, at: datetime) -> bool:
        """Whether it holds at that time."""
        return self.holds(at) and (self.revoked_at is None or self.revoked_at > at)

    def scope_names(self) -> list[str]:
        """Return in words what the representative may do."""
        return [str(scope.label) for scope in self.Scope if scope.value in self.scopes]
