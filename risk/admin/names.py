"""Matches of declared names with lists in the admin: to be read."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from customs_portal.admin_access import AUDIT, RULES, RoleAdmin
from declarations.admin import user_of
from risk.models import MatchVerdict, NameHit, NameMatch, Rescreening, ScreenedName


class NamesAdmin(RoleAdmin):
    """What analysts, approvers and auditors read here; those of secret lists not all of them."""

    looked_at_as = "list"
    readers = RULES | AUDIT
    by_list = ""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Leave out what rests on a secret list for whoever may not see that."""
        rows: QuerySet[Any] = self.model._default_manager.all()
        if not self.by_list or user_of(request).role in RULES:
            return rows
        return rows.filter(**{f"{self.by_list}__secret": False})


@admin.register(ScreenedName)
class ScreenedNameAdmin(NamesAdmin):
    """Names and addresses that were held against lists."""

    list_display = ("known_as", "kind", "country", "identifier", "first_seen_at")
    fields = list_display
    list_filter = ("kind",)
    search_fields = ("identifier",)
    date_hierarchy = "first_seen_at"

    @admin.display(description=_("as first declared"))
    def known_as(self, name: ScreenedName) -> str:
        """Say what was declared, a person by initials."""
        return name.label


@admin.register(NameMatch)
class NameMatchAdmin(NamesAdmin):
    """Names that are like an entry of a list."""

    by_list = "entry__list"
    list_display = ("name", "entry", "score", "agrees", "revision", "found_at")
    fields = list_display
    list_filter = ("entry__list", "agrees")
    list_select_related = ("name", "entry__list")
    search_fields = ("name__identifier", "entry__value")
    date_hierarchy = "found_at"


@admin.register(MatchVerdict)
class MatchVerdictAdmin(NamesAdmin):
    """What people said of matches."""

    by_list = "match__entry__list"
    list_display = ("match", "verdict", "until", "given_by", "given_at", "revoked_at")
    list_filter = ("verdict",)
    list_select_related = ("match__name", "match__entry__list", "given_by")
    search_fields = ("match__name__identifier", "reason")
    date_hierarchy = "given_at"


@admin.register(NameHit)
class NameHitAdmin(NamesAdmin):
    """Declarations with a matched name, and what kept the match from counting."""

    by_list = "match__entry__list"
    list_display = ("match", "ens", "suppressed_by", "found_at")
    list_filter = ("match__entry__list",)
    list_select_related = ("match__name", "match__entry__list", "ens", "suppressed_by")
    search_fields = ("ens__mrn", "match__name__identifier")
    date_hierarchy = "found_at"


@admin.register(Rescreening)
class RescreeningAdmin(NamesAdmin):
    """Names held against what came to lists, and how far that has come."""

    list_display = ("list", "revision", "state", "looked_at", "total", "matched", "reassessed")
    list_filter = ("state", "list")
    list_select_related = ("list",)
    search_fields = ("list__code", "list__name")
    date_hierarchy = "started_at"
