"""Reference data in the admin: looked up there, changed by loading."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from customs_portal.admin_access import (
    ADMINISTRATION,
    AUDIT,
    CASEWORK,
    RULES,
    RoleAdmin,
    RolePermissions,
    role_of,
)
from customs_portal.reference.models import (
    Code,
    Country,
    Load,
    NomenclatureEntry,
    Office,
    OfficeHours,
    ReasonCode,
)


class LoadedDataAdmin(RoleAdmin):
    """Read-only for everybody: the CSV files are the source."""

    readers = CASEWORK | RULES | ADMINISTRATION | AUDIT


@admin.register(Code)
class CodeAdmin(LoadedDataAdmin):
    """Codes by list."""

    list_display = ("list", "code", "name", "valid_from", "valid_to")
    list_filter = ("list", "valid_to")
    search_fields = ("code", "name")
    date_hierarchy = "valid_from"
    show_full_result_count = False


@admin.register(Country)
class CountryAdmin(LoadedDataAdmin):
    """Countries and their memberships."""

    list_display = (
        "code",
        "name",
        "eu_member",
        "ics2_member",
        "valid_from",
        "valid_to",
    )
    list_filter = ("eu_member", "ics2_member")
    search_fields = ("code", "name")
    date_hierarchy = "valid_from"


class HoursInline(RolePermissions, admin.TabularInline[OfficeHours, Office]):
    """When the office is open, in its time zone."""

    model = OfficeHours
    extra = 0
    readers, editors = CASEWORK | RULES | AUDIT, ADMINISTRATION

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the role may take hours away."""
        return role_of(request) in ADMINISTRATION


@admin.register(Office)
class OfficeAdmin(LoadedDataAdmin):
    """Customs offices; only when they are open is kept here by hand."""

    inlines = (HoursInline,)

    list_display = (
        "reference",
        "name",
        "country",
        "kind",
        "place",
        "illustrative",
        "valid_to",
    )
    list_filter = ("country", "kind", "illustrative")
    search_fields = ("reference", "name", "place")
    date_hierarchy = "valid_from"

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the role keeps the hours; the office's own facts are loaded."""
        return role_of(request) in ADMINISTRATION

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Keep what was loaded as it is."""
        return [field.name for field in self.opts.fields if field.name != "id"]


@admin.register(ReasonCode)
class ReasonCodeAdmin(LoadedDataAdmin):
    """Reason codes and their policies."""

    list_display = (
        "code",
        "decision",
        "title",
        "announced",
        "second_signature",
        "text_required",
    )
    list_filter = ("decision", "announced", "second_signature")
    search_fields = ("code", "title", "definition")
    date_hierarchy = "valid_from"


@admin.register(NomenclatureEntry)
class NomenclatureEntryAdmin(LoadedDataAdmin):
    """Subheadings, UN numbers and places."""

    list_display = ("list", "code", "name", "valid_from", "valid_to")
    list_filter = ("list",)
    search_fields = ("^code", "name")
    date_hierarchy = "valid_from"


@admin.register(Load)
class LoadAdmin(LoadedDataAdmin):
    """What was loaded when."""

    list_display = ("loaded_at", "digest", "counts")
    list_filter = ("loaded_at",)
    search_fields = ("^digest",)
    date_hierarchy = "loaded_at"
