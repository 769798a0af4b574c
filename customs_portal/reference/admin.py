"""Reference data in the admin: looked up there, changed by loading."""

from django.contrib import admin

from customs_portal.admin_access import ADMINISTRATION, AUDIT, CASEWORK, RULES, RoleAdmin
from customs_portal.reference.models import (
    Code,
    Country,
    Load,
    NomenclatureEntry,
    Office,
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


@admin.register(Office)
class OfficeAdmin(LoadedDataAdmin):
    """Customs offices."""

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
    date_hierarchy = "loaded_at"
