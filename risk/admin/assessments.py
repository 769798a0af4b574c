"""Assessments and their hits in the admin: to be read."""

import msgspec
from django.contrib import admin
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from customs_portal import clock
from customs_portal.accounts.models import User
from declarations.admin import EnsScopedAdmin
from declarations.persons import veil_of
from declarations.subjects import current_document
from risk.engine.explain import sentence
from risk.engine.rules import Hit
from risk.models import (
    Assessment,
    ReferenceList,
)
from risk.veiled import veiled


def hits_as_list(assessment: Assessment, viewer: User) -> SafeString:
    """Return the hits in sentences, each with its rule, one a line, as the viewer may see them."""
    documents = (current_document(ens) for ens in [assessment.ens])
    veil = veil_of(assessment.ens.mrn, documents, viewer, clock.now())
    stored = msgspec.convert(assessment.hits, tuple[Hit, ...])
    hits = [veiled(hit, veil) for hit in stored]
    titles = dict(ReferenceList.objects.values_list("code", "name"))
    lines = [(sentence(hit, titles), hit.rule) for hit in hits]
    return format_html_join(SafeString("<br>"), "{} ({})", lines)


@admin.register(Assessment)
class AssessmentAdmin(EnsScopedAdmin):
    """Assessments with their hits; never changed by hand."""

    looked_at_as = "assessment"
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
        viewer = assessment.looked_at_by  # type: ignore[attr-defined]  # set by RoleAdmin
        return hits_as_list(assessment, viewer)
