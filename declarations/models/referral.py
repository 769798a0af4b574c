"""Referrals: questions to whoever lodged, and what was answered."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from declarations.models.ens import Ens
from declarations.models.filing import Filing
from declarations.querysets import ReferralQuerySet


class Referral(models.Model):
    """One question with its own reference (LIFECYCLE section 5).

    `number` counts up within the ENS. `sent_at` is when it leaves: until then it can be taken
    back unseen. `elements` names what it is about, in words or as pointers of ICS2; `consignment`
    is the key of the consignment concerned, empty for the whole. `methods` are those recommended
    for a screening (list CL724). `follows` is the question whose answer was not enough.
    `answer_codes` are pairs of code and value, `screenings` the results that were answered.
    """

    class Type(models.TextChoices):
        RFI = "RFI", _("Request for information")
        AMD = "AMD", _("Request for amendment")
        RFS = "RFS", _("Request for screening")

    class Status(models.TextChoices):
        OPEN = "open", _("Waiting for an answer")
        ANSWERED = "answered", _("Answered")
        AMENDED = "amended", _("Answered by an amendment")
        SETTLED = "settled", _("Settled")
        INSUFFICIENT = "insufficient", _("Answer not enough")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        CANCELLED = "cancelled", _("Overtaken")

    ens = models.ForeignKey(Ens, models.PROTECT, related_name="referrals", db_index=False)
    filing = models.ForeignKey(Filing, models.PROTECT, related_name="referrals")
    number = models.PositiveSmallIntegerField(_("number"))
    reference = models.CharField(_("reference"), max_length=17, unique=True)
    type = models.CharField(_("type"), max_length=3, choices=Type.choices)
    status = models.CharField(
        _("status"), max_length=12, choices=Status.choices, default=Status.OPEN
    )
    follows = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="followed_by"
    )
    addressee = models.CharField(_("addressee"), max_length=17)
    reason_code = models.CharField(_("reason"), max_length=8)
    question = models.TextField(_("question"))
    elements = models.JSONField(_("elements"), default=list, blank=True)
    consignment = models.CharField(_("consignment"), max_length=400, blank=True)
    methods = models.JSONField(_("recommended methods"), default=list, blank=True)
    note = models.TextField(_("internal reason"), blank=True)
    asked_on_version = models.PositiveIntegerField(_("asked on version"))
    office = models.CharField(_("office"), max_length=8)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    asked_at = models.DateTimeField(_("asked"))
    sent_at = models.DateTimeField(_("sent"))
    reply_by = models.DateTimeField(_("answer by"))
    reminded_at = models.DateTimeField(_("reminded"), null=True, blank=True)
    overdue_at = models.DateTimeField(_("overdue since"), null=True, blank=True)
    answer = models.TextField(_("answer"), blank=True)
    answer_codes = models.JSONField(_("codes of the answer"), default=list, blank=True)
    screenings = models.JSONField(_("results of screening"), default=list, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    answered_for = models.CharField(_("answered for"), max_length=17, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    end_note = models.TextField(_("why it ended so"), blank=True)

    objects = ReferralQuerySet.as_manager()

    class Meta:
        verbose_name = _("referral")
        verbose_name_plural = _("referrals")
        constraints = [
            models.UniqueConstraint(fields=["ens", "number"], name="one_referral_per_number"),
            models.CheckConstraint(
                condition=~Q(status__in=("answered", "settled", "insufficient"))
                | Q(answered_at__isnull=False),
                name="referral_answered_has_answer",
            ),
            models.CheckConstraint(
                condition=Q(status__in=("open", "answered"), ended_at__isnull=True)
                | ~Q(status__in=("open", "answered")) & Q(ended_at__isnull=False),
                name="referral_ended_when",
            ),
            models.CheckConstraint(
                condition=~Q(asked_by=F("signed_by")), name="referral_signed_by_another"
            ),
        ]
        indexes = [
            models.Index(fields=["reply_by"], condition=Q(status="open"), name="referral_reply_by"),
            models.Index(fields=["addressee", "-asked_at"], name="referral_addressee"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer."""
        return self.status == self.Status.OPEN
