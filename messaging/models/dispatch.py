"""The line to a partner: what is being sent, what came, how the connection stands."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from customs_portal.events.append_only import append_only
from messaging.models.outbound import OutboundMessage
from messaging.models.partner import Partner


class PartnerLine(models.Model):
    """How the connection to a partner stands; who sends to it now holds the lease.

    The breaker: after several failures in a row nothing is tried until `open_until`, then one
    message; a success closes it.
    """

    partner = models.OneToOneField(
        Partner, models.CASCADE, primary_key=True, related_name="line", verbose_name=_("partner")
    )
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    open_until = models.DateTimeField(_("nothing is tried until"), null=True)
    error = models.CharField(_("last failure"), max_length=200, blank=True)
    failed_at = models.DateTimeField(_("failed"), null=True)
    succeeded_at = models.DateTimeField(_("succeeded"), null=True)
    refused_at = models.DateTimeField(_("message of theirs refused"), null=True)
    refusal = models.CharField(_("why theirs was refused"), max_length=200, blank=True)
    served_at = models.DateTimeField(_("served"), null=True)
    lease = models.UUIDField(_("lease"), null=True)
    leased_until = models.DateTimeField(_("leased until"), null=True)

    class Meta:
        verbose_name = _("line to a partner")
        verbose_name_plural = _("lines to partners")

    def __str__(self) -> str:
        return f"{self.partner}"


class Dispatch(models.Model):
    """The sending of one message to a partner: tries, why it waits, and the receipt in the end."""

    class State(models.TextChoices):
        TRYING = "trying", _("Being tried")
        HANDED = "handed", _("Handed to the gateway")
        STOPPED = "stopped", _("Refused by the partner")
        SET_ASIDE = "set_aside", _("Set aside")
        DELIVERED = "delivered", _("Delivered")

    message = models.OneToOneField(
        OutboundMessage, models.PROTECT, primary_key=True, related_name="dispatch"
    )
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.TRYING)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    tried_at = models.DateTimeField(_("last tried"), null=True)
    next_try_at = models.DateTimeField(_("next try"), null=True)
    error = models.CharField(_("why"), max_length=200, blank=True)
    receipt = models.TextField(_("receipt"), blank=True)

    class Meta:
        verbose_name = _("message being sent")
        verbose_name_plural = _("messages being sent")
        indexes = [
            models.Index(
                fields=["partner", "next_try_at"],
                name="dispatch_open",
                condition=models.Q(state__in=["trying", "handed", "stopped"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.message_id}"


class Transmission(models.Model):
    """That a message of a partner was taken in, and the receipt that it got. Append-only.

    A repeat of its id with the same bytes gets the same receipt; other bytes are refused.
    """

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    identification = models.CharField(_("message id"), max_length=64)
    kind = models.CharField(_("kind"), max_length=8)
    digest = models.BinaryField(_("digest"), max_length=32)
    correlation = models.UUIDField(_("correlation id"))
    received_at = models.DateTimeField(_("received"))
    signature = models.TextField(_("signature"), blank=True)
    receipt = models.TextField(_("receipt"))

    class Meta:
        verbose_name = _("transmission received")
        verbose_name_plural = _("transmissions received")
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "identification"], name="one_transmission_per_id"
            )
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.partner_id} {self.identification}"
