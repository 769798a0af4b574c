"""Notes of shifts and saved views in the admin: to be read."""

from typing import ClassVar

from django.contrib import admin

from customs_portal.admin_access import ADMINISTRATION, AUDIT, CASEWORK, RoleAdmin, RoleInline
from risk.models import SavedView, ShiftNote, ShiftNoteReading


class ReadingInline(RoleInline):
    """Who has read the note."""

    model = ShiftNoteReading
    readers = CASEWORK | AUDIT
    fields = ("reader", "read_at")
    parents = ("reader",)


@admin.register(ShiftNote)
class ShiftNoteAdmin(RoleAdmin):
    """What shifts have handed on: texts about cases."""

    scoped = True
    looked_at_as = "case"
    readers = CASEWORK | AUDIT
    list_display = ("signed_at", "office", "signed_by")
    list_filter = ("office",)
    list_select_related: ClassVar[tuple[str, ...]] = ("signed_by",)
    search_fields = ("text", "office")
    date_hierarchy = "signed_at"
    ordering = ("-id",)
    inlines = (ReadingInline,)

    def reference_of(self, row: ShiftNote) -> str:
        """Return which note it is; it stands for no single case."""
        return f"{row.office} {row.signed_at:%Y-%m-%dT%H:%MZ}"


@admin.register(ShiftNoteReading)
class ShiftNoteReadingAdmin(RoleAdmin):
    """Who has read what shifts have handed on."""

    readers = AUDIT
    list_display = ("read_at", "note", "reader")
    list_filter = ("note__office",)
    list_select_related: ClassVar[tuple[str, ...]] = ("note", "reader")
    search_fields = ("reader__username", "note__office")
    date_hierarchy = "read_at"
    ordering = ("-id",)


@admin.register(SavedView)
class SavedViewAdmin(RoleAdmin):
    """Views of the queue that people have saved."""

    readers = ADMINISTRATION | AUDIT
    list_display = ("name", "owner", "query", "shared")
    list_filter = ("shared",)
    list_select_related: ClassVar[tuple[str, ...]] = ("owner",)
    search_fields = ("name", "owner__username")
    ordering = ("owner", "name")
