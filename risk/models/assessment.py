"""Assessments: one analysis of one ENS version by one rule set version."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from customs_portal.events.append_only import never_changed
from declarations.models import Ens, EnsVersion
from risk.models.choices import Outcome, Severity
from risk.models.rule import RuleSetVersion
from risk.querysets import AssessmentQuerySet


class Assessment(models.Model):
    """What the rules said of a version (LIFECYCLE section 4).

    Hits, score, outcome and features are never changed; only status, result and conclusion move.
    Retention alone takes names out of hits and features.
    """

    class Kind(models.TextChoices):
        PRELOADING = "preloading", _("Before loading")
        FULL = "full", _("Full")
        MANUAL = "manual", _("By an officer, without rules")

    class Status(models.TextChoices):
        SCREENING = "screening", _("Waits for other Member States")
        REVIEW = "review", _("In review")
        WAITING = "waiting", _("Waiting for an answer")
        CONCLUDED = "concluded", _("Concluded")
        SUPERSEDED = "superseded", _("Superseded")

    class Result(models.TextChoices):
        NO_RISK = "no_risk", _("No risk")
        RISK = "risk", _("Risk")
        DO_NOT_LOAD = "dnl", _("Do not load")

    ens = models.ForeignKey(Ens, models.PROTECT, related_name="+")
    ens_version = models.ForeignKey(EnsVersion, models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices, default=Kind.FULL)
    rule_set = models.ForeignKey(
        RuleSetVersion, models.PROTECT, null=True, blank=True, related_name="assessments"
    )
    list_revisions = models.JSONField(_("revisions of lists"), default=dict)
    hits = models.JSONField(_("hits"), default=list)
    score = models.PositiveSmallIntegerField(_("score"))
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome.choices)
    severity = models.CharField(_("severity"), max_length=8, choices=Severity.choices, blank=True)
    features = models.JSONField(_("features"), default=dict)
    status = models.CharField(_("status"), max_length=12, choices=Status.choices)
    result = models.CharField(_("result"), max_length=8, choices=Result.choices, blank=True)
    made_at = models.DateTimeField(_("made"))
    concluded_at = models.DateTimeField(_("concluded"), null=True)
    concluded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("assessment")
        verbose_name_plural = _("assessments")
        constraints = [
            models.UniqueConstraint(
                fields=["ens_version", "kind"],
                condition=~models.Q(status="superseded"),
                name="one_current_assessment",
            ),
            models.CheckConstraint(
                condition=models.Q(status="concluded", concluded_at__isnull=False)
                & ~models.Q(result="")
                | models.Q(status="superseded")
                | ~models.Q(status="concluded") & models.Q(result=""),
                name="concluded_has_result",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="manual") | models.Q(rule_set__isnull=False),
                name="analysis_names_its_rules",
            ),
        ]
        indexes = [
            models.Index(
                fields=["ens"], condition=models.Q(status="waiting"), name="assessment_waiting"
            )
        ]
        triggers = [
            never_changed(
                "opinion_is_never_changed",
                "hits",
                "score",
                "outcome",
                "severity",
                "features",
                "rule_set_id",
                "ens_version_id",
            )
        ]

    def __str__(self) -> str:
        return f"{self.ens} {self.kind} {self.status}"
