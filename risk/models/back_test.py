"""Back-tests: what a rule, or a whole rule set, would have found in a period of the past."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from risk.models.drafting import RuleDraft
from risk.models.rule import RuleSetVersion


class BackTest(models.Model):
    """One question to history: a rule as it is written now, or a published rule set.

    It is answered in parts; nothing else comes of it. `rule` is the rule as the engine takes it,
    with what it said when the test was asked for.
    """

    class State(models.TextChoices):
        RUNNING = "running", _("Running")
        FINISHED = "finished", _("Finished")
        CANCELLED = "cancelled", _("Cancelled")
        FAILED = "failed", _("Failed")

    rule = models.JSONField(_("rule"), null=True, blank=True)
    rule_set = models.ForeignKey(
        RuleSetVersion, models.PROTECT, null=True, blank=True, related_name="+"
    )
    draft = models.ForeignKey(
        RuleDraft, models.PROTECT, null=True, blank=True, related_name="back_tests"
    )
    begins_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.RUNNING
    )
    total = models.PositiveIntegerField(_("declarations"), default=0)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("asked"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("back-test")
        verbose_name_plural = _("back-tests")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(rule__isnull=True) ^ Q(rule_set__isnull=True),
                name="back_test_of_rule_or_rule_set",
            ),
            models.CheckConstraint(
                condition=Q(state="running", ended_at__isnull=True)
                | ~Q(state="running") & Q(ended_at__isnull=False),
                name="back_test_runs_until_ended",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.get_state_display()}"


class BackTestPart(models.Model):
    """Some of the versions to look at, by id from `first` to `last`, and what was found there.

    `days` holds [day, office, mode, declarations hit], `rules` the declarations by rule code, and
    `overlap` those that the stored hits of another rule have found too.
    """

    back_test = models.ForeignKey(BackTest, models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField(_("number"))
    first = models.BigIntegerField(_("first version"))
    last = models.BigIntegerField(_("last version"))
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    done = models.BooleanField(_("done"), default=False)
    looked_at = models.PositiveIntegerField(_("looked at"), default=0)
    hits = models.PositiveIntegerField(_("declarations hit"), default=0)
    days = models.JSONField(_("hits by day, office and mode"), default=list)
    rules = models.JSONField(_("hits by rule"), default=dict)
    overlap = models.JSONField(_("hits of other rules"), default=dict)
    samples = models.JSONField(_("samples"), default=list)
    decided = models.PositiveIntegerField(_("decided by a person"), default=0)
    confirmed = models.PositiveIntegerField(_("with a positive result"), default=0)
    minutes = models.JSONField(_("minutes of work"), default=list)

    class Meta:
        verbose_name = _("part of a back-test")
        verbose_name_plural = _("parts of back-tests")
        constraints = [
            models.UniqueConstraint(
                fields=["back_test", "number"], name="one_back_test_part_per_number"
            )
        ]
        indexes = [
            models.Index(fields=["back_test"], condition=Q(done=False), name="back_test_to_do")
        ]

    def __str__(self) -> str:
        return f"{self.back_test_id} {self.number}"
