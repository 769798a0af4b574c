"""Controls, proposed steps and refusals in the admin: to be read; services change them."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from customs_portal.admin_access import DECLARATIONS, RoleAdmin
from declarations.admin import link_to, user_of
from declarations.models import Control, ControlPicture, Ens, MeasureProposal, Refusal


class OfMeasureAdmin(RoleAdmin):
    """Rows that belong to a measure, seen by those who see its ENS."""

    scoped = True
    looked_at_as = "measure"
    readers = DECLARATIONS
    measure_path = "measure"
    list_select_related: ClassVar[tuple[str, ...]] = ("measure",)

    def ens_of(self, row: Any) -> int | None:
        """Return the id of the ENS that the measure is on."""
        measure = row.control.measure if isinstance(row, ControlPicture) else row.measure
        return int(measure.ens_id)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return only rows of ENS that the user sees."""
        seen = Ens.objects.visible_to(user_of(request))
        return super().get_queryset(request).filter(**{f"{self.measure_path}__ens__in": seen})

    @admin.display(description=_("measure"), ordering="measure")
    def measure_link(self, row: Any) -> SafeString:
        """Lead to the measure."""
        return link_to(row.measure)


@admin.register(Control)
class ControlAdmin(OfMeasureAdmin):
    """Controls with their decision and result."""

    list_display = (
        "id",
        "measure_link",
        "type",
        "due_at",
        "scheduled_at",
        "started_at",
        "result_code",
    )
    list_filter = ("type", "result_code", "measure__status", "measure__place")
    search_fields = ("^measure__ens__mrn",)
    date_hierarchy = "measure__placed_at"
    ordering = ("-id",)
    readonly_fields = ("measure_link",)
    exclude = ("measure",)


@admin.register(ControlPicture)
class ControlPictureAdmin(OfMeasureAdmin):
    """Which files were added to controls; the files are given out by the page of the control."""

    measure_path = "control__measure"
    list_select_related: ClassVar[tuple[str, ...]] = ("control__measure", "added_by")
    list_display = ("name", "control", "media_type", "size", "scan", "added_by", "added_at")
    list_filter = ("scan", "media_type")
    search_fields = ("^control__measure__ens__mrn", "name")
    date_hierarchy = "added_at"
    ordering = ("-id",)
    fields = ("control", "name", "media_type", "size", "digest", "scan", "added_by", "added_at")


@admin.register(MeasureProposal)
class MeasureProposalAdmin(OfMeasureAdmin):
    """Steps that need, or needed, a second signature."""

    list_select_related: ClassVar[tuple[str, ...]] = ("measure", "proposed_by", "signed_by")
    list_display = (
        "id",
        "measure_link",
        "verb",
        "state",
        "reason_code",
        "proposed_by",
        "proposed_at",
        "signed_by",
    )
    list_filter = ("state", "verb", "reason_code")
    search_fields = ("^measure__ens__mrn",)
    date_hierarchy = "proposed_at"
    ordering = ("-id",)
    readonly_fields = ("measure_link",)
    exclude = ("measure",)


@admin.register(Refusal)
class RefusalAdmin(OfMeasureAdmin):
    """Refusals of entry."""

    list_display = ("id", "measure_link", "heard_until", "in_force_at", "execution", "executed_at")
    list_filter = ("execution",)
    search_fields = ("^measure__ens__mrn",)
    date_hierarchy = "measure__placed_at"
    ordering = ("-id",)
    readonly_fields = ("measure_link",)
    exclude = ("measure",)
