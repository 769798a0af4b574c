"""Measures: what customs has ordered about goods."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from declarations.models.ens import Ens
from declarations.querysets import MeasureQuerySet


class Measure(models.Model):
    """An order on a subject: do not load, control, hold, refusal (LIFECYCLE section 6).

    Traders and carriers are told of it only if `announced_at` is set. `placed_by` is empty for what
    the system itself ordered; `caused_by` then names the measure that it follows from.
    """

    class Kind(models.TextChoices):
        DO_NOT_LOAD = "do_not_load", _("Do not load")
        HOLD = "hold", _("Hold")
        CONTROL = "control", _("Control")
        REFUSAL = "refusal", _("Refusal of entry")

    class Status(models.TextChoices):
        AWAITING_SECOND = "awaiting_second", _("Awaiting second signature")
        DECLINED = "declined", _("Not signed")
        LAPSED = "lapsed", _("Lapsed")
        IN_FORCE = "in_force", _("In force")
        LIFTED = "lifted", _("Lifted")
        BREACHED = "breached", _("Breached")
        COMPLIED = "complied", _("Complied with")
        RECOMMENDED = "recommended", _("Recommended")
        NOT_TO_CONTROL = "not_to_control", _("Not to be controlled")
        ORDERED = "ordered", _("Ordered")
        SCHEDULED = "scheduled", _("Scheduled")
        IN_PROGRESS = "in_progress", _("In progress")
        CONFORM = "conform", _("Done: conform")
        IRREGULAR = "irregular", _("Done: irregular")
        SEIZED = "seized", _("Done: seized")
        NOT_FOUND = "not_found", _("Done: not found")
        WAIVED = "waived", _("Waived")
        PASSED_ON = "passed_on", _("Passed on")
        PROPOSED = "proposed", _("Proposed")
        SIGNED = "signed", _("Signed, to be heard")
        EXECUTED = "executed", _("Executed")
        REVOKED = "revoked", _("Revoked")
        UNDONE = "undone", _("Undone before anybody was told")

    STATUSES = {
        Kind.DO_NOT_LOAD: (
            Status.AWAITING_SECOND,
            Status.DECLINED,
            Status.LAPSED,
            Status.IN_FORCE,
            Status.LIFTED,
            Status.BREACHED,
            Status.COMPLIED,
        ),
        Kind.HOLD: (Status.IN_FORCE, Status.LIFTED, Status.UNDONE),
        Kind.CONTROL: (
            Status.RECOMMENDED,
            Status.NOT_TO_CONTROL,
            Status.ORDERED,
            Status.SCHEDULED,
            Status.IN_PROGRESS,
            Status.CONFORM,
            Status.IRREGULAR,
            Status.SEIZED,
            Status.NOT_FOUND,
            Status.WAIVED,
            Status.PASSED_ON,
            Status.UNDONE,
        ),
        Kind.REFUSAL: (
            Status.PROPOSED,
            Status.DECLINED,
            Status.SIGNED,
            Status.IN_FORCE,
            Status.EXECUTED,
            Status.REVOKED,
        ),
    }
    OPEN = (
        Status.AWAITING_SECOND,
        Status.IN_FORCE,
        Status.RECOMMENDED,
        Status.ORDERED,
        Status.SCHEDULED,
        Status.IN_PROGRESS,
        Status.PROPOSED,
        Status.SIGNED,
    )

    class Subject(models.TextChoices):
        DECLARATION = "declaration", _("Whole declaration")
        ITEM = "item", _("Goods item")
        CONSIGNMENT = "consignment", _("Consignment")
        EQUIPMENT = "equipment", _("Container")

    ens = models.ForeignKey(Ens, models.PROTECT, related_name="measures")
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)
    status = models.CharField(_("status"), max_length=16, choices=Status.choices)
    subject = models.CharField(_("subject"), max_length=16, choices=Subject.choices)
    reference = models.CharField(_("which"), max_length=400, blank=True)
    reason_code = models.CharField(_("reason"), max_length=8)
    legal_basis = models.CharField(_("legal basis"), max_length=200, blank=True)
    note = models.TextField(_("internal reason"), blank=True)
    trader_text = models.TextField(_("text for the trader"), blank=True)
    place = models.CharField(_("place of control"), max_length=8, blank=True)
    decided_on_version = models.PositiveIntegerField(_("decided on version"))
    reconfirm_since_version = models.PositiveIntegerField(
        _("to be confirmed since version"), null=True, blank=True
    )
    origin = models.ForeignKey(
        Ens,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("ENS on which it was decided"),
    )
    caused_by = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="consequences"
    )
    office = models.CharField(_("placed by office"), max_length=8, blank=True)
    placed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    placed_at = models.DateTimeField(_("placed"))
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    signed_at = models.DateTimeField(_("second signature"), null=True, blank=True)
    announced_at = models.DateTimeField(_("announced"), null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    lifted_at = models.DateTimeField(_("lifted"), null=True, blank=True)
    lift_reason = models.CharField(_("reason of lifting"), max_length=8, blank=True)
    lift_note = models.TextField(_("why lifted"), blank=True)

    objects = MeasureQuerySet.as_manager()

    class Meta:
        verbose_name = _("measure")
        verbose_name_plural = _("measures")
        constraints = [
            models.CheckConstraint(
                condition=Q(subject="declaration", reference="")
                | (~Q(subject="declaration") & ~Q(reference="")),
                name="measure_has_subject",
            ),
            models.CheckConstraint(
                condition=~Q(placed_by=models.F("signed_by")), name="measure_signed_by_another"
            ),
            models.CheckConstraint(
                condition=~Q(kind="do_not_load")
                | Q(status__in=("awaiting_second", "declined", "lapsed"), signed_at__isnull=True)
                | Q(
                    status__in=("in_force", "lifted", "breached", "complied"),
                    signed_at__isnull=False,
                    announced_at__isnull=False,
                ),
                name="do_not_load_signed_and_announced",
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "status", "-placed_at"], name="measure_register"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.reason_code}"

    @property
    def subject_name(self) -> str:
        """Return what the measure is about in words."""
        return f"{self.get_subject_display()} {self.reference}".strip()

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done or to be obeyed: goods on it are not released."""
        return self.status in self.OPEN


