"""Refusals of entry: the right to be heard, and how one was carried out (LIFECYCLE 6.4)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from declarations.models.measure import Measure


class Refusal(models.Model):
    """What a refusal needs besides its measure.

    Its reasons are told with the signature; it takes force when `heard_until` is over, or earlier
    once the person concerned was heard (Regulation (EU) No 952/2013 Art. 22(6)).
    """

    class Execution(models.TextChoices):
        RE_EXPORTED = "re_exported", _("Re-exported")
        DESTROYED = "destroyed", _("Destroyed")
        ABANDONED = "abandoned", _("Abandoned to the State")
        SEIZED = "seized", _("Seized")

    measure = models.OneToOneField(Measure, models.PROTECT, related_name="refusal")
    reasons = models.TextField(_("reasons, told to the person concerned"))
    heard_until = models.DateTimeField(_("to be heard until"), null=True, blank=True)
    heard_at = models.DateTimeField(_("heard"), null=True, blank=True)
    heard_note = models.TextField(_("what was said"), blank=True)
    in_force_at = models.DateTimeField(_("in force since"), null=True, blank=True)
    execution = models.CharField(
        _("carried out as"), max_length=12, choices=Execution.choices, blank=True
    )
    executed_at = models.DateTimeField(_("carried out"), null=True, blank=True)

    class Meta:
        verbose_name = _("refusal of entry")
        verbose_name_plural = _("refusals of entry")

    def __str__(self) -> str:
        return f"{self.measure}"
