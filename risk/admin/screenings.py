"""E-screenings in the admin: to be read."""

from django.contrib import admin

from declarations.admin import EnsScopedAdmin
from risk.models import Screening


@admin.register(Screening)
class ScreeningAdmin(EnsScopedAdmin):
    """What other States were asked of filings, or asked us; answered by messages and officers."""

    looked_at_as = "ens"
    list_display = ("reference", "ens_link", "country", "is_ours", "kind", "state", "asked_at")
    list_filter = ("state", "is_ours", "country", "kind")
    search_fields = ("^ens__mrn", "^reference")
    date_hierarchy = "asked_at"
    ordering = ("-id",)
    fields = (
        "ens_link",
        "ens_version",
        "is_ours",
        "country",
        "kind",
        "reference",
        "reasons",
        "state",
        "asked_at",
        "ends_at",
        "answered_at",
        "risk_area",
        "risk_level",
        "text",
        "officer",
    )
    readonly_fields = ("ens_link",)
