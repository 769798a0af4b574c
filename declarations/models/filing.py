"""Filings: one lodged message with its versions, and the life of the goods under it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from customs_portal.events.append_only import append_only
from declarations.document import Document, decode
from declarations.querysets import FilingQuerySet


class Filing(models.Model):
    """One lodged message (LIFECYCLE section 1). A rejected one has no MRN and frees its LRN.

    `link` is how a house of ICS2 stands to its master, empty for all else.

    `received_from` is the State in which it was lodged and that told us of it, empty for ours:
    such a one is no filing of a trader with us.
    """

    class Status(models.TextChoices):
        REJECTED = "rejected", _("Rejected")
        REGISTERED = "registered", _("Registered")
        INVALIDATED = "invalidated", _("Invalidated")
        SUPERSEDED = "superseded", _("Superseded")
        EXPIRED = "expired", _("Expired")
        CLOSED = "closed", _("Closed")

    class Link(models.TextChoices):
        PENDING = "pending_linking", _("Waits for its master")
        LINKED = "linked", _("Linked")

    type = models.CharField(_("type"), max_length=8)
    lrn = models.CharField(_("LRN"), max_length=22)
    mrn = models.CharField(_("MRN"), max_length=18, unique=True, null=True)  # noqa: DJ001 unique where given
    status = models.CharField(_("status"), max_length=16, choices=Status.choices)
    declarant = models.CharField(_("declarant"), max_length=17)
    representative = models.CharField(_("representative"), max_length=17, blank=True)
    carrier = models.CharField(_("effective carrier"), max_length=17, blank=True)
    sender = models.CharField(_("sender"), max_length=17)
    office_of_first_entry = models.CharField(_("office of first entry"), max_length=8)
    transport_mode = models.CharField(_("transport mode"), max_length=2)
    lodged_at = models.DateTimeField(_("lodged"))
    registered_at = models.DateTimeField(_("registered"), null=True)
    analysis_ends_at = models.DateTimeField(_("analysis window ends"), null=True)
    late_minutes = models.IntegerField(_("minutes late"), null=True)
    findings = models.JSONField(_("findings"), default=list)
    version = models.PositiveIntegerField(_("version"), default=1)
    link = models.CharField(
        _("link"), max_length=16, choices=Link.choices, blank=True, default="", db_default=""
    )
    received_from = models.CharField(
        _("received from"), max_length=2, blank=True, default="", db_default=""
    )

    objects = FilingQuerySet.as_manager()

    class Meta:
        verbose_name = _("filing")
        verbose_name_plural = _("filings")
        constraints = [
            models.UniqueConstraint(
                fields=["declarant", "lrn"],
                condition=~Q(status="rejected") & Q(received_from=""),
                name="lrn_unique_per_declarant",
            ),
            models.CheckConstraint(
                condition=Q(status="rejected") | Q(mrn__isnull=False), name="registered_has_mrn"
            ),
        ]
        indexes = [
            models.Index(fields=["sender", "-lodged_at"], name="filing_sender"),
            models.Index(fields=["representative", "-lodged_at"], name="filing_representative"),
            models.Index(fields=["carrier", "-lodged_at"], name="filing_carrier"),
            models.Index(
                fields=["registered_at", "id"],
                condition=Q(status="registered", link="pending_linking"),
                name="filing_pending",
            ),
        ]

    def __str__(self) -> str:
        return self.mrn or f"{self.lrn} ({self.get_status_display()})"


class FilingVersion(models.Model):
    """One version of a filing: its document, and which message brought it. Never changed."""

    filing = models.ForeignKey(Filing, models.PROTECT, related_name="versions", db_index=False)
    number = models.PositiveIntegerField(_("number"), default=1)
    message_id = models.BigIntegerField(_("message"))
    document_json = models.JSONField(_("document"))
    created_at = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("filing version")
        verbose_name_plural = _("filing versions")
        constraints = [
            models.UniqueConstraint(fields=["filing", "number"], name="one_version_per_number")
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.filing} v{self.number}"

    def document(self) -> Document:
        """Return the document, typed."""
        return document_of(self.document_json)


class ConsignmentLife(models.Model):
    """Where the goods of one consignment are (LIFECYCLE section 11); never rebuilt."""

    class Goods(models.TextChoices):
        EXPECTED = "expected", _("Expected")
        ARRIVED = "arrived", _("Arrived")
        PARTIALLY_ARRIVED = "partially_arrived", _("Partly arrived")
        NOT_ARRIVED = "not_arrived", _("Not arrived")
        PRESENTED = "presented", _("Presented")
        UNDER_CONTROL = "under_control", _("Under control")
        RELEASED = "released", _("Released")
        NOT_RELEASED = "not_released", _("Not released")
        ONWARD = "onward", _("Gone on")
        NO_LONGER_DECLARED = "no_longer_declared", _("No longer declared")

    filing = models.ForeignKey(Filing, models.PROTECT, related_name="consignments", db_index=False)
    key = models.CharField(_("consignment key"), max_length=400)
    documents = ArrayField(models.CharField(max_length=80), verbose_name=_("transport documents"))
    goods = models.CharField(
        _("goods"), max_length=20, choices=Goods.choices, default=Goods.EXPECTED
    )

    class Meta:
        verbose_name = _("consignment")
        verbose_name_plural = _("consignments")
        constraints = [
            models.UniqueConstraint(fields=["filing", "key"], name="one_life_per_consignment")
        ]

    def __str__(self) -> str:
        return f"{self.filing} {self.key}"


def document_of(stored: object) -> Document:
    """Return the typed document of a stored JSON value."""
    import msgspec

    if isinstance(stored, str | bytes):
        return decode(stored)
    return msgspec.convert(stored, Document, strict=False)
