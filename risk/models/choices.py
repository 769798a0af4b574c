"""Outcomes and severities, in their order."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Outcome(models.TextChoices):
    """What a rule or an assessment recommends, the mildest first; only a person decides."""

    NONE = "none", _("No risk")
    OBSERVE = "observe", _("Observe")
    DOCUMENTS = "documents", _("Documents")
    REFER = "refer", _("Review")
    CONTROL = "control", _("Control")
    HOLD = "hold", _("Hold")
    DO_NOT_LOAD = "do-not-load", _("Do not load")


class Severity(models.TextChoices):
    """How grave a rule's suspicion is, the mildest first."""

    LOW = "low", _("Low")
    MEDIUM = "medium", _("Medium")
    HIGH = "high", _("High")
    CRITICAL = "critical", _("Critical")
