"""Messages received."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from customs_portal.accounts.models import Operator
from messaging.querysets import InboundMessageQuerySet


class InboundMessage(models.Model):
    """One message received: transport state only (LIFECYCLE section 0), and what it led to."""

    class State(models.TextChoices):
        RECEIVED = "received", _("Received")
        ANSWERED = "answered", _("Answered")
        TAKEN_IN = "taken_in", _("Taken in")

    DONE = (State.ANSWERED, State.TAKEN_IN)
    """What only tells is taken in and gets no answer."""

    correlation = models.UUIDField(_("correlation id"), unique=True)
    operator = models.ForeignKey(Operator, models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(_("state"), max_length=10, choices=State.choices)
    received_at = models.DateTimeField(_("received"))
    body_id = models.BigIntegerField(_("raw message"))
    body_month = models.DateField(_("month of the raw message"))
    size = models.PositiveIntegerField(_("size in bytes"))
    kind = models.CharField(_("kind"), max_length=8, blank=True)
    message_identification = models.CharField(_("message id"), max_length=35, blank=True)
    lrn = models.CharField(_("LRN"), max_length=22, blank=True)
    mrn = models.CharField(_("MRN"), max_length=18, blank=True)
    is_test = models.BooleanField(_("test"), default=False, db_default=False)
    findings = models.JSONField(_("findings"), default=list)
    judged_at = models.DateTimeField(_("judged"), null=True)
    repeats = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="repeated_by"
    )
    answer = models.OneToOneField(
        "OutboundMessage", models.PROTECT, null=True, blank=True, related_name="answers"
    )

    objects = InboundMessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message received")
        verbose_name_plural = _("messages received")
        indexes = [
            models.Index(fields=["-received_at"], name="inbound_received"),
            models.Index(fields=["mrn"], condition=~Q(mrn=""), name="inbound_mrn"),
            models.Index(fields=["lrn"], condition=~Q(lrn=""), name="inbound_lrn"),
            models.Index(
                fields=["message_identification"],
                condition=~Q(message_identification=""),
                name="inbound_message_id",
            ),
            models.Index(fields=["operator", "-received_at"], name="inbound_operator"),
        ]

    def __str__(self) -> str:
        return f"{self.kind or _('message')} {self.correlation}"


class MessageClaim(models.Model):
    """That a message id of a sender is taken, and by which bytes."""

    sender = models.CharField(_("sender"), max_length=17)
    message_identification = models.CharField(_("message id"), max_length=35)
    digest = models.BinaryField(_("digest"), max_length=32)
    message = models.ForeignKey(InboundMessage, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("message id in use")
        verbose_name_plural = _("message ids in use")
        constraints = [
            models.UniqueConstraint(
                fields=["sender", "message_identification"], name="one_message_per_id"
            )
        ]

    def __str__(self) -> str:
        return f"{self.sender} {self.message_identification}"
