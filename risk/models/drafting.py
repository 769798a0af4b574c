"""Drafts of rules, on their way to a version."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from risk.models.content import RuleContent
from risk.models.rule import Rule, RuleVersion


class RuleDraft(RuleContent):
    """A rule as somebody writes it; once another person approves it, it becomes a version.

    `outline` is the condition as the builder holds it, which may be incomplete. `revision` goes up
    with each change; whoever works on an older one is told, unless that was their own. `editors`
    are all who changed it; none of them may approve it.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PROPOSED = "proposed", _("Proposed")
        APPROVED = "approved", _("Approved")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    rule = models.ForeignKey(Rule, models.PROTECT, related_name="drafts")
    base = models.ForeignKey(
        RuleVersion, models.PROTECT, null=True, blank=True, related_name="drafts_from"
    )
    outline = models.JSONField(_("condition"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DRAFT)
    revision = models.PositiveIntegerField(_("revision"), default=1)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("author")
    )
    editors = ArrayField(models.BigIntegerField(), verbose_name=_("editors"), default=list)
    created_at = models.DateTimeField(_("created"))
    changed_at = models.DateTimeField(_("changed"))
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    proposed_at = models.DateTimeField(_("proposed"), null=True, blank=True)
    question = models.TextField(_("why it was sent back"), blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    version = models.OneToOneField(
        RuleVersion, models.PROTECT, null=True, blank=True, related_name="draft"
    )

    class Meta:
        verbose_name = _("draft of a rule")
        verbose_name_plural = _("drafts of rules")
        constraints = [
            models.UniqueConstraint(
                fields=["rule"],
                condition=Q(state__in=["draft", "proposed"]),
                name="one_open_draft_per_rule",
            ),
            models.CheckConstraint(
                condition=Q(state="approved", version__isnull=False)
                | ~Q(state="approved") & Q(version__isnull=True),
                name="approved_draft_has_version",
            ),
            models.CheckConstraint(
                condition=~Q(state="approved")
                | ~Q(decided_by=F("author")) & ~Q(decided_by=F("proposed_by")),
                name="no_draft_approved_by_its_author",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule.code} ({self.get_state_display()})"
