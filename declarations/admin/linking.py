"""How filings of ICS2 are linked, in the admin: to be read."""

from typing import ClassVar

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from customs_portal.admin_access import DECLARATIONS, RoleAdmin
from declarations.admin.declared import FilingScopedAdmin, link_to
from declarations.models import FilingLink, LinkKey


@admin.register(LinkKey)
class LinkKeyAdmin(FilingScopedAdmin):
    """The keys of live filings."""

    list_display = ("value", "side", "filing_link", "rank", "expected", "named", "settled")
    list_filter = ("side", "settled", "filing__type")
    search_fields = ("^value", "^filing__mrn", "^named")
    date_hierarchy = "filing__lodged_at"
    ordering = ("-id",)


@admin.register(FilingLink)
class FilingLinkAdmin(RoleAdmin):
    """Which filings stand and stood below which; an officer confirms one on the linking desk."""

    scoped = True
    looked_at_as = "filing"
    readers = DECLARATIONS
    list_display = ("lower_link", "upper_link", "linked_at", "ended_at", "waits", "confirmed_by")
    list_filter = (
        ("ended_at", admin.EmptyFieldListFilter),
        "waits",
        ("confirmed_by", admin.EmptyFieldListFilter),
        "lower__type",
    )
    parents: ClassVar[tuple[str, ...]] = ("lower", "upper", "confirmed_by")
    search_fields = ("^lower__mrn", "^upper__mrn")
    date_hierarchy = "linked_at"
    ordering = ("-id",)

    def reference_of(self, row: FilingLink) -> str:
        """Return the MRN of the house."""
        return str(row.lower)

    @admin.display(description=_("filing"), ordering="lower")
    def lower_link(self, row: FilingLink) -> SafeString:
        """Lead to the filing below."""
        return link_to(row.lower)

    @admin.display(description=_("filing above"), ordering="upper")
    def upper_link(self, row: FilingLink) -> SafeString:
        """Lead to the filing above."""
        return link_to(row.upper)
