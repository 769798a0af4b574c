"""Publications of rule sets, reviews of rules, and re-assessments that publications ask for."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from risk.models.rule import RuleSetVersion, RuleVersion


class Publication(models.Model):
    """A change of the published rules: proposed by one person, published by another.

    `base` is the rule set that the change was proposed on; where another one has come into force
    meanwhile, the change is looked at again. `again`: a rule set that is taken back into force.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        PUBLISHED = "published", _("Published")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    class Reach(models.TextChoices):
        NEW = "new", _("New declarations only")
        OPEN = "open", _("Also declarations that are still open")

    base = models.ForeignKey(
        RuleSetVersion, models.PROTECT, null=True, blank=True, related_name="+"
    )
    again = models.ForeignKey(
        RuleSetVersion, models.PROTECT, null=True, blank=True, related_name="+"
    )
    versions = ArrayField(
        models.BigIntegerField(), verbose_name=_("versions to bring in"), default=list
    )
    retired = ArrayField(models.BigIntegerField(), verbose_name=_("rules to retire"), default=list)
    switched_on = ArrayField(
        models.BigIntegerField(), verbose_name=_("profiles to switch on"), default=list
    )
    switched_off = ArrayField(
        models.BigIntegerField(), verbose_name=_("profiles to switch off"), default=list
    )
    reach = models.CharField(
        _("applies to"), max_length=4, choices=Reach.choices, default=Reach.NEW
    )
    reason = models.TextField(_("why"), blank=True)
    urgent = models.BooleanField(_("urgent"), default=False)
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.PROPOSED
    )
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(_("proposed"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    rule_set = models.OneToOneField(
        RuleSetVersion, models.PROTECT, null=True, blank=True, related_name="publication"
    )

    class Meta:
        verbose_name = _("publication")
        verbose_name_plural = _("publications")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="published", rule_set__isnull=False)
                & ~Q(decided_by=F("proposed_by"))
                | ~Q(state="published") & Q(rule_set__isnull=True),
                name="published_by_another_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.get_state_display()}"


class RuleReview(models.Model):
    """That a rule version is to be looked at again, and what came of it.

    Planned ones come on the day that the version names; one after an urgent publication comes at
    once, and is for somebody other than who published it.
    """

    class Cause(models.TextChoices):
        PLANNED = "planned", _("Planned")
        URGENT = "urgent", _("After urgent publication")

    version = models.ForeignKey(RuleVersion, models.PROTECT, related_name="reviews")
    cause = models.CharField(_("cause"), max_length=8, choices=Cause.choices)
    due_on = models.DateField(_("due"))
    asked_at = models.DateTimeField(_("asked"))
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    reviewed_at = models.DateTimeField(_("reviewed"), null=True, blank=True)
    finding = models.TextField(_("what came of it"), blank=True)
    next_on = models.DateField(_("next review"), null=True, blank=True)

    class Meta:
        verbose_name = _("review of a rule")
        verbose_name_plural = _("reviews of rules")
        constraints = [
            models.UniqueConstraint(
                fields=["version", "cause", "due_on"], name="one_review_for_each_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.version} {self.due_on}"


class Reassessment(models.Model):
    """That open declarations are held against a new rule set, and how far that has come."""

    class State(models.TextChoices):
        RUNNING = "running", _("Running")
        FINISHED = "finished", _("Finished")
        STOPPED = "stopped", _("Stopped")

    rule_set = models.OneToOneField(RuleSetVersion, models.PROTECT, related_name="reassessment")
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.RUNNING)
    last_ens = models.BigIntegerField(_("last ENS looked at"), default=0)
    total = models.PositiveIntegerField(_("to look at"))
    looked_at = models.PositiveIntegerField(_("looked at"), default=0)
    changed = models.PositiveIntegerField(_("with new hits"), default=0)
    started_at = models.DateTimeField(_("started"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("re-assessment")
        verbose_name_plural = _("re-assessments")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="running", ended_at__isnull=True)
                | ~Q(state="running") & Q(ended_at__isnull=False),
                name="running_until_ended",
            )
        ]

    def __str__(self) -> str:
        return f"{self.rule_set} {self.get_state_display()}"
