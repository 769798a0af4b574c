"""Events and their deliveries."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from customs_portal.events.append_only import append_only


class Event(models.Model):
    """Something that happened. Append-only; partitioned by month, so nothing refers to it by key.

    `stream` names the thing that events are ordered by (an ENS), or is empty.
    """

    id = models.BigIntegerField(primary_key=True)
    month = models.DateField(_("month"))
    kind = models.CharField(_("kind"), max_length=64)
    at = models.DateTimeField(_("time"))
    stream = models.BigIntegerField(_("stream"), null=True)
    data = models.JSONField(_("data"))
    actor_id = models.BigIntegerField(_("actor"), null=True)
    correlation = models.UUIDField(_("correlation"), null=True)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes = [models.Index(fields=["stream", "id"], name="event_stream")]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class Delivery(models.Model):
    """That a consumer is still to be told of an event; the row goes when it has been.

    A parked delivery has used up its attempts and waits for a person.
    """

    id = models.BigAutoField(primary_key=True)
    consumer = models.CharField(_("consumer"), max_length=64)
    event_id = models.BigIntegerField(_("event"))
    event_month = models.DateField(_("month of the event"))
    stream = models.BigIntegerField(_("stream"), null=True)
    not_before = models.DateTimeField(_("not before"))
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    lease = models.UUIDField(_("lease"), null=True)
    leased_until = models.DateTimeField(_("leased until"), null=True)
    parked_at = models.DateTimeField(_("parked"), null=True)
    error = models.TextField(_("error"), blank=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        indexes = [
            models.Index(
                fields=["consumer", "id"],
                name="delivery_due",
                condition=models.Q(parked_at__isnull=True),
            ),
            models.Index(
                fields=["consumer", "stream", "event_id"],
                name="delivery_stream",
                condition=models.Q(stream__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.consumer} of event {self.event_id}"


class MonthDigest(models.Model):
    """A closed month of the event log. Append-only; each digest covers the one before it."""

    month = models.DateField(_("month"), unique=True)
    events = models.BigIntegerField(_("events"))
    digest = models.BinaryField(_("digest"), max_length=32)
    closed_at = models.DateTimeField(_("closed"))

    class Meta:
        verbose_name = _("closed month")
        verbose_name_plural = _("closed months")
        ordering = ["month"]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"
