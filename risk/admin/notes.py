"""Notes, proposals and text templates in the admin."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from customs_portal.admin_access import AUDIT, CASEWORK, RoleAdmin
from declarations.admin import user_of
from risk.models import Case, CaseNote, DecisionProposal, TextTemplate, Undoing


class OfCaseAdmin(RoleAdmin):
    """Rows that belong to a case, seen by those who see the case."""

    scoped = True
    looked_at_as = "case"
    readers = CASEWORK | AUDIT
    case_path = "case"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return only rows of cases that the user sees."""
        seen = Case.objects.visible_to(user_of(request))
        return super().get_queryset(request).filter(**{f"{self.case_path}__in": seen})

    def case_of(self, row: Any) -> Case:
        """Return the case of a row."""
        case: Case = row.case
        return case

    def ens_of(self, row: Any) -> int:
        """Return the ENS of the case."""
        return self.case_of(row).ens_id


@admin.register(CaseNote)
class CaseNoteAdmin(OfCaseAdmin):
    """What officers noted."""

    list_display = ("id", "case", "kind", "contact", "officer", "noted_at")
    list_filter = ("kind",)
    list_select_related: ClassVar[tuple[str, ...]] = ("case__ens", "officer")
    search_fields = ("^case__ens__mrn",)
    date_hierarchy = "noted_at"
    ordering = ("-id",)


@admin.register(DecisionProposal)
class DecisionProposalAdmin(OfCaseAdmin):
    """Decisions that need, or needed, a second signature."""

    list_display = (
        "id",
        "case",
        "verb",
        "reason_code",
        "state",
        "by_supervisor",
        "proposed_by",
        "proposed_at",
        "ended_by",
    )
    list_filter = ("state", "verb", "by_supervisor")
    list_select_related: ClassVar[tuple[str, ...]] = ("case__ens", "proposed_by", "ended_by")
    search_fields = ("^case__ens__mrn",)
    date_hierarchy = "proposed_at"
    ordering = ("-id",)


@admin.register(Undoing)
class UndoingAdmin(OfCaseAdmin):
    """Decisions that were undone before anybody was told."""

    case_path = "decision__case"
    list_display = ("decision", "officer", "at")
    list_filter = ("decision__verb",)
    list_select_related: ClassVar[tuple[str, ...]] = ("decision__case__ens", "officer")
    search_fields = ("^decision__case__ens__mrn",)
    date_hierarchy = "at"
    ordering = ("-id",)

    def case_of(self, row: Undoing) -> Case:
        """Return the case of the decision."""
        return row.decision.case


@admin.register(TextTemplate)
class TextTemplateAdmin(RoleAdmin):
    """Texts that officers start from, maintained by supervisors."""

    readers = CASEWORK | AUDIT
    editors = frozenset({"supervisor"})
    list_display = ("title", "use", "reason_code", "active")
    list_filter = ("use", "active", "reason_code")
    search_fields = ("title", "text")
    ordering = ("use", "reason_code", "title")
