"""Who may do what in the admin: by role, model for model, never by Django's permission rows.

Roles are named by their value, so that every floor can use this.
"""

from collections.abc import Sequence
from typing import Any, ClassVar, Protocol, cast

from django.contrib import admin
from django.db import models
from django.http import HttpRequest, HttpResponse

from customs_portal.looks import Look

CASEWORK = frozenset({"officer", "supervisor"})
RULES = frozenset({"analyst", "approver"})
ADMINISTRATION = frozenset({"administrator"})
AUDIT = frozenset({"auditor"})
DECLARATIONS = CASEWORK | RULES | AUDIT
"""Who sees what was declared, each as far as their offices go."""


def role_of(request: HttpRequest) -> str:
    """Return the role of whoever asks, empty for nobody."""
    user = request.user
    return str(getattr(user, "role", "")) if user.is_active else ""


class RolePermissions(admin.options.BaseModelAdmin[Any]):
    """Permissions by role; nothing is ever deleted in the admin."""

    readers: frozenset[str] = frozenset()
    editors: frozenset[str] = frozenset()
    parents: ClassVar[tuple[str, ...]] = ()

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """Return the rows with what their names are made of (`parents`), in one query."""
        rows = super().get_queryset(request)
        return rows.select_related(*self.parents) if self.parents else rows

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the role reads this model."""
        return role_of(request) in self.readers | self.editors

    def has_add_permission(self, request: HttpRequest, *_: Any) -> bool:
        """Whether the role makes rows of this model by hand."""
        return role_of(request) in self.editors

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the role changes rows of this model by hand."""
        return role_of(request) in self.editors

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: rows end or are closed, they are not deleted."""
        return False


class Watched(Protocol):
    """An admin site that keeps the access log."""

    def note_looks(self, request: HttpRequest, looks: Sequence[Look], *, how: str) -> None:
        """Record that whoever asks is shown all of these, before they are."""

    def story_of(
        self, request: HttpRequest, table: str, key: str, ens: int | None
    ) -> Sequence[object]:
        """Return what happened to a row and to the ENS that it belongs to, newest first."""


class RoleAdmin(RolePermissions, admin.ModelAdmin[Any]):
    """A model in the admin: read-only unless it names editors, scoped by `visible_to`.

    `scoped`: not everybody of a role sees the same rows. `looked_at_as`: what the access log calls
    a row of this model; empty for what anybody of the role may look at unrecorded.
    """

    scoped = False
    looked_at_as = ""

    show_full_result_count = False
    list_per_page = 50

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whether the role finds the model in the index."""
        return self.has_view_permission(request)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """Return only rows that the user may see."""
        rows = super().get_queryset(request)
        visible_to = getattr(rows, "visible_to", None)
        return rows if visible_to is None else visible_to(request.user)

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        """Return the row, knowing who looks at it: some of it may be masked for them."""
        row = super().get_object(request, object_id, from_field)
        if row is not None:
            row.looked_at_by = request.user
        return row

    def reference_of(self, row: Any) -> str:
        """Return the name of a row in the access log."""
        return str(row.pk)

    def ens_of(self, row: Any) -> int | None:
        """Return the id of the ENS that a row belongs to."""
        return getattr(row, "ens_id", None)

    def story_ens(self, row: Any) -> int | None:
        """Return the id of the ENS whose story a row is part of."""
        return self.ens_of(row)

    def note_looks(self, request: HttpRequest, rows: Sequence[Any], how: str) -> None:
        """Record that whoever asks is shown these rows, where such looks are recorded."""
        if not self.looked_at_as:
            return
        looks = [
            Look(what=self.looked_at_as, reference=self.reference_of(row), ens=self.ens_of(row))
            for row in rows
        ]
        cast("Watched", self.admin_site).note_looks(request, looks, how=how)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Show a list, and record before what it shows."""
        response = super().changelist_view(request, extra_context)
        context = getattr(response, "context_data", None) or {}
        if "cl" in context:
            self.note_looks(request, list(context["cl"].result_list), "listed")
        return response

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **options: Any
    ) -> HttpResponse:
        """Show a row, and record the look before; the page of a new one shows none."""
        row = options.get("obj")
        if row is not None:
            self.note_looks(request, [row], "read")
        return super().render_change_form(request, context, *args, **options)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """Tell the story of a row: what happened to it and its ENS, and what people changed.

        The look is recorded before.
        """
        response = super().history_view(request, object_id, extra_context)
        context = getattr(response, "context_data", None) or {}
        row = context.get("object")
        if row is not None:
            self.note_looks(request, [row], "read")
            site, table = cast("Watched", self.admin_site), self.opts.db_table
            context["story"] = site.story_of(request, table, str(row.pk), self.story_ens(row))
        return response


class RoleInline(RolePermissions, admin.TabularInline[Any, Any]):
    """Rows of another model on the page of their parent, to be read."""

    template = "admin/edit_inline/rows.html"
    extra = 0
    show_change_link = False
