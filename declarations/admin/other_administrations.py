"""What other administrations told us and what we ask them, in the admin, to be read."""

from typing import ClassVar

from django.contrib import admin

from customs_portal.admin_access import DECLARATIONS, RoleAdmin
from declarations.admin.declared import EnsScopedAdmin
from declarations.models import (
    DeclarationRequest,
    ReceivedTransmission,
    SubsequentEntryFeedback,
    SubsequentEntryNotice,
)


@admin.register(SubsequentEntryNotice)
class SubsequentEntryNoticeAdmin(EnsScopedAdmin):
    """What our offices of subsequent entry were told."""

    list_display = (
        "__str__",
        "ens_link",
        "office",
        "state",
        "told_by",
        "version",
        "result_code",
        "is_late",
        "informed_at",
    )
    list_filter = ("state", "office", "told_by", "result_code", "is_late", "action")
    search_fields = ("^ens__mrn",)
    date_hierarchy = "informed_at"
    ordering = ("-id",)
    readonly_fields = ("ens_link",)
    exclude = ("ens",)


@admin.register(ReceivedTransmission)
class ReceivedTransmissionAdmin(EnsScopedAdmin):
    """What other administrations told us of declarations."""

    list_display = (
        "__str__", "ens_link", "country", "message", "version", "prepared_at", "received_at",
        "set_aside",
    )  # fmt: skip
    list_filter = ("message", "country", "set_aside")
    search_fields = ("^ens__mrn",)
    date_hierarchy = "received_at"
    ordering = ("-id",)
    readonly_fields = ("ens_link",)
    exclude = ("ens",)


@admin.register(SubsequentEntryFeedback)
class SubsequentEntryFeedbackAdmin(EnsScopedAdmin):
    """What offices of other States did with goods that we told them of."""

    list_display = ("__str__", "ens_link", "country", "office", "action", "acted_at")
    list_filter = ("action", "country")
    search_fields = ("^ens__mrn", "^office")
    date_hierarchy = "received_at"
    ordering = ("-id",)
    readonly_fields = ("ens_link",)
    exclude = ("ens",)


@admin.register(DeclarationRequest)
class DeclarationRequestAdmin(RoleAdmin):
    """What we ask other administrations for, one request for one arrival."""

    scoped = True
    looked_at_as = "arrival"
    readers = DECLARATIONS
    list_display = ("reference", "country", "office", "state", "attempts", "asked_at", "ended_at")
    list_filter = ("state", "country", "office")
    search_fields = ("^reference",)
    date_hierarchy = "asked_at"
    ordering = ("-id",)
    list_select_related: ClassVar[tuple[str, ...]] = ("arrival",)
