"""How good the data of each filer are, and how good the model is that judges descriptions."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class FilerQuality(models.Model):
    """How many declarations of a filer were looked at in a month, and how many had a flag.

    `kind` is that of the flag; `LOOKED_AT` counts all, `FLAGGED` those with any flag that rests on
    the filer's own data alone. Each version of a declaration counts once.
    """

    LOOKED_AT = "ALL"
    FLAGGED = "ANY"

    filer = models.CharField(_("filer"), max_length=17)
    month = models.DateField(_("month"), help_text=_("Its first day, in UTC."))
    kind = models.CharField(_("kind"), max_length=20)
    declarations = models.PositiveIntegerField(_("declarations"))

    class Meta:
        verbose_name = _("data quality of a filer")
        verbose_name_plural = _("data quality of filers")
        constraints = [
            models.UniqueConstraint(fields=["filer", "month", "kind"], name="one_count_a_month")
        ]
        indexes = [models.Index(fields=["month", "kind"], name="quality_of_month")]

    def __str__(self) -> str:
        return f"{self.filer} {self.month:%Y-%m} {self.kind}"


class ChapterModelMeasure(models.Model):
    """How well the model of chapters does on labels that it has not seen; shares from 0 to 1.

    `first` and `among_three`: the right chapter is the likeliest, or one of the three that are
    told. `flagged_wrongly`: with its right chapter declared the text is flagged. `caught`: with a
    chapter of another section declared it is.
    """

    measured_at = models.DateTimeField(_("measured"))
    digest = models.CharField(_("digest of labels and settings"), max_length=64, unique=True)
    labels = models.PositiveIntegerField(_("labelled descriptions"))
    first = models.FloatField(_("right chapter first"))
    among_three = models.FloatField(_("right chapter among three"))
    flagged_wrongly = models.FloatField(_("flagged with the right chapter"))
    caught = models.FloatField(_("flagged with a wrong chapter"))

    class Meta:
        verbose_name = _("measure of the model of chapters")
        verbose_name_plural = _("measures of the model of chapters")
        ordering = ["-measured_at"]

    def __str__(self) -> str:
        return f"{self.measured_at:%Y-%m-%d} {self.digest[:12]}"
