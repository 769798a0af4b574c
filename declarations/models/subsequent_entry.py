"""What offices of subsequent entry are told by the office of first entry."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from declarations.models.ens import Ens


class SubsequentEntryNotice(models.Model):
    """An entry in the inbox of one of our own offices of subsequent entry.

    Offices of other administrations get IE319 instead.
    """

    ens = models.ForeignKey(Ens, models.PROTECT, related_name="subsequent_entry_notices")
    office = models.CharField(_("office"), max_length=8)
    version = models.PositiveIntegerField(_("version"))
    result_code = models.CharField(_("risk result"), max_length=5)
    text = models.CharField(_("text"), max_length=350, blank=True)
    informed_at = models.DateTimeField(_("informed"))

    class Meta:
        verbose_name = _("notice of subsequent entry")
        verbose_name_plural = _("notices of subsequent entry")
        constraints = [
            models.UniqueConstraint(
                fields=["ens", "office", "version"], name="one_notice_per_office_and_version"
            )
        ]
        indexes = [models.Index(fields=["office", "-informed_at"], name="notice_inbox")]

    def __str__(self) -> str:
        return f"{self.ens} at {self.office}"
