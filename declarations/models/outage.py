"""Outages: times in which nobody could lodge."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from customs_portal.events.changes import tracked


class Outage(models.Model):
    """A declared outage of the portal or of the way to it; without an end it still goes on."""

    from_at = models.DateTimeField(_("from"))
    to_at = models.DateTimeField(_("to"), null=True, blank=True)
    what = models.CharField(_("what did not work"), max_length=200)
    declared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False
    )

    class Meta:
        triggers = [tracked()]
        verbose_name = _("outage")
        verbose_name_plural = _("outages")
        ordering = ["-from_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(to_at__isnull=True) | Q(to_at__gt=F("from_at")),
                name="outage_ends_after_it_begins",
            )
        ]

    def __str__(self) -> str:
        return f"{self.from_at:%Y-%m-%d %H:%M} {self.what}"
