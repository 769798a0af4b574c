"""Which offices see an ENS though they are not on its way."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from customs_portal.events.append_only import append_only
from declarations.models.ens import Ens


class OfficeSight(models.Model):
    """That an office sees an ENS since work on it, or its goods, came to it. Never changed.

    `given_by` is empty where the goods arrived there.
    """

    ens = models.ForeignKey(Ens, models.PROTECT, related_name="sights", db_index=False)
    office = models.CharField(_("office"), max_length=8)
    reason = models.CharField(_("reason"), max_length=200)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    given_at = models.DateTimeField(_("given"))

    class Meta:
        verbose_name = _("sight of an ENS")
        verbose_name_plural = _("sights of an ENS")
        constraints = [
            models.UniqueConstraint(fields=["ens", "office"], name="one_sight_per_office")
        ]
        indexes = [models.Index(fields=["office", "ens"], name="sight_office")]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.office} sees {self.ens_id}"