class MeasureProposal(models.Model):
    """A step on a measure that needs a second signature before it is taken (LIFECYCLE 13).

    `details` are what the step needs besides reason and note.
    """

    class Verb(models.TextChoices):
        LIFT = "lift", _("Lift")
        WAIVE = "waive", _("Waive")
        PASS_ON = "pass_on", _("Pass on")

    class State(models.TextChoices):
        OPEN = "open", _("Awaiting second signature")
        SIGNED = "signed", _("Signed")
        DECLINED = "declined", _("Not signed")
        OVERTAKEN = "overtaken", _("Overtaken")

    measure = models.ForeignKey(Measure, models.PROTECT, related_name="proposals")
    verb = models.CharField(_("step"), max_length=16, choices=Verb.choices)
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.OPEN)
    reason_code = models.CharField(_("reason"), max_length=8)
    note = models.TextField(_("internal reason"), blank=True)
    office = models.CharField(_("office"), max_length=8, blank=True)
    version = models.PositiveIntegerField(_("decided on version"))
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(_("proposed"))
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    signed_at = models.DateTimeField(_("second signature"), null=True, blank=True)

    class Meta:
        verbose_name = _("proposed step")
        verbose_name_plural = _("proposed steps")
        constraints = [
            models.UniqueConstraint(
                fields=["measure"], condition=Q(state="open"), name="one_open_step_per_measure"
            ),
            models.CheckConstraint(
                condition=~Q(proposed_by=models.F("signed_by")), name="step_signed_by_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_verb_display()} ({self.get_state_display()})"
