"""Possible infringements of the duty to declare, and what a supervisor makes of them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from declarations.models.arrival import ArrivalLine
from declarations.models.filing import Filing
from declarations.querysets import InfringementQuerySet


class Infringement(models.Model):
    """Something an operator may have done wrong: a candidate until an officer opens it.

    It concerns a filing or a line of an arrival, and is no judgement by itself.
    """

    class Kind(models.TextChoices):
        LATE = "late", _("Declared late")
        MISSING = "missing", _("Arrived without a declaration")
        REJECTED = "rejected", _("Rejected again and again")
        WRONG_DATA = "wrong_data", _("Data found wrong by a control")
        LOADED = "loaded", _("Loaded against an instruction")

    class State(models.TextChoices):
        CANDIDATE = "candidate", _("Candidate")
        OPENED = "opened", _("Opened")
        PROPOSED = "proposed", _("Penalty proposed")
        DECIDED = "decided", _("Decided")
        DISMISSED = "dismissed", _("Dismissed")

    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    state = models.CharField(_("state"), max_length=12, choices=State.choices)
    office = models.CharField(_("office"), max_length=8)
    operator = models.CharField(_("operator"), max_length=17, blank=True)
    filing = models.ForeignKey(
        Filing, models.PROTECT, null=True, blank=True, related_name="infringements"
    )
    line = models.ForeignKey(
        ArrivalLine, models.PROTECT, null=True, blank=True, related_name="infringements"
    )
    facts = models.CharField(_("facts"), max_length=400)
    found_at = models.DateTimeField(_("found"))
    penalty = models.CharField(_("proposed penalty"), max_length=200, blank=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    note = models.TextField(_("reason"), blank=True)

    objects = InfringementQuerySet.as_manager()

    class Meta:
        verbose_name = _("infringement")
        verbose_name_plural = _("infringements")
        constraints = [
            models.CheckConstraint(
                condition=Q(filing__isnull=False, line__isnull=True)
                | Q(filing__isnull=True, line__isnull=False),
                name="infringement_concerns_one_thing",
            ),
            models.UniqueConstraint(fields=["kind", "filing"], name="one_infringement_per_filing"),
            models.UniqueConstraint(fields=["kind", "line"], name="one_infringement_per_line"),
            models.CheckConstraint(
                condition=~Q(state="decided") | ~Q(proposed_by=models.F("decided_by")),
                name="infringement_decided_by_another",
            ),
        ]
        indexes = [models.Index(fields=["office", "state", "-found_at"], name="infringement_list")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.operator}".strip()
