"""Arrivals: one notification for one means of transport, and what it names."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from declarations.models.ens import Ens
from declarations.querysets import ArrivalLineQuerySet, ArrivalQuerySet


class Arrival(models.Model):
    """That a means of transport has arrived at an office of ours (LIFECYCLE section 8).

    `call` is the key by which a second notification of the same arrival is known. It was notified
    by a message of an operator, or recorded by an officer. One of ICS2 has an MRN of its own, and
    tells whom else to notify (EORI numbers).
    """

    class State(models.TextChoices):
        REGISTERED = "registered", _("Registered")
        MATCHED = "matched", _("Matched")

    state = models.CharField(_("state"), max_length=12, choices=State.choices)
    call = models.CharField(_("call"), max_length=120, unique=True)
    reference = models.CharField(_("reference"), max_length=22)
    transport_mode = models.CharField(_("transport mode"), max_length=2)
    means = models.CharField(_("means of transport"), max_length=35, blank=True)
    office = models.CharField(_("office of arrival"), max_length=8)
    intended_office = models.BooleanField(_("intended office of first entry"), default=True)
    expected_on = models.DateField(_("expected on"), null=True, blank=True)
    arrived_at = models.DateTimeField(_("arrived"))
    notified_by = models.CharField(_("notified by"), max_length=17, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    message_id = models.BigIntegerField(_("message"), null=True, blank=True)
    received_at = models.DateTimeField(_("received"))
    mrn = models.CharField(_("MRN"), max_length=18, unique=True, null=True, blank=True)
    notify_parties = ArrayField(
        models.CharField(max_length=17), verbose_name=_("notify parties"), default=list, blank=True
    )

    objects = ArrivalQuerySet.as_manager()

    class Meta:
        verbose_name = _("arrival")
        verbose_name_plural = _("arrivals")
        constraints = [
            models.CheckConstraint(
                condition=Q(message_id__isnull=False, recorded_by__isnull=True)
                | Q(message_id__isnull=True, recorded_by__isnull=False),
                name="arrival_notified_or_recorded",
            ),
            models.UniqueConstraint(
                fields=["notified_by", "reference"],
                condition=Q(mrn__isnull=False),
                name="arrival_lrn_used_once",
            ),
        ]
        indexes = [
            models.Index(fields=["means", "arrived_at"], name="arrival_means"),
            models.Index(fields=["office", "-arrived_at"], name="arrival_office"),
        ]

    def __str__(self) -> str:
        return f"{self.means or self.reference} {self.arrived_at:%Y-%m-%d}"


class ArrivalLine(models.Model):
    """Something that an arrival names: an MRN, or a container or transport document without one.

    `items` are the numbers of the goods items that came, all where it is empty. A line without a
    declaration waits for one, for the answer of the declared office, or for an officer.
    """

    class State(models.TextChoices):
        MATCHED = "matched", _("Matched")
        UNMATCHED = "unmatched", _("No declaration")
        ASKED = "asked", _("Declared office asked")
        WAIVED = "waived", _("No declaration needed")
        RESOLVED = "resolved", _("Declared afterwards")

    OPEN = (State.UNMATCHED, State.ASKED)

    class FoundBy(models.TextChoices):
        MRN = "mrn", _("MRN")
        MEANS = "means", _("Means of transport and time")
        DOCUMENT = "document", _("Transport document")
        CONTAINER = "container", _("Container")

    class Waiver(models.TextChoices):
        MAIL = "mail", _("Correspondence by post")
        PIPELINE = "pipeline", _("Electricity or pipeline")
        PARTNER_TRAFFIC = "partner_traffic", _("From a country of the common security area")
        UNION_GOODS = "union_goods", _("Union goods with proof")
        EMPTY_CONTAINER = "empty_container", _("Empty container of the carrier")
        STORES = "stores", _("Stores of the ship or aircraft")

    class Hold(models.TextChoices):
        NONE = "none", _("Not held")
        IN_FORCE = "in_force", _("Held")
        MOVED = "moved", _("Held under its declaration")
        LIFTED = "lifted", _("Hold lifted")

    arrival = models.ForeignKey(Arrival, models.PROTECT, related_name="lines", db_index=False)
    number = models.PositiveIntegerField(_("number"))
    state = models.CharField(_("state"), max_length=12, choices=State.choices)
    found_by = models.CharField(_("found by"), max_length=12, choices=FoundBy.choices, blank=True)
    ens = models.ForeignKey(Ens, models.PROTECT, null=True, blank=True, related_name="arrivals")
    mrn = models.CharField(_("MRN"), max_length=18, blank=True)
    country = models.CharField(_("country of declaration"), max_length=2, blank=True)
    container = models.CharField(_("container"), max_length=17, blank=True)
    document = models.CharField(_("transport document"), max_length=70, blank=True)
    items = ArrayField(models.PositiveIntegerField(), verbose_name=_("goods items"), default=list)
    description = models.CharField(_("description"), max_length=200, blank=True)
    from_outside = models.BooleanField(_("carried from outside"), default=False)
    hold = models.CharField(_("hold"), max_length=8, choices=Hold.choices, default=Hold.NONE)
    hold_lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    waiver = models.CharField(_("waiver"), max_length=16, choices=Waiver.choices, blank=True)
    note = models.CharField(_("note"), max_length=400, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)

    objects = ArrivalLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("line of an arrival")
        verbose_name_plural = _("lines of arrivals")
        constraints = [
            models.UniqueConstraint(fields=["arrival", "number"], name="one_line_per_number"),
            models.CheckConstraint(
                condition=Q(state__in=("matched", "resolved"), ens__isnull=False)
                | Q(state__in=("unmatched", "asked", "waived"), ens__isnull=True),
                name="matched_line_has_ens",
            ),
            models.CheckConstraint(
                condition=~Q(state="waived") | ~Q(waiver=""), name="waived_line_has_waiver"
            ),
            models.CheckConstraint(
                condition=~Q(hold="in_force") | Q(state="unmatched"), name="only_unmatched_is_held"
            ),
        ]
        indexes = [
            models.Index(
                fields=["mrn"],
                condition=Q(state__in=("unmatched", "asked")),
                name="open_line_mrn",
            ),
            models.Index(
                fields=["container"],
                condition=Q(state__in=("unmatched", "asked")),
                name="open_line_container",
            ),
            models.Index(
                fields=["document"],
                condition=Q(state__in=("unmatched", "asked")),
                name="open_line_document",
            ),
        ]

    def __str__(self) -> str:
        return self.mrn or self.container or self.document or self.description

    @property
    def declared_in(self) -> str:
        """Return the State where it was declared, as reported or as its MRN says; empty if none."""
        return self.country or self.mrn[2:4]

    @property
    def is_open(self) -> bool:
        """Whether it still waits for a declaration, an answer or an officer."""
        return self.state in self.OPEN
