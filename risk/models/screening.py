"""E-screening: what Member States that a filing concerns say of it (LIFECYCLE A2, A3)."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from declarations.involved import Involvement
from declarations.models import Ens, EnsVersion
from risk.models.assessment import Assessment
from risk.models.choices import Severity

LONGEST_TEXT = 350


class Screening(models.Model):
    """One version of an ENS looked at by one other State.

    `is_ours`: we asked that State, else it asked us. `reference` names the request between the two.
    Text, area and level are what the screening State says of a risk; no rule, no name.
    """

    class State(models.TextChoices):
        ASKED = "asked", _("No answer yet")
        NO_HIT = "no_hit", _("No hit")
        HIT = "hit", _("Hit")
        CONFIRMED = "confirmed", _("Hit confirmed")
        NOT_CONFIRMED = "not_confirmed", _("Hit not confirmed")
        SILENT = "silent", _("No answer in time, counts as no hit")
        SET_ASIDE = "set_aside", _("Overtaken by a newer version")

    class Area(models.TextChoices):
        SAFETY = "safety", _("Safety and security")
        DANGEROUS = "dangerous", _("Dangerous goods")
        DRUGS = "drugs", _("Drugs and precursors")
        HEALTH = "health", _("Health and environment")
        PRODUCTS = "products", _("Products and intellectual property")
        SANCTIONS = "sanctions", _("Sanctions and dual use")
        REVENUE = "revenue", _("Revenue")
        OTHER = "other", _("Other")

    HITS = (State.HIT, State.CONFIRMED)

    ens = models.ForeignKey(Ens, models.PROTECT, related_name="+")
    ens_version = models.ForeignKey(
        EnsVersion, models.PROTECT, related_name="+", verbose_name=_("ENS version")
    )
    is_ours = models.BooleanField(_("asked by us"))
    country = models.CharField(_("other State"), max_length=2)
    kind = models.CharField(_("kind"), max_length=12, choices=Assessment.Kind.choices)
    reference = models.CharField(_("reference"), max_length=35)
    reasons = ArrayField(
        models.CharField(max_length=16, choices=Involvement.choices),
        verbose_name=_("why"),
        default=list,
        blank=True,
    )
    state = models.CharField(_("answer"), max_length=16, choices=State.choices, default=State.ASKED)
    asked_at = models.DateTimeField(_("asked"))
    ends_at = models.DateTimeField(_("answer by"))
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    risk_area = models.CharField(_("risk area"), max_length=16, choices=Area.choices, blank=True)
    risk_level = models.CharField(_("level"), max_length=8, choices=Severity.choices, blank=True)
    text = models.CharField(_("text"), max_length=LONGEST_TEXT, blank=True)
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("e-screening")
        verbose_name_plural = _("e-screenings")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_ours", "country", "reference"], name="one_screening_per_reference"
            )
        ]
        indexes = [
            models.Index(
                fields=["ends_at"], condition=Q(state="asked", is_ours=True), name="screening_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.country} {self.reference}"

    @property
    def is_late(self) -> bool:
        """Whether the last answer came after its time."""
        return self.answered_at is not None and self.answered_at > self.ends_at
