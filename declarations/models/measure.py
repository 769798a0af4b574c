"""Measures: what customs has ordered about goods."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from declarations.models.ens import Ens
from declarations.querysets import MeasureQuerySet


class Measure(models.Model):
    """A hold or a recommended control on a subject (LIFECYCLE section 6).

    Traders and carriers are told of it only if `announced_at` is set.
    """

    class Kind(models.TextChoices):
        HOLD = "hold", _("Hold")
        CONTROL = "control", _("Control")

    class Status(models.TextChoices):
        IN_FORCE = "in_force", _("In force")
        RECOMMENDED = "recommended", _("Recommended")

    class Subject(models.TextChoices):
        DECLARATION = "declaration", _("Whole declaration")
        ITEM = "item", _("Goods item")
        CONSIGNMENT = "consignment", _("Consignment")
        EQUIPMENT = "equipment", _("Container")

    ens = models.ForeignKey(Ens, models.PROTECT, related_name="measures")
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)
    status = models.CharField(_("status"), max_length=16, choices=Status.choices)
    subject = models.CharField(_("subject"), max_length=16, choices=Subject.choices)
    reference = models.CharField(_("which"), max_length=400, blank=True)
    reason_code = models.CharField(_("reason"), max_length=8)
    note = models.TextField(_("internal reason"), blank=True)
    trader_text = models.TextField(_("text for the trader"), blank=True)
    place = models.CharField(_("place of control"), max_length=8, blank=True)
    decided_on_version = models.PositiveIntegerField(_("decided on version"))
    placed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    placed_at = models.DateTimeField(_("placed"))
    announced_at = models.DateTimeField(_("announced"), null=True, blank=True)

    objects = MeasureQuerySet.as_manager()

    class Meta:
        verbose_name = _("measure")
        verbose_name_plural = _("measures")
        constraints = [
            models.CheckConstraint(
                condition=Q(subject="declaration", reference="")
                | (~Q(subject="declaration") & ~Q(reference="")),
                name="measure_has_subject",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.reason_code}"
