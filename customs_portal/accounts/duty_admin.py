"""Teams, substitutions and recusals in the admin."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from customs_portal import clock
from customs_portal.accounts.forms import SubstitutionForm
from customs_portal.accounts.models import Recusal, Substitution, Team, TeamMembership
from customs_portal.admin_access import (
    ADMINISTRATION,
    AUDIT,
    CASEWORK,
    RoleAdmin,
    RolePermissions,
    role_of,
)

SUPERVISION = frozenset({"supervisor"})


class TeamMembersInline(RolePermissions, admin.TabularInline[Any, Any]):
    """Who is in the team."""

    model = TeamMembership
    extra = 0
    raw_id_fields = ("user",)
    parents = ("user", "team__office")
    readers, editors = CASEWORK | AUDIT, ADMINISTRATION

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the role may take somebody out of the team."""
        return role_of(request) in ADMINISTRATION


@admin.register(Team)
class TeamAdmin(RoleAdmin):
    """Teams of offices."""

    readers, editors = CASEWORK | AUDIT, ADMINISTRATION
    list_display = ("name", "office", "supervisor")
    list_filter = ("office__country",)
    list_select_related = ("office", "supervisor")
    search_fields = ("name", "^office__reference", "office__name", "=supervisor__username")
    raw_id_fields = ("office", "supervisor")
    inlines = (TeamMembersInline,)


@admin.register(Substitution)
class SubstitutionAdmin(RoleAdmin):
    """Who stands in for whom."""

    readers, editors = CASEWORK | AUDIT, ADMINISTRATION
    form = SubstitutionForm
    list_display = ("absent", "substitute", "valid_from", "valid_to", "reason")
    list_filter = ("valid_from",)
    list_select_related = ("absent", "substitute")
    search_fields = ("=absent__username", "=substitute__username")
    date_hierarchy = "valid_from"
    raw_id_fields = ("absent", "substitute")


@admin.register(Recusal)
class RecusalAdmin(RoleAdmin):
    """Who keeps out of which operator; supervisors see those of their offices."""

    scoped = True
    looked_at_as = "person"
    readers, editors = SUPERVISION | AUDIT, ADMINISTRATION
    list_display = ("user", "eori", "reason", "valid_from", "valid_to", "declared_at")
    list_filter = ("declared_at",)
    list_select_related = ("user",)
    search_fields = ("=user__username", "^eori")
    date_hierarchy = "declared_at"
    raw_id_fields = ("user",)
    fields = ("user", "eori", "reason", "valid_from", "valid_to", "declared_at")
    readonly_fields = ("declared_at",)

    def save_model(self, request: HttpRequest, obj: Recusal, form: Any, change: Any) -> None:
        """Keep when it was declared."""
        if not change:
            obj.declared_at = clock.now()
        obj.eori = obj.eori.strip().upper()
        super().save_model(request, obj, form, change)
