"""Cases: work for people on one ENS, and the decisions they took."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from customs_portal.events.append_only import append_only
from declarations.models import Ens
from risk.models.assessment import Assessment
from risk.models.choices import Outcome, Severity
from risk.querysets import CaseQuerySet


class Case(models.Model):
    """Work on one ENS; at most one is open. An amendment raises its revision."""

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        CLOSED = "closed", _("Closed")

    class Cause(models.TextChoices):
        RISK = "risk", _("Risk analysis")
        CHANGED = "changed", _("Changed after selection")
        NOT_ASSESSED = "not_assessed", _("Not assessed in time")
        NOT_DELIVERED = "not_delivered", _("Instruction not delivered")
        BREACHED = "breached", _("Loaded against an instruction")
        DUAL_FILING = "dual_filing", _("From the superseded declaration")
        TOLD = "told", _("Found by another administration")

    ens = models.ForeignKey(Ens, models.PROTECT, related_name="+")
    cause = models.CharField(_("cause"), max_length=16, choices=Cause.choices, default=Cause.RISK)
    status = models.CharField(
        _("status"), max_length=8, choices=Status.choices, default=Status.OPEN
    )
    office = models.CharField(_("office"), max_length=8)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    assigned_at = models.DateTimeField(_("assigned"), null=True, blank=True)
    due_at = models.DateTimeField(_("due"))
    revision = models.PositiveIntegerField(_("revision"), default=1)
    outcome = models.CharField(_("proposed"), max_length=12, choices=Outcome.choices)
    severity = models.CharField(_("severity"), max_length=8, choices=Severity.choices)
    score = models.PositiveSmallIntegerField(_("score"))
    opened_at = models.DateTimeField(_("opened"))
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        constraints = [
            models.UniqueConstraint(
                fields=["ens"], condition=Q(status="open"), name="one_open_case_per_ens"
            )
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(status="open"), name="case_queue"),
            models.Index(
                fields=["office", "due_at"], condition=Q(status="open"), name="case_office_queue"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ens} ({self.get_status_display()})"


class Decision(models.Model):
    """What an officer decided on a case, on which version, and why. Never changed."""

    class Verb(models.TextChoices):
        NO_FURTHER_ACTION = "no_further_action", _("No further action")
        CONTROL = "control", _("Control recommended")
        HOLD = "hold", _("Hold")
        DO_NOT_LOAD = "do_not_load", _("Do not load")

    case = models.ForeignKey(Case, models.PROTECT, related_name="decisions")
    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="decisions")
    verb = models.CharField(_("decision"), max_length=20, choices=Verb.choices)
    reason_code = models.CharField(_("reason"), max_length=8)
    note = models.TextField(_("internal reason"), blank=True)
    announced = models.BooleanField(_("announced to the trader"), default=False)
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(_("decided"))
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.get_verb_display()} {self.reason_code}"
