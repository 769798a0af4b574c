"""Shifts: what one hands on to the next at an office."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from customs_portal.accounts import policies
from customs_portal.accounts.models import User
from customs_portal.events.append_only import append_only


class ShiftNoteQuerySet(models.QuerySet["ShiftNote"]):
    """Notes of shifts by who reads them."""

    def visible_to(self, user: User) -> "ShiftNoteQuerySet":
        """Keep those of the user's offices; who reads everything sees all."""
        if user.role in policies.READ_EVERYTHING_ROLES:
            return self
        return self.filter(office__in=policies.office_references(user))


class ShiftNote(models.Model):
    """What a shift hands on, signed by who wrote it. Never changed.

    `standing` is how much was open then: cases, late ones, measures in force.
    """

    office = models.CharField(_("office"), max_length=8)
    text = models.TextField(_("note"))
    standing = models.JSONField(_("how much was open"), default=dict)
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(_("signed"))

    objects = ShiftNoteQuerySet.as_manager()

    class Meta:
        verbose_name = _("note of a shift")
        verbose_name_plural = _("notes of shifts")
        indexes = [models.Index(fields=["office", "-signed_at"], name="shift_note_office")]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.office} {self.signed_at:%Y-%m-%d %H:%M}"


class ShiftNoteReading(models.Model):
    """That somebody has read the note of a shift and took over. Never changed."""

    note = models.ForeignKey(ShiftNote, models.PROTECT, related_name="readings", db_index=False)
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    read_at = models.DateTimeField(_("read"))

    class Meta:
        verbose_name = _("reading of a shift note")
        verbose_name_plural = _("readings of shift notes")
        constraints = [models.UniqueConstraint(fields=["note", "reader"], name="once_read_by_each")]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.note_id} {self.reader_id}"
