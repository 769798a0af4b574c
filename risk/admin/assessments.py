"""Assessments and their hits in the admin: to be read."""

import msgspec
from django.contrib import admin
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from declarations.admin import EnsScopedAdmin
from risk.engine.rules import Bound, Hit
from risk.models import (
    Assessment,
    Rule,
)


def hits_as_list(raw: object) -> SafeString:
    """Return stored hits as a list: the rule, and each value beside what it was compared with."""
    hits = msgspec.convert(raw, tuple[Hit, ...])
    titles = dict(
        Rule.objects.filter(code__in={hit.rule for hit in hits}).values_list("code", "title")
    )
    lines = [(titles.get(hit.rule, hit.rule), hit.rule, _conditions(hit)) for hit in hits]
    return format_html("<ul>{}</ul>", format_html_join("", "<li>{} ({}): {}</li>", lines))


def _conditions(hit: Hit) -> str:
    return "; ".join(_condition(bound) for bound in hit.bound)


def _condition(bound: Bound) -> str:
    words = f"{bound.field} {bound.operator} {bound.threshold or bound.other}"
    value = bound.value or gettext("not declared")
    negated = gettext("not") + " " if bound.negated else ""
    return f"{value} ({negated}{words.strip()})"


@admin.register(Assessment)
class AssessmentAdmin(EnsScopedAdmin):
    """Assessments with their hits; never changed by hand."""

    list_display = ("id", "ens_link", "kind", "status", "result", "outcome", "score", "made_at")
    list_filter = ("status", "result", "outcome", "severity", "kind")
    search_fields = ("^ens__mrn",)
    date_hierarchy = "made_at"
    ordering = ("-id",)
    fields = (
        "ens_link",
        "ens_version",
        "kind",
        "rule_set",
        "status",
        "result",
        "outcome",
        "severity",
        "score",
        "hit_list",
        "list_revisions",
        "made_at",
        "concluded_at",
        "concluded_by",
    )
    readonly_fields = ("ens_link", "hit_list")

    @admin.display(description=_("hits"))
    def hit_list(self, assessment: Assessment) -> SafeString:
        """Show the hits with their values."""
        return hits_as_list(assessment.hits)
