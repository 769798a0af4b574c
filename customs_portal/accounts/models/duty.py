"""Who works where and when, who stands in for whom, and who keeps out of what."""

from typing import Self, TypeVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from customs_portal.accounts.models.people import Role, User
from customs_portal.accounts.periods import Period, PeriodQuerySet, in_order, no_overlap
from customs_portal.events.changes import tracked

Row = TypeVar("Row", bound=models.Model)


class OfficeMembership(Period):
    """That an official belongs to an office for a time."""

    user = models.ForeignKey(User, models.CASCADE, related_name="office_memberships")
    office = models.ForeignKey("reference.Office", models.PROTECT, related_name="memberships")

    objects = PeriodQuerySet["OfficeMembership"].as_manager()

    class Meta:
        triggers = [tracked()]
        verbose_name = _("office membership")
        verbose_name_plural = _("office memberships")
        constraints = [
            in_order("office_membership_period"),
            no_overlap("one_membership_per_office", "user", "office"),
        ]

    def __str__(self) -> str:
        return f"{self.user} at {self.office}"


class Team(models.Model):
    """Officials of one office who share their work under a supervisor."""

    office = models.ForeignKey(
        "reference.Office", models.PROTECT, related_name="teams", verbose_name=_("office")
    )
    name = models.CharField(_("name"), max_length=70)
    supervisor = models.ForeignKey(
        User,
        models.PROTECT,
        related_name="teams_led",
        verbose_name=_("supervisor"),
        limit_choices_to={"role": "supervisor"},
    )
    members: "models.ManyToManyField[User, TeamMembership]" = models.ManyToManyField(
        User, through="TeamMembership", related_name="teams", verbose_name=_("members")
    )

    class Meta:
        triggers = [tracked()]
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering = ["office__reference", "name"]
        constraints = [
            models.UniqueConstraint(fields=["office", "name"], name="one_team_of_a_name"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.office.reference})"


class TeamMembership(models.Model):
    """That an official is in a team."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(
        User,
        models.CASCADE,
        related_name="team_memberships",
        verbose_name=_("member"),
        limit_choices_to={"role__in": ("officer", "supervisor")},
    )

    class Meta:
        triggers = [tracked()]
        verbose_name = _("member of a team")
        verbose_name_plural = _("members of a team")
        constraints = [
            models.UniqueConstraint(fields=["team", "user"], name="once_in_a_team"),
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.team}"


class Substitution(Period):
    """That one official stands in for another and has the other's offices meanwhile.

    It passes on the absent person's own offices only, never those they have as a substitute.
    """

    absent = models.ForeignKey(
        User,
        models.CASCADE,
        related_name="absences",
        verbose_name=_("absent"),
        limit_choices_to={"role__in": ("officer", "supervisor")},
    )
    substitute = models.ForeignKey(
        User,
        models.CASCADE,
        related_name="substitutions",
        verbose_name=_("substitute"),
        limit_choices_to={"role__in": ("officer", "supervisor")},
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    objects = PeriodQuerySet["Substitution"].as_manager()

    class Meta:
        triggers = [tracked()]
        verbose_name = _("substitution")
        verbose_name_plural = _("substitutions")
        ordering = ["-valid_from", "-id"]
        constraints = [
            in_order("substitution_period"),
            no_overlap("one_substitute_at_a_time", "absent"),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=False, valid_to__isnull=False),
                name="substitution_has_an_end",
                violation_error_message=_("Say from when until when."),
            ),
            models.CheckConstraint(
                condition=~Q(absent=F("substitute")),
                name="nobody_is_their_own_substitute",
                violation_error_message=_("Nobody stands in for themselves."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.substitute} for {self.absent}"


class RecusalQuerySet(PeriodQuerySet[Row]):
    """Recusals by who may know of them."""

    def visible_to(self, user: User) -> Self:
        """Keep the user's own; a supervisor sees those at their offices, oversight sees all."""
        if user.role in (Role.ADMINISTRATOR, Role.AUDITOR):
            return self
        if user.role != Role.SUPERVISOR:
            return self.filter(user=user)
        from customs_portal.accounts.policies import office_references

        offices = office_references(user)
        members = OfficeMembership.objects.filter(office__reference__in=offices).values("user")
        return self.filter(Q(user=user) | Q(user__in=members))


class Recusal(Period):
    """That an official keeps out of whatever an operator has to do with."""

    user = models.ForeignKey(
        User,
        models.CASCADE,
        related_name="recusals",
        verbose_name=_("official"),
        limit_choices_to={"role__in": ("officer", "supervisor", "analyst", "approver")},
    )
    eori = models.CharField(_("EORI"), max_length=17)
    reason = models.CharField(_("reason"), max_length=200)
    declared_at = models.DateTimeField(_("declared"))

    objects = RecusalQuerySet["Recusal"].as_manager()

    class Meta:
        triggers = [tracked()]
        verbose_name = _("recusal")
        verbose_name_plural = _("recusals")
        ordering = ["-declared_at"]
        constraints = [
            in_order("recusal_period"),
            no_overlap("one_recusal_per_operator", "user", "eori"),
        ]

    def __str__(self) -> str:
        return f"{self.user} keeps out of {self.eori}"
