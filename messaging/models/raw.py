"""Raw bodies: the exact bytes of every message, in and out."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from customs_portal.events.append_only import append_only


class RawBody(models.Model):
    """The bytes of one message and their SHA-256. Append-only; partitioned by month."""

    id = models.BigIntegerField(primary_key=True)
    month = models.DateField(_("month"))
    body = models.BinaryField(_("body"))
    digest = models.BinaryField(_("digest"), max_length=32)

    class Meta:
        verbose_name = _("raw message")
        verbose_name_plural = _("raw messages")
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.id}"
