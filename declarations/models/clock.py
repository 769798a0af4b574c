"""Clocks of an ENS as rows."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from declarations import clocks
from declarations.models.ens import Ens


class Clock(models.Model):
    """A limit of an ENS (LIFECYCLE section 9); `ended_at` once its end has been told."""

    class Kind(models.TextChoices):
        ANALYSIS = "analysis", _("Risk analysis")
        DO_NOT_LOAD = "do_not_load", _("Do-not-load window")
        ARRIVAL = "arrival", _("Expected arrival")
        RECONCILIATION = "reconciliation", _("Reconciliation with the arrival")
        LINKING = "linking", _("Linking of house filings")
        VALIDITY = "validity", _("Validity of the filing")
        SCREENING = "screening", _("E-screening by other Member States")
        PRELOADING = "preloading", _("Risk analysis before loading")

    ens = models.ForeignKey(Ens, models.PROTECT, related_name="clocks")
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)
    started_at = models.DateTimeField(_("started"))
    ends_at = models.DateTimeField(_("ends"))
    suspended_at = models.DateTimeField(_("suspended"), null=True, blank=True)
    stopped_at = models.DateTimeField(_("stopped"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ran out"), null=True, blank=True)

    class Meta:
        verbose_name = _("clock")
        verbose_name_plural = _("clocks")
        constraints = [
            models.UniqueConstraint(
                fields=["ens", "kind"], condition=Q(stopped_at__isnull=True), name="one_live_clock"
            )
        ]
        indexes = [
            models.Index(
                fields=["ends_at"],
                condition=Q(stopped_at__isnull=True, ended_at__isnull=True),
                name="clock_running",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.ends_at:%Y-%m-%d %H:%M}"

    def state(self) -> clocks.Clock:
        """Return the clock as the pure functions take it."""
        return clocks.Clock(
            kind=clocks.ClockKind(self.kind),
            started_at=self.started_at,
            ends_at=self.ends_at,
            suspended_at=self.suspended_at,
            stopped_at=self.stopped_at,
        )
