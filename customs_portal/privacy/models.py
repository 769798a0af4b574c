"""How long each kind of data is kept, what is held back from deletion, and what was done."""

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from customs_portal.accounts.periods import Period, PeriodQuerySet, in_order, no_overlap
from customs_portal.events.append_only import append_only
from customs_portal.events.changes import tracked


class Kind(models.TextChoices):
    """The kinds of data that have a policy."""

    RAW_MESSAGES = "raw_messages", _("Messages as they came and went")
    EVENTS = "events", _("Events: the stories of declarations")
    CHANGES = "changes", _("Log of changes")
    LOOKS = "looks", _("Access log")
    SIGN_INS = "sign_ins", _("Sign-in trail")
    PARTIES = "parties", _("Names and addresses in declarations")


class RetentionPolicy(Period):
    """For how many whole months data of a kind are kept; without one in force, for ever."""

    kind = models.CharField(_("kind of data"), max_length=16, choices=Kind.choices)
    keep_months = models.PositiveSmallIntegerField(
        _("months kept"), validators=[MinValueValidator(1)]
    )
    legal_basis = models.CharField(_("legal basis"), max_length=200)

    objects = PeriodQuerySet["RetentionPolicy"].as_manager()

    class Meta:
        triggers = [tracked()]
        verbose_name = _("retention policy")
        verbose_name_plural = _("retention policies")
        ordering = ["kind", "valid_from"]
        constraints = [
            in_order("retention_policy_period"),
            no_overlap("one_retention_policy_of_a_kind", "kind"),
            models.CheckConstraint(condition=Q(keep_months__gte=1), name="something_is_kept"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.keep_months}"


class LegalHold(models.Model):
    """That what is stored about something must not be removed, until the hold is lifted."""

    class Subject(models.TextChoices):
        """What is held."""

        MRN = "mrn", _("Declaration, by its MRN")
        EORI = "eori", _("Operator, by its EORI")
        EVERYTHING = "everything", _("Everything")

    subject = models.CharField(_("what is held"), max_length=10, choices=Subject.choices)
    reference = models.CharField(_("reference"), max_length=18, blank=True)
    reason = models.CharField(_("reason"), max_length=200)
    placed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("placed by")
    )
    placed_at = models.DateTimeField(_("placed"))
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("lifted by"),
    )
    lifted_at = models.DateTimeField(_("lifted"), null=True, blank=True)
    lift_reason = models.CharField(_("why lifted"), max_length=200, blank=True)

    class Meta:
        triggers = [tracked()]
        verbose_name = _("legal hold")
        verbose_name_plural = _("legal holds")
        ordering = ["-placed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "reference"],
                condition=Q(lifted_at__isnull=True),
                name="one_open_hold",
                violation_error_message=_("This is held already."),
            ),
            models.CheckConstraint(
                condition=Q(subject="everything", reference="")
                | (~Q(subject="everything") & ~Q(reference="")),
                name="hold_names_its_subject",
                violation_error_message=_("Name the MRN or EORI; everything has no name."),
            ),
            models.CheckConstraint(
                condition=Q(lifted_at=None, lifted_by=None, lift_reason="")
                | (Q(lifted_at__isnull=False, lifted_by__isnull=False) & ~Q(lift_reason="")),
                name="hold_lifted_by_somebody_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_subject_display()} {self.reference}".strip()


class RetentionStep(models.Model):
    """One step of applying a policy, or of rehearsing it. Append-only.

    `rows` were removed or blanked, or would be; `held` stayed because of a legal hold, `in_use`
    because work on them is not over. `run` is shared by the steps of one application.
    """

    run = models.UUIDField(_("run"))
    policy = models.ForeignKey(
        RetentionPolicy, models.PROTECT, related_name="steps", verbose_name=_("policy")
    )
    what = models.CharField(_("what"), max_length=40)
    rehearsal = models.BooleanField(_("rehearsal"))
    rows = models.BigIntegerField(_("rows"))
    held = models.BigIntegerField(_("held back"))
    in_use = models.BigIntegerField(_("in use"))
    note = models.CharField(_("note"), max_length=100, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("time"))

    class Meta:
        triggers = [append_only()]
        verbose_name = _("retention step")
        verbose_name_plural = _("retention steps")
        ordering = ["-id"]
        indexes = [models.Index(fields=["-at"], name="retention_at")]

    def __str__(self) -> str:
        return f"{self.policy} {self.what}"
