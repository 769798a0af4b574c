"""Events and their deliveries."""

from django.contrib.postgres.indexes import BrinIndex
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
    address = models.GenericIPAddressField(_("network address"), null=True)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes = [
            models.Index(fields=["stream", "id"], name="event_stream"),
            BrinIndex(fields=["at"], name="event_at"),
        ]
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


class Change(models.Model):
    """That a row which people edit was changed. Append-only; partitioned by month.

    Written by the trigger of the changed table alone; `before` and `after` hold what differs.
    """

    class Operation(models.TextChoices):
        INSERT = "insert", _("made")
        UPDATE = "update", _("changed")
        DELETE = "delete", _("removed")

    id = models.BigIntegerField(primary_key=True)
    month = models.DateField(_("month"))
    at = models.DateTimeField(_("time"))
    changed_table = models.CharField(_("table"), max_length=63)
    row_id = models.CharField(_("row"), max_length=128)
    operation = models.CharField(_("what"), max_length=6, choices=Operation.choices)
    before = models.JSONField(_("before"))
    after = models.JSONField(_("after"))
    actor_id = models.BigIntegerField(_("actor"), null=True)
    address = models.GenericIPAddressField(_("network address"), null=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        indexes = [
            models.Index(fields=["changed_table", "row_id"], name="change_row"),
            models.Index(fields=["at"], name="change_at"),
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.changed_table} {self.row_id} {self.get_operation_display()}"


class MonthDigest(models.Model):
    """A closed month of a log. Append-only; each digest covers the one before it of its log."""

    log = models.CharField(
        _("log"), max_length=63, default="events_event", db_default="events_event"
    )
    month = models.DateField(_("month"))
    events = models.BigIntegerField(_("events"))
    digest = models.BinaryField(_("digest"), max_length=32)
    closed_at = models.DateTimeField(_("closed"))

    class Meta:
        verbose_name = _("closed month")
        verbose_name_plural = _("closed months")
        ordering = ["log", "month"]
        constraints = [
            models.UniqueConstraint(fields=["log", "month"], name="one_digest_per_log_and_month")
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.log} {self.month:%Y-%m}"


class DroppedMonth(models.Model):
    """A closed month of a log whose rows were deleted by a retention policy. Append-only."""

    log = models.CharField(_("log"), max_length=63)
    month = models.DateField(_("month"))
    dropped_at = models.DateTimeField(_("dropped"))
    legal_basis = models.CharField(_("legal basis"), max_length=200)

    class Meta:
        verbose_name = _("dropped month")
        verbose_name_plural = _("dropped months")
        ordering = ["log", "month"]
        constraints = [
            models.UniqueConstraint(fields=["log", "month"], name="a_month_is_dropped_once")
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.log} {self.month:%Y-%m}"
