"""How the filings of ICS2 are linked: by which keys, and which below which."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from declarations.models.filing import Filing
from declarations.querysets import FilingLinkQuerySet


class LinkKey(models.Model):
    """A key of a live filing (`declarations.linking`); it goes when the filing ends.

    A claim belongs to one filing at a time. An offer is `settled` when what it expects was filed
    and withdrawn by its filer: nobody is asked for it again.
    """

    class Side(models.TextChoices):
        OFFER = "offer", _("Offered to filings below")
        ASK = "ask", _("Asked of a filing above")
        CLAIM = "claim", _("Claimed for this filing alone")

    filing = models.ForeignKey(Filing, models.CASCADE, related_name="link_keys", db_index=False)
    side = models.CharField(_("side"), max_length=5, choices=Side.choices)
    value = models.CharField(_("key"), max_length=240)
    rank = models.PositiveSmallIntegerField(_("rank"), default=0)
    expected = models.CharField(_("what is expected"), max_length=240, blank=True)
    named = models.CharField(_("supplementary declarant"), max_length=17, blank=True)
    document = models.CharField(_("transport document"), max_length=75, blank=True)
    settled = models.BooleanField(_("filed and withdrawn"), default=False, db_default=False)

    class Meta:
        verbose_name = _("linking key")
        verbose_name_plural = _("linking keys")
        constraints = [
            models.UniqueConstraint(
                fields=["value"], condition=Q(side="claim"), name="one_filing_per_claim"
            )
        ]
        indexes = [
            models.Index(fields=["value", "side"], name="link_key_value"),
            models.Index(fields=["filing", "side"], name="link_key_filing"),
            models.Index(
                fields=["named"], condition=Q(side="offer") & ~Q(named=""), name="link_key_named"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.side} {self.value}"


class FilingLink(models.Model):
    """That one filing stands below another, from when to when.

    An officer's link says who confirmed it and why, and what was `expected` of the one above it.
    `waits` while the house is not yet part of the other's ENS: its analysis before loading is open.
    """

    lower = models.ForeignKey(Filing, models.PROTECT, related_name="links_up", db_index=False)
    upper = models.ForeignKey(Filing, models.PROTECT, related_name="links_down", db_index=False)
    linked_at = models.DateTimeField(_("linked"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    waits = models.BooleanField(_("waits for the analysis before loading"), default=False)
    expected = models.CharField(_("what was expected"), max_length=240, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    reason = models.CharField(_("reason"), max_length=400, blank=True)

    objects = FilingLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("link of filings")
        verbose_name_plural = _("links of filings")
        constraints = [
            models.UniqueConstraint(
                fields=["lower"], condition=Q(ended_at__isnull=True), name="one_link_upwards"
            ),
            models.CheckConstraint(condition=~Q(lower=models.F("upper")), name="not_below_itself"),
        ]
        indexes = [
            models.Index(fields=["lower", "-id"], name="filing_link_lower"),
            models.Index(
                fields=["upper"], condition=Q(ended_at__isnull=True), name="filing_link_upper"
            ),
            models.Index(
                fields=["id"],
                condition=Q(ended_at__isnull=True, waits=True),
                name="filing_link_waits",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lower_id} below {self.upper_id}"
