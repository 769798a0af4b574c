"""Partners: other administrations that we exchange messages with."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from customs_portal.accounts.models import Operator
from customs_portal.events.changes import tracked


class Partner(models.Model):
    """The customs administration of another country, as a party to message exchange.

    What is posted with a token of its operator is its message; what we send it waits to be
    collected with such a token.
    """

    country = models.CharField(_("country"), max_length=2, unique=True)
    name = models.CharField(_("name"), max_length=120)
    operator = models.OneToOneField(
        Operator,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("operator of its system"),
        help_text=_("Whose API tokens the system of this administration uses."),
    )
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        triggers = [tracked()]
        verbose_name = _("partner")
        verbose_name_plural = _("partners")
        ordering = ["country"]

    def __str__(self) -> str:
        return self.name
