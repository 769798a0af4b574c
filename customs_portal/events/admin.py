"""Events as a story, and deliveries that need help, in the admin."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from customs_portal import clock
from customs_portal.admin_access import ADMINISTRATION, AUDIT, RoleAdmin, role_of
from customs_portal.events.models import Delivery, DroppedMonth, Event, MonthDigest
from customs_portal.events.parked import retry, waive
from customs_portal.events.reads import story_line


@admin.register(Event)
class EventAdmin(RoleAdmin):
    """What happened, in sentences."""

    looked_at_as = "event"
    readers = AUDIT
    list_display = ("at", "sentence", "kind", "stream", "actor_id", "correlation")
    list_filter = ("kind",)
    search_fields = ("=stream", "=correlation")
    date_hierarchy = "at"
    ordering = ("-id",)
    fields = ("id", "at", "kind", "sentence", "stream", "actor_id", "correlation", "data")

    def ens_of(self, row: Event) -> int | None:
        """Return the stream, which is an ENS."""
        return row.stream

    @admin.display(description=_("what happened"))
    def sentence(self, event: Event) -> str:
        """Tell the event as in a story."""
        return story_line(event).sentence


@admin.register(DroppedMonth)
class DroppedMonthAdmin(RoleAdmin):
    """Months of logs that retention policies dropped."""

    readers = ADMINISTRATION | AUDIT
    list_display = ("log", "month", "dropped_at", "legal_basis")
    list_filter = ("log",)
    search_fields = ("log",)
    date_hierarchy = "month"
    ordering = ("-month", "log")


@admin.register(MonthDigest)
class MonthDigestAdmin(RoleAdmin):
    """Months of the event log that are closed."""

    readers = ADMINISTRATION | AUDIT
    list_display = ("month", "log", "events", "closed_at")
    list_filter = ("log",)
    date_hierarchy = "month"
    search_fields = ("log",)
    ordering = ("-month", "log")


class StateFilter(admin.SimpleListFilter):
    """Parked deliveries, or those on their way."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        """Return the choices."""
        return [("parked", gettext("Parked")), ("due", gettext("On its way"))]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Delivery]
    ) -> QuerySet[Delivery] | None:
        """Keep those of the chosen state."""
        if self.value() is None:
            return None
        return queryset.filter(parked_at__isnull=self.value() == "due")


class ReasonForm(ActionForm):
    """The field beside the actions: why something is given up."""

    reason = forms.CharField(label=_("Reason"), required=False, max_length=500)


@admin.register(Delivery)
class DeliveryAdmin(RoleAdmin):
    """What a consumer is still to be told; parked ones can be tried again."""

    readers = ADMINISTRATION | AUDIT
    list_display = ("id", "consumer", "event_id", "stream", "attempts", "not_before", "parked_at")
    list_filter = (StateFilter, "consumer")
    search_fields = ("=event_id", "=stream")
    date_hierarchy = "not_before"
    ordering = ("-parked_at", "id")
    actions = ("try_again", "give_up")
    action_form = ReasonForm
    fields = (
        "consumer",
        "event_id",
        "stream",
        "attempts",
        "not_before",
        "leased_until",
        "parked_at",
        "error",
    )

    def has_retry_permission(self, request: HttpRequest) -> bool:
        """Whether the role may have deliveries tried again."""
        return role_of(request) in ADMINISTRATION

    @admin.action(description=_("Try again"), permissions=["retry"])
    def try_again(self, request: HttpRequest, rows: QuerySet[Delivery]) -> None:
        """Give the parked ones among the chosen their attempts back."""
        count = retry(list(rows.values_list("pk", flat=True)), at=clock.now())
        text = ngettext(
            "%d delivery will be tried again.", "%d deliveries will be tried again.", count
        )
        self.message_user(request, text % count, messages.SUCCESS)

    @admin.action(description=_("Waive, with a reason"), permissions=["retry"])
    def give_up(self, request: HttpRequest, rows: QuerySet[Delivery]) -> None:
        """Give the parked ones among the chosen up; the reason stands in the event log."""
        reason = request.POST.get("reason", "").strip()
        if not reason:
            self.message_user(request, gettext("Write down the reason."), messages.ERROR)
            return
        ids, who = list(rows.values_list("pk", flat=True)), request.user.pk
        assert who is not None
        count = waive(ids, reason=reason[:500], by=who, at=clock.now())
        text = ngettext("%d delivery is waived.", "%d deliveries are waived.", count)
        self.message_user(request, text % count, messages.SUCCESS)
