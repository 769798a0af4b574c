"""Dated reference data: a row holds from `valid_from` up to, and not including, `valid_to`.

Rows are never deleted: what was valid when a declaration was judged stays known.
"""

from datetime import time
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from customs_portal.reference.querysets import DatedQuerySet, OfficeQuerySet


class DatedRow(models.Model):
    """A row of reference data with its period of validity."""

    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(
        _("valid to"),
        null=True,
        blank=True,
        help_text=_("First day on which it no longer holds."),
    )

    key_fields: ClassVar[tuple[str, ...]] = ()
    """The fields that, within one source, name a row."""

    class Meta:
        abstract = True


def _period_constraint(name: str) -> models.CheckConstraint:
    """Return the constraint that a period does not end before it begins."""
    return models.CheckConstraint(
        condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name=name
    )


class Code(DatedRow):
    """One code of a code list, named as in the message tables (`KindOfPackages`)."""

    list = models.CharField(_("code list"), max_length=40)
    code = models.CharField(_("code"), max_length=10)
    name = models.CharField(_("name"), max_length=400)
    attributes = models.JSONField(_("attributes"), default=dict, blank=True)

    key_fields = ("list", "code", "valid_from")
    objects = DatedQuerySet["Code"].as_manager()

    class Meta:
        verbose_name = _("code")
        verbose_name_plural = _("codes")
        ordering = ["list", "code", "valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["list", "code", "valid_from"], name="one_code_a_day"),
            _period_constraint("code_period"),
        ]

    def __str__(self) -> str:
        return f"{self.list} {self.code} {self.name}"


