"""Who may do what in the admin: by role, model for model, never by Django's permission rows.

Roles are named by their value, so that every floor can use this.
"""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

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


class RoleAdmin(RolePermissions, admin.ModelAdmin[Any]):
    """A model in the admin: read-only unless it names editors, scoped by `visible_to`.

    `scoped`: not everybody of a role sees the same rows.
    """

    scoped = False

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


class RoleInline(RolePermissions, admin.TabularInline[Any, Any]):
    """Rows of another model on the page of their parent, to be read."""

    template = "admin/edit_inline/rows.html"
    extra = 0
    show_change_link = False
