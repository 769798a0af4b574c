"""ENS: the unit of analysis, its versions, and the offices on its way."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from customs_portal.events.append_only import append_only
from declarations.models.filing import Filing
from declarations.querysets import EnsQuerySet
from declarations.traffic import TrafficClass

TRAFFIC_CLASSES = [
    (TrafficClass.DEEP_SEA_CONTAINER.value, _("Deep sea, containers")),
    (TrafficClass.DEEP_SEA_BULK.value, _("Deep sea, bulk and general cargo")),
    (TrafficClass.SHORT_SEA.value, _("Short sea")),
    (TrafficClass.SHORT_VOYAGE.value, _("Voyage under 24 hours to an outermost region")),
    (TrafficClass.FERRY.value, _("Ferry")),
    (TrafficClass.INLAND_WATER.value, _("Inland waterway")),
    (TrafficClass.AIR_LONG_HAUL.value, _("Long-haul flight")),
    (TrafficClass.AIR_SHORT_HAUL.value, _("Short-haul flight")),
    (TrafficClass.RAIL.value, _("Rail")),
    (TrafficClass.RAIL_SHORT.value, _("Rail, under two hours from the last station abroad")),
    (TrafficClass.ROAD.value, _("Road")),
]
"""The classes in words."""


class Ens(models.Model):
    """One IE315, one full ICS2 filing, or a master with its linked houses (LIFECYCLE section 3).

    `completeness` says whether the houses below a full or master filing of ICS2 were filed; it is
    empty for IE315 and for a house. What is linked below another is `absorbed_by` it, and has its
    own ENS back when the link ends. Where no arrival is declared, `expected_arrival` is the end of
    validity.
    """

    class Status(models.TextChoices):
        FORMING = "forming", _("Forming")
        READY = "ready", _("Ready")
        IN_ANALYSIS = "in_analysis", _("In analysis")
        ASSESSED = "assessed", _("Assessed")
        DIVERTED = "diverted", _("Diverted")
        INVALIDATED = "invalidated", _("Invalidated")
        CLOSED = "closed", _("Closed")
        ABSORBED = "absorbed", _("Part of another ENS")

    class OurRole(models.TextChoices):
        FIRST_ENTRY = "first_entry", _("Office of first entry")
        LODGEMENT = "lodgement", _("Office of lodgement")
        SUBSEQUENT_ENTRY = "subsequent_entry", _("Office of subsequent entry")
        ACTUAL_FIRST_ENTRY = "actual_first_entry", _("Actual office of first entry")
        INVOLVED = "involved", _("Involved Member State")

    class Completeness(models.TextChoices):
        PENDING = "pending", _("Waits for house filings")
        COMPLETE = "complete", _("Complete")
        CONSIDERED_COMPLETE = "considered_complete", _("Considered complete")

    status = models.CharField(_("status"), max_length=16, choices=Status.choices)
    completeness = models.CharField(
        _("completeness"),
        max_length=20,
        choices=Completeness.choices,
        blank=True,
        default="",
        db_default="",
    )
    role = models.CharField(
        _("our role"), max_length=20, choices=OurRole.choices, default=OurRole.FIRST_ENTRY
    )
    mrn = models.CharField(_("MRN"), max_length=18, unique=True)
    version = models.PositiveIntegerField(_("version"), default=1)
    transport_mode = models.CharField(_("transport mode"), max_length=2)
    means = models.CharField(_("means of transport"), max_length=35, blank=True)
    office_of_first_entry = models.CharField(_("office of first entry"), max_length=8)
    expected_arrival = models.DateTimeField(_("expected arrival"))
    registered_at = models.DateTimeField(_("registered"))
    analysis_ends_at = models.DateTimeField(_("analysis window ends"))
    traffic_correction = models.CharField(
        _("corrected traffic class"),
        max_length=20,
        choices=TRAFFIC_CLASSES,
        blank=True,
        default="",
        db_default="",
    )
    absorbed_by = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="absorbed"
    )

    objects = EnsQuerySet.as_manager()

    class Meta:
        verbose_name = _("ENS")
        verbose_name_plural = _("ENS")
        indexes = [
            models.Index(fields=["-registered_at"], name="ens_registered"),
            models.Index(fields=["means", "expected_arrival"], name="ens_means"),
            models.Index(
                fields=["analysis_ends_at"],
                condition=models.Q(status="forming"),
                name="ens_forming",
            ),
            models.Index(
                fields=["-analysis_ends_at"],
                condition=models.Q(completeness="considered_complete"),
                name="ens_considered",
            ),
        ]

    def __str__(self) -> str:
        return self.mrn

    def corrected_traffic(self) -> TrafficClass | None:
        """Return the class that an officer put in place of the derived one."""
        return TrafficClass(self.traffic_correction) if self.traffic_correction else None


class EnsMember(models.Model):
    """That a filing belongs to an ENS."""

    ens = models.ForeignKey(Ens, models.PROTECT, related_name="members")
    filing = models.OneToOneField(Filing, models.PROTECT, related_name="membership")

    class Meta:
        verbose_name = _("member of an ENS")
        verbose_name_plural = _("members of an ENS")

    def __str__(self) -> str:
        return f"{self.filing} in {self.ens_id}"


class EnsVersion(models.Model):
    """The exact list of filing versions that was analysed. Never changed."""

    ens = models.ForeignKey(Ens, models.PROTECT, related_name="versions", db_index=False)
    number = models.PositiveIntegerField(_("number"), default=1)
    filing_versions = ArrayField(models.BigIntegerField(), verbose_name=_("filing versions"))
    created_at = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("ENS version")
        verbose_name_plural = _("ENS versions")
        constraints = [
            models.UniqueConstraint(fields=["ens", "number"], name="one_ens_version_per_number")
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.ens_id} v{self.number}"


class EntryLeg(models.Model):
    """One office on the itinerary, the first with sequence 0."""

    ens = models.ForeignKey(Ens, models.PROTECT, related_name="legs", db_index=False)
    sequence = models.PositiveSmallIntegerField(_("sequence"))
    office = models.CharField(_("office"), max_length=8)
    country = models.CharField(_("country"), max_length=2)

    class Meta:
        verbose_name = _("entry leg")
        verbose_name_plural = _("entry legs")
        constraints = [
            models.UniqueConstraint(fields=["ens", "sequence"], name="one_leg_per_sequence")
        ]
        indexes = [models.Index(fields=["office", "ens"], name="leg_office")]

    def __str__(self) -> str:
        return f"{self.office} ({self.sequence})"
