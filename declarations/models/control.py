"""Controls: recommendation, decision and result are three facts by three persons (6.2)."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from declarations.models.measure import Measure


class Control(models.Model):
    """What was decided and done about a recommended control; its state is the measure's status.

    `due_at`: since when the goods are here, so that it must be decided. Who recommended it is
    `measure.placed_by`; where it takes place is `measure.place`. `forewarned_at`: when an
    authorised operator was told of it before the arrival.
    """

    measure = models.OneToOneField(Measure, models.PROTECT, related_name="control")
    type = models.CharField(_("type"), max_length=8)
    due_at = models.DateTimeField(_("due since"), null=True, blank=True)
    forewarned_at = models.DateTimeField(_("advance notice given"), null=True, blank=True)
    objects_named = models.TextField(_("what is to be examined"), blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decision_note = models.TextField(_("why so decided"), blank=True)
    scheduled_at = models.DateTimeField(_("takes place"), null=True, blank=True)
    location = models.CharField(_("exact place"), max_length=120, blank=True)
    to_present = models.CharField(_("to be presented"), max_length=350, blank=True)
    scheduled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    examiner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    result_code = models.CharField(_("result"), max_length=8, blank=True)
    method = models.TextField(_("what was done, and how"), blank=True)
    finding = models.TextField(_("finding"), blank=True)
    quantities = models.JSONField(_("quantities"), default=list, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    recorded_at = models.DateTimeField(_("result recorded"), null=True, blank=True)
    ended_reason = models.CharField(_("why not carried out"), max_length=8, blank=True)
    ended_note = models.TextField(_("explanation"), blank=True)
    passed_to = models.CharField(_("passed on to"), max_length=8, blank=True)

    class Meta:
        verbose_name = _("control")
        verbose_name_plural = _("controls")
        constraints = [
            models.CheckConstraint(
                condition=Q(result_code="", recorded_at__isnull=True)
                | (~Q(result_code="") & Q(recorded_at__isnull=False, started_at__isnull=False)),
                name="control_result_of_a_started_control",
            )
        ]
        indexes = [models.Index(fields=["scheduled_at"], name="control_calendar")]

    def __str__(self) -> str:
        return f"{self.type} {self.measure_id}"


def picture_path(picture: "ControlPicture", name: str) -> str:
    """Return where a file is kept: under a name of ours, never under the one it came with."""
    return f"controls/{picture.control_id}/{uuid4().hex}"


class ControlPicture(models.Model):
    """A picture or paper taken at a control; kept apart until it was scanned."""

    class Scan(models.TextChoices):
        NOT_SCANNED = "not_scanned", _("Not scanned")
        CLEAN = "clean", _("Clean")
        INFECTED = "infected", _("Harmful, not given out")

    control = models.ForeignKey(Control, models.PROTECT, related_name="pictures")
    file = models.FileField(_("file"), upload_to=picture_path, max_length=120)
    name = models.CharField(_("name"), max_length=120)
    media_type = models.CharField(_("type"), max_length=40)
    size = models.PositiveIntegerField(_("size"))
    digest = models.CharField(_("SHA-256"), max_length=64)
    scan = models.CharField(
        _("scan"), max_length=12, choices=Scan.choices, default=Scan.NOT_SCANNED
    )
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(_("added"))

    class Meta:
        verbose_name = _("picture of a control")
        verbose_name_plural = _("pictures of controls")

    def __str__(self) -> str:
        return self.name
