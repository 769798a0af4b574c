"""Cases: work for people on one ENS, and the decisions they took."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import Case as Cases
from django.db.models import GeneratedField, Q, SmallIntegerField, Value, When
from django.utils.translation import gettext_lazy as _

from customs_portal.events.append_only import append_only
from declarations.models import Ens
from risk.models.assessment import Assessment
from risk.models.choices import Outcome, Severity
from risk.querysets import IN_QUEUE_ORDER, CaseQuerySet, Place

_OPEN = Q(status="open")
_SEVERITIES = (Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW)


class Case(models.Model):
    """Work on one ENS; at most one is open. An amendment raises its revision.

    `due_at` is the last moment that still allows the strongest action, `due_by` what ends then
    (LIFECYCLE section 9). `words` are those of goods and parties by which it is found.
    """

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
        INCONSISTENT = "inconsistent", _("Filings contradict each other")
        ALARM = "alarm", _("Alarm at a screening")
        SCREENED = "screened", _("Hit in the e-screening of another State")

    class DueBy(models.TextChoices):
        AT_ONCE = "at_once", _("at once")
        DO_NOT_LOAD = "do_not_load", _("do not load")
        PRELOADING = "preloading", _("loading")
        ANALYSIS = "analysis", _("analysis")
        REPLY = "reply", _("answer")
        ARRIVAL = "arrival", _("arrival")

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
    due_by = models.CharField(
        _("what ends then"), max_length=12, choices=DueBy.choices, default=DueBy.ANALYSIS
    )
    revision = models.PositiveIntegerField(_("revision"), default=1)
    outcome = models.CharField(_("proposed"), max_length=12, choices=Outcome.choices)
    severity = models.CharField(_("severity"), max_length=8, choices=Severity.choices)
    score = models.PositiveSmallIntegerField(_("score"))
    opened_at = models.DateTimeField(_("opened"))
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    words = models.TextField(_("words"), blank=True, default="", editable=False)
    alarm_rank = GeneratedField(
        expression=Cases(When(cause__in=["breached", "alarm"], then=Value(0)), default=Value(1)),
        output_field=SmallIntegerField(),
        db_persist=True,
    )
    severity_rank = GeneratedField(
        expression=Cases(
            *(When(severity=name, then=Value(rank)) for rank, name in enumerate(_SEVERITIES)),
            default=Value(len(_SEVERITIES)),
        ),
        output_field=SmallIntegerField(),
        db_persist=True,
    )
    word_vector = GeneratedField(
        expression=SearchVector("words", config="simple"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

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
            models.Index(fields=IN_QUEUE_ORDER, condition=_OPEN, name="case_queue"),
            models.Index(
                fields=["office", *IN_QUEUE_ORDER], condition=_OPEN, name="case_office_queue"
            ),
            models.Index(fields=["assignee", *IN_QUEUE_ORDER], condition=_OPEN, name="case_own"),
            GinIndex(fields=["word_vector"], condition=_OPEN, name="case_words"),
            models.Index(
                fields=["office", "id"],
                include=["due_at", "due_by", "assignee"],
                condition=_OPEN,
                name="case_counts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ens} ({self.get_status_display()})"

    def place(self) -> Place:
        """Return where the case stands in every queue."""
        return Place(
            alarm_rank=self.alarm_rank,
            due_at=self.due_at,
            severity_rank=self.severity_rank,
            id=self.pk,
        )


class Decision(models.Model):
    """What an officer decided on a case, on which version, and why. Never changed.

    A question to the filer is chosen like a decision and decides nothing: it is a Referral.
    """

    class Verb(models.TextChoices):
        NO_FURTHER_ACTION = "no_further_action", _("No further action")
        CONTROL = "control", _("Control recommended")
        HOLD = "hold", _("Hold")
        DO_NOT_LOAD = "do_not_load", _("Do not load")
        RFI = "rfi", _("Ask for information")
        AMD = "amd", _("Ask for an amendment")
        RFS = "rfs", _("Ask for screening")

    QUESTIONS = (Verb.RFI, Verb.AMD, Verb.RFS)

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


class DecisionProposal(models.Model):
    """A decision that needs a second signature before it is taken.

    It is void as soon as the case changes underneath. `order` is what was chosen, as `decide` and
    `refer` take it.
    """

    class State(models.TextChoices):
        OPEN = "open", _("Awaiting second signature")
        SIGNED = "signed", _("Signed")
        DECLINED = "declined", _("Not signed")
        VOID = "void", _("Void: the case changed")

    case = models.ForeignKey(Case, models.PROTECT, related_name="proposals")
    revision = models.PositiveIntegerField(_("on revision"))
    verb = models.CharField(_("decision"), max_length=20)
    reason_code = models.CharField(_("reason"), max_length=8)
    order = models.JSONField(_("order"))
    by_supervisor = models.BooleanField(_("a supervisor has to sign"), default=False)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OPEN)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(_("proposed"))
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    end_note = models.TextField(_("why not signed"), blank=True)

    class Meta:
        verbose_name = _("proposed decision")
        verbose_name_plural = _("proposed decisions")
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(state="open"), name="one_open_proposal_per_case"
            ),
            models.CheckConstraint(
                condition=~Q(state="signed", proposed_by=models.F("ended_by")),
                name="proposal_signed_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.reason_code} ({self.get_state_display()})"


class Undoing(models.Model):
    """That a decision was undone before anybody was told of it. Never changed."""

    decision = models.OneToOneField(Decision, models.PROTECT, related_name="undoing")
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(_("undone"))

    class Meta:
        verbose_name = _("undone decision")
        verbose_name_plural = _("undone decisions")
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.decision} {self.at:%Y-%m-%d %H:%M}"
