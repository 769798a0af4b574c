"""Port systems: the terminals and warehouses that are told to keep goods."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from customs_portal.accounts.models import Operator


class PortSystem(models.Model):
    """The system of a terminal, told to block and to unblock goods unloaded at its place.

    It collects its messages like a trader's system, by the token of its operator.
    """

    name = models.CharField(_("name"), max_length=120)
    location = models.CharField(
        _("place"), max_length=17, help_text=_("UN/LOCODE of the place of unloading")
    )
    operator = models.ForeignKey(Operator, models.PROTECT, related_name="+")
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("port system")
        verbose_name_plural = _("port systems")
        ordering = ["location", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["location", "operator"], name="one_port_system_per_operator_and_place"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.location})"
