"""Data quality of filers and the measures of the model of chapters in the admin: to be read."""

from django.contrib import admin

from customs_portal.admin_access import DECLARATIONS, RoleAdmin
from risk.models import ChapterModelMeasure, FilerQuality


@admin.register(FilerQuality)
class FilerQualityAdmin(RoleAdmin):
    """How many declarations of a filer had a flag."""

    readers = DECLARATIONS
    looked_at_as = "operator"
    list_display = ("filer", "month", "kind", "declarations")
    list_filter = ("kind",)
    search_fields = ("^filer",)
    date_hierarchy = "month"
    ordering = ("-month", "filer", "kind")


@admin.register(ChapterModelMeasure)
class ChapterModelMeasureAdmin(RoleAdmin):
    """How well descriptions are judged."""

    readers = DECLARATIONS
    list_display = ("measured_at", "labels", "among_three", "first", "flagged_wrongly", "caught")
    list_filter = ("measured_at",)
    search_fields = ("^digest",)
    date_hierarchy = "measured_at"
    ordering = ("-measured_at",)
