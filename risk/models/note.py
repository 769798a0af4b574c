"""Notes of officers on a case, and texts that they start from."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from customs_portal.events.append_only import append_only
from customs_portal.events.changes import tracked
from risk.models.case import Case


class CaseNote(models.Model):
    """What an officer noted, or an enquiry outside the portal: with whom, and what came of it."""

    class Kind(models.TextChoices):
        NOTE = "note", _("Note")
        TELEPHONE = "telephone", _("Telephone call")
        MAIL = "mail", _("E-mail or letter")
        VISIT = "visit", _("Visit")

    case = models.ForeignKey(Case, models.PROTECT, related_name="notes")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.NOTE)
    contact = models.CharField(_("with whom"), max_length=140, blank=True)
    text = models.TextField(_("text"))
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    noted_at = models.DateTimeField(_("noted"))

    class Meta:
        verbose_name = _("note on a case")
        verbose_name_plural = _("notes on cases")
        indexes = [models.Index(fields=["case", "-noted_at"], name="note_of_case")]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.noted_at:%Y-%m-%d %H:%M}"


class TextTemplate(models.Model):
    """A text that officers start from, maintained by supervisors; `[...]` is to be filled in."""

    class Use(models.TextChoices):
        NOTE = "note", _("Internal reason")
        QUESTION = "question", _("Question to the filer")

    use = models.CharField(_("used for"), max_length=10, choices=Use.choices)
    reason_code = models.CharField(
        _("reason"), max_length=8, blank=True, help_text=_("Empty: offered for every reason.")
    )
    title = models.CharField(_("title"), max_length=70)
    text = models.TextField(_("text"), max_length=2000)
    active = models.BooleanField(_("offered"), default=True)

    class Meta:
        verbose_name = _("text template")
        verbose_name_plural = _("text templates")
        ordering = ["use", "reason_code", "title"]
        constraints = [
            models.UniqueConstraint(fields=["use", "title"], name="one_template_per_title")
        ]
        triggers = [tracked()]

    def __str__(self) -> str:
        return self.title
