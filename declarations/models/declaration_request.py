"""What we ask of other administrations by IE302: the declarations of goods that arrived with us."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from declarations.models.arrival import Arrival
from declarations.querysets import DeclarationRequestQuerySet


class DeclarationRequest(models.Model):
    """One request to one State for the declarations of one arrival (LIFECYCLE section 7).

    `mrns` are those that it asks for, none where it asks by the entry key of the means. `refused`
    are pairs of MRN and error of the answer.
    """

    class State(models.TextChoices):
        ASKED = "asked", _("Asked")
        ANSWERED = "answered", _("Answered")
        TIMED_OUT = "timed_out", _("Not answered in time")

    reference = models.CharField(_("reference"), max_length=22, unique=True)
    country = models.CharField(_("asked"), max_length=2)
    office = models.CharField(_("our office"), max_length=8)
    arrival = models.ForeignKey(
        Arrival, models.PROTECT, related_name="requests", verbose_name=_("arrival")
    )
    mrns = ArrayField(models.CharField(max_length=18), default=list, verbose_name=_("MRNs"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.ASKED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=1)
    asked_at = models.DateTimeField(_("asked at"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    given = ArrayField(models.CharField(max_length=18), default=list, verbose_name=_("given"))
    refused = models.JSONField(_("refused"), default=list)

    objects = DeclarationRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request for declarations")
        verbose_name_plural = _("requests for declarations")
        indexes = [
            models.Index(
                fields=["asked_at"], condition=models.Q(state="asked"), name="request_waiting"
            )
        ]

    def __str__(self) -> str:
        return self.reference
