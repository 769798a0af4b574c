"""Referrals and attachments in the admin: to be read; services change them."""

from typing import ClassVar

from django.contrib import admin

from customs_portal.admin_access import DECLARATIONS, RoleAdmin
from declarations.models import Attachment, Referral


@admin.register(Referral)
class ReferralAdmin(RoleAdmin):
    """Questions to filers, with their answers; who screened is shown on the page of the case."""

    scoped = True
    looked_at_as = "ens"
    readers = DECLARATIONS
    list_display = (
        "reference",
        "ens",
        "type",
        "status",
        "reason_code",
        "addressee",
        "asked_by",
        "asked_at",
        "reply_by",
        "answered_at",
    )
    list_filter = ("status", "type", "reason_code", "office")
    list_select_related: ClassVar[tuple[str, ...]] = ("ens", "asked_by")
    search_fields = ("^reference", "^ens__mrn", "^addressee")
    exclude = ("screenings",)
    date_hierarchy = "asked_at"
    ordering = ("-id",)

    def reference_of(self, row: Referral) -> str:
        """Return its reference."""
        return row.reference


@admin.register(Attachment)
class AttachmentAdmin(RoleAdmin):
    """Which files belong to declarations; they are given out by the page of the case."""

    scoped = True
    looked_at_as = "ens"
    readers = DECLARATIONS
    list_display = ("name", "ens", "media_type", "size", "scan", "sender", "added_by", "added_at")
    list_filter = ("scan", "media_type")
    list_select_related: ClassVar[tuple[str, ...]] = ("ens", "added_by")
    search_fields = ("^ens__mrn", "name")
    date_hierarchy = "added_at"
    ordering = ("-id",)
