"""Messages to be sent, or sent."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from declarations.models import Ens
from messaging.querysets import OutboundMessageQuerySet

JSON_KINDS = frozenset({"NOTICE", "BLOCK", "UNBLOCK"})


class OutboundMessage(models.Model):
    """One message to one recipient, caused by one event.

    A trader's message, or a terminal's, waits until its system collects it; a partner's is sent.
    """

    class Channel(models.TextChoices):
        TRADER = "trader", _("Trader")
        PARTNER = "partner", _("Partner administration")
        TERMINAL = "terminal", _("Port system")

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        DELIVERED = "delivered", _("Delivered")
        TOLD = "told", _("Told by telephone")
        REFUSED = "refused", _("Refused by the recipient")
        SET_ASIDE = "set_aside", _("Set aside")

    kind = models.CharField(_("kind"), max_length=8)
    channel = models.CharField(_("channel"), max_length=8, choices=Channel.choices)
    recipient = models.CharField(_("recipient"), max_length=17)
    message_identification = models.CharField(_("message id"), max_length=14, unique=True)
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.WAITING
    )
    ens = models.ForeignKey(Ens, models.PROTECT, null=True, blank=True, related_name="+")
    mrn = models.CharField(_("MRN"), max_length=18, blank=True)
    lrn = models.CharField(_("LRN"), max_length=22, blank=True)
    event_id = models.BigIntegerField(_("event"))
    ens_version = models.PositiveIntegerField(_("version"), null=True, blank=True)
    body_id = models.BigIntegerField(_("raw message"))
    body_month = models.DateField(_("month of the raw message"))
    created_at = models.DateTimeField(_("created"))
    delivered_at = models.DateTimeField(_("delivered"), null=True, blank=True)

    objects = OutboundMessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message sent")
        verbose_name_plural = _("messages sent")
        constraints = [
            models.UniqueConstraint(
                fields=["event_id", "kind", "recipient", "mrn"], name="one_message_per_event"
            )
        ]
        indexes = [
            models.Index(fields=["recipient", "id"], name="outbound_recipient"),
            models.Index(fields=["mrn"], condition=~Q(mrn=""), name="outbound_mrn"),
            models.Index(fields=["lrn"], condition=~Q(lrn=""), name="outbound_lrn"),
            models.Index(fields=["-created_at"], name="outbound_created"),
            models.Index(
                fields=["kind", "created_at"],
                condition=Q(state="waiting"),
                name="outbound_waiting",
            ),
            models.Index(
                fields=["recipient", "mrn", "id"],
                condition=Q(state__in=["waiting", "told"]),
                name="outbound_unsent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.message_identification}"

    @property
    def media_type(self) -> str:
        """Return what the bytes are: national notices and instructions are JSON, the rest XML."""
        return "application/json" if self.kind in JSON_KINDS else "application/xml"
