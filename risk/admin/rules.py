"""Rules, published rule sets and reference lists in the admin: to be read."""

from typing import Any

import msgspec
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from customs_portal.admin_access import AUDIT, RULES, RoleAdmin, RoleInline
from declarations.admin import link_to, user_of
from risk.models import (
    ConfirmedFind,
    Publication,
    Reassessment,
    ReferenceList,
    ReferenceListEntry,
    RiskProfile,
    Rule,
    RuleDraft,
    RuleReview,
    RuleSetVersion,
    RuleVersion,
)


class RulesAdmin(RoleAdmin):
    """What analysts and approvers read here; rules are changed by publishing."""

    looked_at_as = "rule"
    readers = RULES | AUDIT


class RuleVersionInline(RoleInline):
    """The versions of a rule."""

    model = RuleVersion
    readers = RULES | AUDIT
    fields = ("number", "outcome", "severity", "score", "created_at")
    ordering = ("-number",)
    parents = ("rule",)
    show_change_link = True


@admin.register(RiskProfile)
class RiskProfileAdmin(RulesAdmin):
    """Risk profiles."""

    list_display = ("code", "name", "active")
    list_filter = ("active",)
    search_fields = ("code", "name")


@admin.register(Rule)
class RuleAdmin(RulesAdmin):
    """Rules with their versions."""

    list_display = ("code", "title", "family", "profile")
    list_filter = ("profile", "family")
    list_select_related = ("profile",)
    search_fields = ("code", "title")
    inlines = (RuleVersionInline,)


@admin.register(RuleVersion)
class RuleVersionAdmin(RulesAdmin):
    """What a rule says, version for version."""

    list_display = ("__str__", "outcome", "severity", "score", "created_by", "created_at")
    list_filter = ("outcome", "severity")
    list_select_related = ("rule", "created_by")
    search_fields = ("rule__code", "rule__title")
    date_hierarchy = "created_at"
    ordering = ("rule__code", "-number")
    exclude = ("expression",)
    readonly_fields = ("tree",)

    @admin.display(description=_("expression"))
    def tree(self, version: RuleVersion) -> SafeString:
        """Show the expression as indented text."""
        text = msgspec.json.format(msgspec.json.encode(version.expression), indent=2)
        return format_html("<pre>{}</pre>", text.decode())


@admin.register(RuleDraft)
class RuleDraftAdmin(RulesAdmin):
    """Drafts of rules; the page of a draft leads to the builder."""

    list_display = ("rule", "state", "author", "changed_at", "proposed_by", "decided_by")
    list_filter = ("state",)
    list_select_related = ("rule", "author", "proposed_by", "decided_by")
    search_fields = ("rule__code", "rule__title")
    date_hierarchy = "changed_at"
    ordering = ("-changed_at",)
    exclude = ("outline", "editors")


@admin.register(Publication)
class PublicationAdmin(RulesAdmin):
    """Changes of the published rules, and who proposed and published each."""

    list_display = ("id", "state", "urgent", "proposed_by", "proposed_at", "decided_by", "rule_set")
    list_filter = ("state", "urgent", "reach")
    search_fields = ("reason", "=proposed_by__username", "=rule_set__number")
    list_select_related = ("proposed_by", "decided_by", "rule_set")
    date_hierarchy = "proposed_at"


@admin.register(RuleReview)
class RuleReviewAdmin(RulesAdmin):
    """Rule versions that were or are to be looked at again."""

    list_display = ("version", "cause", "due_on", "reviewed_by", "reviewed_at")
    list_filter = ("cause",)
    search_fields = ("^version__rule__code", "version__rule__title", "finding")
    list_select_related = ("version__rule", "reviewed_by")
    date_hierarchy = "due_on"


@admin.register(Reassessment)
class ReassessmentAdmin(RulesAdmin):
    """Open declarations held against a new rule set, and how far that has come."""

    list_display = ("rule_set", "state", "looked_at", "total", "changed", "started_at")
    list_filter = ("state",)
    search_fields = ("=rule_set__number",)
    list_select_related = ("rule_set",)
    date_hierarchy = "started_at"


@admin.register(ConfirmedFind)
class ConfirmedFindAdmin(RulesAdmin):
    """Parties and containers known from controls that found something serious."""

    list_display = ("kind", "known_by", "found_at")
    fields = ("kind", "known_by", "ens", "control", "found_at")
    list_filter = ("kind",)
    search_fields = ("=ens", "=control")
    date_hierarchy = "found_at"

    @admin.display(description=_("known by"))
    def known_by(self, find: ConfirmedFind) -> str:
        """Say by what it is known, a person without number by initials."""
        return find.label


@admin.register(RuleSetVersion)
class RuleSetVersionAdmin(RulesAdmin):
    """What was published when."""

    list_display = ("number", "rule_count", "published_at", "published_by")
    list_filter = (("published_by", admin.EmptyFieldListFilter),)
    search_fields = ("=number", "=published_by__username")
    list_select_related = ("published_by",)
    date_hierarchy = "published_at"
    exclude = ("rule_versions",)
    readonly_fields = ("rules",)

    @admin.display(description=_("rules"))
    def rule_count(self, version: RuleSetVersion) -> str:
        """Say how many rules there are."""
        count = len(version.rule_versions)
        return ngettext("%d rule", "%d rules", count) % count

    @admin.display(description=_("rules"))
    def rules(self, version: RuleSetVersion) -> SafeString:
        """List the rule versions."""
        found = RuleVersion.objects.select_related("rule").filter(pk__in=version.rule_versions)
        lines = [(link_to(each),) for each in found.order_by("rule__code")]
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", lines))


class EntryInline(RoleInline):
    """The entries of a list; those of a secret one are not for auditors without reason."""

    model = ReferenceListEntry
    readers = RULES | AUDIT
    fields = ("value", "label", "country", "identifier", "valid_from", "valid_to")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Leave out what the role may not see."""
        entries = super().get_queryset(request)
        return entries if user_of(request).role in RULES else entries.filter(list__secret=False)


@admin.register(ReferenceList)
class ReferenceListAdmin(RulesAdmin):
    """Lists that rules compare with, and their entries."""

    looked_at_as = "list"
    list_display = ("code", "name", "kind", "threshold", "owner", "secret", "revision")
    list_filter = ("kind", "secret")
    list_select_related = ("owner",)
    search_fields = ("code", "name")
    inlines = (EntryInline,)
