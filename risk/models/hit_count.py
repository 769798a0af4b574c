"""How often a rule with a limit has hit on a day at an office."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class RuleHitCount(models.Model):
    """The declarations that a rule has hit; counted for rules with a limit only."""

    rule = models.CharField(_("rule"), max_length=16)
    office = models.CharField(_("office"), max_length=8)
    day = models.DateField(_("day"))
    hits = models.PositiveIntegerField(_("declarations hit"))

    class Meta:
        verbose_name = _("hits of a limited rule")
        verbose_name_plural = _("hits of limited rules")
        constraints = [
            models.UniqueConstraint(fields=["rule", "office", "day"], name="one_count_per_day")
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.office} {self.day}"
