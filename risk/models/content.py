"""What a rule says besides its condition: the same for a draft and for a version."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from risk.models.choices import Outcome, Severity


class RuleContent(models.Model):
    """What follows from a hit, where and when the rule applies, and whose it is.

    Three texts for three audiences: `instruction` for whoever works on the case, `secret_reason`
    for those who keep rules (never in events, logs or files), `trader_text` for the trader.
    `cap`: hits above it are stored as capped and do not weigh; none on hold and do-not-load.
    `observe_only`: hits are stored and counted, and nothing follows from them.
    """

    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome.choices)
    severity = models.CharField(_("severity"), max_length=8, choices=Severity.choices)
    score = models.PositiveSmallIntegerField(_("points"))
    instruction = models.TextField(_("instruction for the officer"), blank=True)
    secret_reason = models.TextField(_("secret reason"), blank=True, default="")
    trader_text = models.TextField(_("text for the trader"), blank=True)
    modes = ArrayField(models.CharField(max_length=2), verbose_name=_("modes"), default=list)
    offices = ArrayField(models.CharField(max_length=8), verbose_name=_("offices"), default=list)
    filing_types = ArrayField(
        models.CharField(max_length=8), verbose_name=_("filing types"), default=list
    )
    referral = models.CharField(_("question proposed"), max_length=3, blank=True)
    reason = models.CharField(_("reason without suspicion"), max_length=16, blank=True)
    note = models.TextField(_("note"), blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("owner"),
    )
    valid_from = models.DateTimeField(_("valid from"), null=True, blank=True)
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)
    review_by = models.DateField(_("review by"), null=True, blank=True)
    cap = models.PositiveIntegerField(_("most hits in a day at an office"), null=True, blank=True)
    observe_only = models.BooleanField(_("observe only"), default=False)

    class Meta:
        abstract = True


CONTENT_FIELDS = tuple(field.name for field in RuleContent._meta.local_fields)
"""The names of what a draft hands on to the version that is made of it."""
