"""What offices of subsequent entry are told by the office of first entry."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from declarations.models.ens import Ens


class SubsequentEntryNotice(models.Model):
    """An entry in the inbox of one of our own offices of subsequent entry.

    Offices of other administrations get IE319 instead. `action` is what our office then did, which
    is told back to the office of first entry.
    """

    class State(models.TextChoices):
        EXPECTED = "expected", _("Expected")
        ARRIVED = "arrived", _("Arrived")
        NOT_ARRIVED = "not_arrived", _("Not arrived")
        ACTED = "acted", _("Dealt with")

    class Action(models.TextChoices):
        CONTROLLED = "controlled", _("Control done")
        NOT_CONTROLLED = "not_controlled", _("Not controlled")
        RELEASED = "released", _("Released")

    LIVE = (State.EXPECTED, State.ARRIVED, State.NOT_ARRIVED)

    ens = models.ForeignKey(Ens, models.PROTECT, related_name="subsequent_entry_notices")
    office = models.CharField(_("office"), max_length=8)
    version = models.PositiveIntegerField(_("version"))
    result_code = models.CharField(_("risk result"), max_length=5)
    text = models.CharField(_("text"), max_length=350, blank=True)
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

    class Meta:
        verbose_name = _("notice of subsequent entry")
        verbose_name_plural = _("notices of subsequent entry")
        constraints = [
            models.UniqueConstraint(
                fields=["ens", "office", "version"], name="one_notice_per_office_and_version"
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
