"""Subscriptions: the copies and notices of ICS2 that a trader wants to get."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from customs_portal.accounts.models import Operator
from customs_portal.events.changes import tracked


class Subscription(models.Model):
    """That a carrier gets a kind of message about filings of others; it needs a connection too."""

    class Kind(models.TextChoices):
        REGISTERED = "IE3R01", _("IE3R01 Copy of a registration")
        ASSESSMENT_COMPLETE = "IE3N03", _("IE3N03 Assessment complete")
        INFORMATION_ASKED = "IE3N04", _("IE3N04 Copy of a request for information")
        SCREENING_ASKED = "IE3N05", _("IE3N05 Copy of a request for screening")

    operator = models.ForeignKey(Operator, models.CASCADE, related_name="+")
    kind = models.CharField(_("message"), max_length=8, choices=Kind.choices)

    class Meta:
        triggers = [tracked()]
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        ordering = ["operator", "kind"]
        constraints = [
            models.UniqueConstraint(fields=["operator", "kind"], name="one_subscription_per_kind")
        ]

    def __str__(self) -> str:
        return f"{self.operator.eori} {self.kind}"
