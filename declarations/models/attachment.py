"""Files that belong to an ENS: kept in the database in pieces, and apart until scanned."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from declarations.models.ens import Ens
from declarations.models.referral import Referral
from declarations.querysets import AttachmentQuerySet


class Attachment(models.Model):
    """A file that an official added, or that came with the answer to a referral.

    It is given out only once a scanner found it clean. `sender` is the EORI number of the operator
    that it came from, empty for a file of officials; what came in a message was added by nobody.
    `media_type` is what its bytes say.
    """

    class Scan(models.TextChoices):
        QUARANTINED = "quarantined", _("In quarantine, not scanned")
        CLEAN = "clean", _("Clean")
        INFECTED = "infected", _("Harmful, not given out")

    ens = models.ForeignKey(Ens, models.PROTECT, related_name="attachments")
    referral = models.ForeignKey(
        Referral, models.PROTECT, null=True, blank=True, related_name="attachments"
    )
    name = models.CharField(_("name"), max_length=120)
    media_type = models.CharField(_("type"), max_length=40)
    size = models.PositiveIntegerField(_("size"))
    digest = models.CharField(_("SHA-256"), max_length=64)
    scan = models.CharField(
        _("scan"), max_length=12, choices=Scan.choices, default=Scan.QUARANTINED
    )
    scan_words = models.CharField(_("what the scanner said"), max_length=200, blank=True)
    scanned_at = models.DateTimeField(_("scanned"), null=True, blank=True)
    sender = models.CharField(_("from"), max_length=17, blank=True)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    added_at = models.DateTimeField(_("added"))

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        constraints = [
            models.CheckConstraint(
                condition=Q(scan="quarantined") | Q(scanned_at__isnull=False),
                name="attachment_scanned_when",
            )
        ]
        indexes = [
            models.Index(
                fields=["id"], condition=Q(scan="quarantined"), name="attachment_quarantine"
            )
        ]

    def __str__(self) -> str:
        return self.name


class AttachmentChunk(models.Model):
    """A piece of a file."""

    attachment = models.ForeignKey(
        Attachment, models.CASCADE, related_name="chunks", db_index=False
    )
    number = models.PositiveIntegerField(_("number"))
    data = models.BinaryField(_("bytes"))

    class Meta:
        verbose_name = _("piece of an attachment")
        verbose_name_plural = _("pieces of attachments")
        constraints = [
            models.UniqueConstraint(fields=["attachment", "number"], name="one_chunk_per_number")
        ]

    def __str__(self) -> str:
        return f"{self.attachment_id}/{self.number}"
