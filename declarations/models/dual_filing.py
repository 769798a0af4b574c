"""Pairs of declarations for the same goods by different persons (LIFECYCLE section 8)."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from declarations.models.ens import Ens
from declarations.querysets import DualFilingQuerySet


class DualFiling(models.Model):
    """That two persons seem to have declared the same goods; `first` was registered before.

    `documents` are the transport documents that both name. `winner` is the one that counts once the
    pair is resolved, empty where both do.
    """

    class State(models.TextChoices):
        SUSPECTED = "suspected", _("Suspected")
        CONFIRMED = "confirmed", _("Confirmed")
        RESOLVED = "resolved", _("Resolved")
        DISMISSED = "dismissed", _("Not the same goods")

    class Policy(models.TextChoices):
        CARRIER_WINS = "carrier_wins", _("The carrier's own declaration counts")
        FIRST_WINS = "first_wins", _("The first declaration counts")
        KEEP_BOTH = "keep_both_for_analysis", _("Both are kept for analysis")

    first = models.ForeignKey(Ens, models.PROTECT, related_name="pairs_as_first")
    second = models.ForeignKey(Ens, models.PROTECT, related_name="pairs_as_second")
    state = models.CharField(_("state"), max_length=12, choices=State.choices)
    policy = models.CharField(_("policy"), max_length=24, choices=Policy.choices)
    documents = ArrayField(models.CharField(max_length=40), verbose_name=_("transport documents"))
    all_keys_equal = models.BooleanField(_("all keys equal"))
    winner = models.ForeignKey(Ens, models.PROTECT, null=True, blank=True, related_name="pairs_won")
    detected_at = models.DateTimeField(_("detected"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    note = models.CharField(_("reason"), max_length=400, blank=True)

    objects = DualFilingQuerySet.as_manager()

    class Meta:
        verbose_name = _("dual filing")
        verbose_name_plural = _("dual filings")
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="one_pair_per_two_ens"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="pair_in_order"),
            models.CheckConstraint(
                condition=Q(winner__isnull=True)
                | Q(winner=F("first"), state="resolved")
                | Q(winner=F("second"), state="resolved"),
                name="winner_is_of_the_pair",
            ),
        ]
        indexes = [models.Index(fields=["state", "-detected_at"], name="dual_filing_list")]

    def __str__(self) -> str:
        return f"{self.first_id} / {self.second_id}"

    @property
    def is_open(self) -> bool:
        """Whether an officer can still decide it."""
        return self.state in (self.State.SUSPECTED, self.State.CONFIRMED)