class Country(DatedRow):
    """A country (ICS code list CountryCodesFullList) and what it takes part in."""

    code = models.CharField(_("code"), max_length=2)
    name = models.CharField(_("name"), max_length=70)
    eu_member = models.BooleanField(_("member of the Union"))
    ics2_member = models.BooleanField(
        _("takes part in ICS2"),
        help_text=_("The Union, Norway, Switzerland, and Northern Ireland as XI."),
    )

    key_fields = ("code", "valid_from")
    objects = DatedQuerySet["Country"].as_manager()

    class Meta:
        verbose_name = _("country")
        verbose_name_plural = _("countries")
        ordering = ["code", "valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["code", "valid_from"], name="one_country_a_day"),
            _period_constraint("country_period"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Office(DatedRow):
    """A customs office with its an8 reference number: country and six characters."""

    class Kind(models.TextChoices):
        """What an office is for."""

        ENTRY = "entry", _("Office of entry")
        INLAND = "inland", _("Inland office")
        RISK_CENTRE = "risk_centre", _("Risk centre")

    reference = models.CharField(_("reference number"), max_length=8, unique=True)
    name = models.CharField(_("name"), max_length=70)
    country = models.CharField(_("country"), max_length=2, db_index=True)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices, default=Kind.ENTRY)
    place = models.CharField(_("place (UN/LOCODE)"), max_length=5)
    timezone = models.CharField(_("time zone"), max_length=40)
    illustrative = models.BooleanField(
        _("illustrative"), default=False, help_text=_("Made up for demonstration.")
    )

    key_fields = ("reference",)
    objects = OfficeQuerySet.as_manager()

    class Meta:
        verbose_name = _("customs office")
        verbose_name_plural = _("customs offices")
        ordering = ["reference"]
        constraints = [_period_constraint("office_period")]

    def __str__(self) -> str:
        return f"{self.reference} {self.name}"


class OfficeHours(models.Model):
    """When an office is open on a day of the week, in its own time zone; several rows add up."""

    class Weekday(models.IntegerChoices):
        """Days as Python counts them."""

        MONDAY = 0, _("Monday")
        TUESDAY = 1, _("Tuesday")
        WEDNESDAY = 2, _("Wednesday")
        THURSDAY = 3, _("Thursday")
        FRIDAY = 4, _("Friday")
        SATURDAY = 5, _("Saturday")
        SUNDAY = 6, _("Sunday")

    office = models.ForeignKey(Office, models.CASCADE, related_name="hours")
    weekday = models.PositiveSmallIntegerField(_("day"), choices=Weekday.choices)
    opens = models.TimeField(_("opens"))
    closes = models.TimeField(_("closes"), help_text=_("00:00 is the end of the day."))

    class Meta:
        verbose_name = _("opening hours")
        verbose_name_plural = _("opening hours")
        ordering = ["office", "weekday", "opens"]
        constraints = [
            models.UniqueConstraint(fields=["office", "weekday", "opens"], name="opens_once"),
            models.CheckConstraint(
                condition=Q(closes__gt=F("opens")) | Q(closes=time(0)),
                name="closes_after_it_opens",
                violation_error_message=_("It must close after it opens."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens:%H:%M}-{self.closes:%H:%M}"


class ReasonCode(DatedRow):
    """The reason of a decision; the set is ours, as no official list is public."""

    class Decision(models.TextChoices):
        """The decision that the reason belongs to."""

        CLEAR = "clear", _("No further action")
        DO_NOT_LOAD = "do_not_load", _("Do not load")
        LIFT_DO_NOT_LOAD = "lift_do_not_load", _("Lift do not load")
        HOLD = "hold", _("Hold")
        LIFT_HOLD = "lift_hold", _("Lift hold")
        CONTROL = "control", _("Control")
        NO_CONTROL = "no_control", _("No control")
        CONTROL_RESULT = "control_result", _("Result of a control")
        RELEASE = "release", _("Release")
        REFUSE = "refuse", _("Refusal")
        RFI = "rfi", _("Request for information")
        AMD = "amd", _("Request for amendment")
        RFS = "rfs", _("Request for screening")

    class SecondSignature(models.TextChoices):
        """Whether another person has to sign."""

        NO = "no", _("No")
        YES = "yes", _("Another officer")
        SUPERVISOR = "supervisor", _("A supervisor")
        OTHER_OFFICE = "other_office", _("Another officer, if another office placed it")
        SETTING = "setting", _("As set by the administration")

    class Announced(models.TextChoices):
        """Whether the trader is told."""

        NEVER = "never", _("Never")
        ALWAYS = "always", _("Always")
        CHOICE = "choice", _("The officer decides")
        LETTER = "letter", _("By letter, outside the portal")

    code = models.CharField(_("code"), max_length=6, unique=True)
    decision = models.CharField(_("decision"), max_length=16, choices=Decision.choices)
    title = models.CharField(_("title"), max_length=70)
    definition = models.TextField(_("definition"))
    use_when = models.TextField(_("use when"), blank=True)
    do_not_use_when = models.TextField(_("do not use when"), blank=True)
    second_signature = models.CharField(
        _("second signature"), max_length=12, choices=SecondSignature.choices
    )
    text_required = models.BooleanField(_("text required"))
    announced = models.CharField(_("announced"), max_length=6, choices=Announced.choices)
    announced_note = models.CharField(_("announced when"), max_length=70, blank=True)
    trader_text = models.TextField(_("text for the trader"), blank=True)
    statistics = models.CharField(_("counts in rule statistics as"), max_length=70, blank=True)

    key_fields = ("code",)
    objects = DatedQuerySet["ReasonCode"].as_manager()

    class Meta:
        verbose_name = _("reason code")
        verbose_name_plural = _("reason codes")
        ordering = ["code"]
        constraints = [_period_constraint("reason_code_period")]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class Load(models.Model):
    """One load of reference data; the newest one names the version in force."""

    loaded_at = models.DateTimeField(_("loaded at"))
    digest = models.CharField(_("digest"), max_length=64)
    counts = models.JSONField(_("rows"), default=dict)

    class Meta:
        verbose_name = _("load of reference data")
        verbose_name_plural = _("loads of reference data")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.loaded_at:%Y-%m-%d %H:%M} {self.digest[:12]}"


class NomenclatureEntry(DatedRow):
    """An entry of a large list that is looked up by code and never handed out as a whole."""

    class List(models.TextChoices):
        """The lists."""

        HS6 = "hs6", _("Harmonised System subheading")
        UN_NUMBER = "un_number", _("UN number")
        PLACE = "place", _("UN/LOCODE")

    list = models.CharField(_("list"), max_length=12, choices=List.choices)
    code = models.CharField(_("code"), max_length=8)
    name = models.CharField(_("name"), max_length=200, blank=True)

    key_fields = ("list", "code")
    objects = DatedQuerySet["NomenclatureEntry"].as_manager()

    class Meta:
        verbose_name = _("nomenclature entry")
        verbose_name_plural = _("nomenclature entries")
        ordering = ["list", "code"]
        constraints = [
            models.UniqueConstraint(fields=["list", "code"], name="one_entry_per_code"),
            _period_constraint("nomenclature_period"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}".strip()
