"""What offices of subsequent entry are told by the office of first entry, and tell it back."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from customs_portal.events.append_only import append_only
from declarations.models.ens import Ens
from declarations.querysets import SubsequentEntryNoticeQuerySet


class Action(models.TextChoices):
    """What an office of subsequent entry did."""

    CONTROLLED = "controlled", _("Control done")
    NOT_CONTROLLED = "not_controlled", _("Not controlled")
    RELEASED = "released", _("Released")


class ReceivedTransmission(models.Model):
    """What another administration told us of a declaration by IE301, IE303 or IE319.

    `results` are those of its analysis as (item, code, text), item null for the whole. One that was
    prepared before what we know already is kept, `set_aside`.
    """

    class Message(models.TextChoices):
        HANDED_OVER = "IE301", _("Handed over (IE301)")
        ANSWERED = "IE303", _("Given on our request (IE303)")
        NOTIFIED = "IE319", _("Notified (IE319)")

    ens = models.ForeignKey(Ens, models.PROTECT, related_name="transmissions")
    message = models.CharField(_("message"), max_length=5, choices=Message.choices)
    country = models.CharField(_("from"), max_length=2)
    message_id = models.BigIntegerField(_("message received"))
    prepared_at = models.DateTimeField(_("prepared"))
    received_at = models.DateTimeField(_("received"))
    version = models.PositiveIntegerField(_("version"))
    results = models.JSONField(_("results"), default=list)
    set_aside = models.BooleanField(_("set aside"), default=False)

    class Meta:
        verbose_name = _("transmission of another administration")
        verbose_name_plural = _("transmissions of other administrations")
        constraints = [
            models.UniqueConstraint(
                fields=["ens", "message_id"], name="one_transmission_per_message_and_ens"
            )
        ]
        indexes = [models.Index(fields=["ens", "-prepared_at"], name="transmission_newest")]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.message} {self.country}"


class SubsequentEntryNotice(models.Model):
    """An entry in the inbox of one of our own offices of subsequent entry.

    Offices of other administrations get IE319 instead. `told_by` is the State whose IE319 it comes
    from, empty where our own office of first entry tells. `action` is what our office then did,
    which is told back. `is_late`: the goods were here when it came.
    """

    class State(models.TextChoices):
        EXPECTED = "expected", _("Expected")
        ARRIVED = "arrived", _("Arrived")
        NOT_ARRIVED = "not_arrived", _("Not arrived")
        ACTED = "acted", _("Dealt with")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        REPLACED = "replaced", _("Replaced by a newer one")

    LIVE = (State.EXPECTED, State.ARRIVED, State.NOT_ARRIVED)

    ens = models.ForeignKey(Ens, models.PROTECT, related_name="subsequent_entry_notices")
    office = models.CharField(_("office"), max_length=8)
    version = models.PositiveIntegerField(_("version"))
    result_code = models.CharField(_("risk result"), max_length=5)
    text = models.CharField(_("text"), max_length=350, blank=True)
    told_by = models.CharField(_("told by"), max_length=2, blank=True, default="", db_default="")
    transmission = models.ForeignKey(
        ReceivedTransmission,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="notices",
        verbose_name=_("transmission"),
    )
    is_late = models.BooleanField(_("late"), default=False, db_default=False)
    informed_at = models.DateTimeField(_("informed"))
    state = models.CharField(
        _("state"),
        max_length=12,
        choices=State.choices,
        default=State.EXPECTED,
        db_default=State.EXPECTED.value,
    )
    arrived_at = models.DateTimeField(_("arrived"), null=True, blank=True)
    action = models.CharField(_("action"), max_length=16, choices=Action.choices, blank=True)
    feedback = models.CharField(_("result of the action"), max_length=400, blank=True)
    acted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    acted_at = models.DateTimeField(_("dealt with"), null=True, blank=True)

    objects = SubsequentEntryNoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice of subsequent entry")
        verbose_name_plural = _("notices of subsequent entry")
        constraints = [
            models.UniqueConstraint(
                fields=["ens", "office"],
                condition=Q(state__in=("expected", "arrived", "not_arrived")),
                name="one_live_notice_per_office",
            ),
            models.CheckConstraint(
                condition=Q(state="acted", acted_at__isnull=False)
                | (~Q(state="acted") & Q(acted_at__isnull=True)),
                name="notice_acted_on",
            ),
        ]
        indexes = [models.Index(fields=["office", "-informed_at"], name="notice_inbox")]

    def __str__(self) -> str:
        return f"{self.ens} at {self.office}"

    @property
    def is_live(self) -> bool:
        """Whether our office still has to deal with it."""
        return self.state in self.LIVE


class SubsequentEntryFeedback(models.Model):
    """What an office of another State did with goods that we told it of. Never changed."""

    ens = models.ForeignKey(Ens, models.PROTECT, related_name="subsequent_entry_feedback")
    country = models.CharField(_("from"), max_length=2)
    office = models.CharField(_("office"), max_length=8)
    action = models.CharField(_("action"), max_length=16, choices=Action.choices)
    result = models.CharField(_("result or reason"), max_length=350)
    acted_at = models.DateTimeField(_("acted"))
    received_at = models.DateTimeField(_("received"))
    message_id = models.BigIntegerField(_("message received"), unique=True)

    class Meta:
        verbose_name = _("feedback of a subsequent office")
        verbose_name_plural = _("feedback of subsequent offices")
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.office}: {self.get_action_display()}"
