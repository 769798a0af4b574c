"""Arrivals and what follows from them in the admin, to be read."""

from typing import Any, ClassVar

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from customs_portal.admin_access import DECLARATIONS, RoleAdmin
from declarations.admin.declared import DeclarationInline, link_to
from declarations.models import Arrival, ArrivalLine, DualFiling, Infringement


class ArrivalLineInline(DeclarationInline):
    """What the arrival names."""

    model = ArrivalLine
    fields = ("number", "state", "mrn", "container", "document", "hold", "waiver")
    ordering = ("number",)
    show_change_link = True


@admin.register(Arrival)
class ArrivalAdmin(RoleAdmin):
    """Arrivals of means of transport."""

    scoped = True
    looked_at_as = "arrival"
    readers = DECLARATIONS
    list_display = ("__str__", "state", "transport_mode", "office", "arrived_at", "notified_by")
    list_filter = ("state", "transport_mode", "office")
    search_fields = ("^means", "^reference", "^mrn")
    date_hierarchy = "arrived_at"
    ordering = ("-id",)
    inlines = (ArrivalLineInline,)


@admin.register(ArrivalLine)
class ArrivalLineAdmin(RoleAdmin):
    """Lines of arrivals; they are settled on the page of the voyage."""

    scoped = True
    looked_at_as = "arrival"
    readers = DECLARATIONS
    list_display = ("__str__", "arrival_link", "state", "found_by", "hold", "waiver")
    list_filter = ("state", "hold", "waiver", "found_by")
    list_select_related: ClassVar[tuple[str, ...]] = ("arrival",)
    search_fields = ("^mrn", "^container", "^document")
    date_hierarchy = "arrival__arrived_at"
    ordering = ("-id",)
    readonly_fields = ("arrival_link",)
    exclude = ("arrival",)

    @admin.display(description=_("arrival"), ordering="arrival")
    def arrival_link(self, line: ArrivalLine) -> SafeString:
        """Lead to the arrival."""
        return link_to(line.arrival)


@admin.register(DualFiling)
class DualFilingAdmin(RoleAdmin):
    """Pairs of declarations for the same goods; they are decided on their own page."""

    scoped = True
    looked_at_as = "ens"
    readers = DECLARATIONS
    list_display = ("id", "first_link", "second_link", "state", "policy", "detected_at")
    list_filter = ("state", "policy", "all_keys_equal")
    list_select_related: ClassVar[tuple[str, ...]] = ("first", "second")
    search_fields = ("^first__mrn", "^second__mrn")
    date_hierarchy = "detected_at"
    ordering = ("-id",)
    readonly_fields = ("first_link", "second_link")
    exclude = ("first", "second")

    @admin.display(description=_("first"), ordering="first")
    def first_link(self, pair: DualFiling) -> SafeString:
        """Lead to the declaration that was registered before."""
        return link_to(pair.first)

    @admin.display(description=_("second"), ordering="second")
    def second_link(self, pair: DualFiling) -> SafeString:
        """Lead to the declaration that was registered after."""
        return link_to(pair.second)


@admin.register(Infringement)
class InfringementAdmin(RoleAdmin):
    """Possible infringements; they are handled on their own page."""

    scoped = True
    looked_at_as = "infringement"
    readers = DECLARATIONS
    list_display = ("__str__", "state", "office", "found_at", "penalty")
    list_filter = ("kind", "state", "office")
    search_fields = ("^operator", "^filing__mrn")
    date_hierarchy = "found_at"
    ordering = ("-id",)
    readonly_fields = ("concerns",)
    exclude = ("filing", "line")

    @admin.display(description=_("concerns"))
    def concerns(self, row: Infringement) -> Any:
        """Lead to what it is about."""
        return link_to(row.filing or row.line)
