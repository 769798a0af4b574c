"""Retention policies, legal holds, what was removed, and the log of changes, in the admin."""

from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext

from customs_portal import clock
from customs_portal.accounts.former_names import FormerNames
from customs_portal.accounts.models import User
from customs_portal.admin_access import ADMINISTRATION, AUDIT, RoleAdmin
from customs_portal.events.models import Change
from customs_portal.findings import Finding
from customs_portal.privacy import holds
from customs_portal.privacy.forms import HoldForm, ReasonForm
from customs_portal.privacy.models import LegalHold, RetentionPolicy, RetentionStep


@admin.register(Change)
class ChangeAdmin(RoleAdmin):
    """What people edited, before and after; natural persons are masked as in the register."""

    readers = AUDIT
    looked_at_as = "trail"
    list_display = ("at", "changed_table", "row_id", "operation", "actor_id", "address", "reason")
    list_filter = ("changed_table", "operation")
    search_fields = ("=row_id", "=actor_id")
    date_hierarchy = "at"
    ordering = ("-id",)

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        """Return the change as whoever asks may see it."""
        row = super().get_object(request, object_id, from_field)
        if row is not None:
            place = (row.changed_table, row.row_id)
            former = FormerNames([place], cast("User", request.user))
            row.before, row.after = former.hidden(*place, row.before, row.after)
        return row


@admin.register(RetentionPolicy)
class RetentionPolicyAdmin(RoleAdmin):
    """How long each kind of data is kept; a policy is ended, and the next one follows it."""

    readers, editors = AUDIT, ADMINISTRATION
    list_display = ("kind", "keep_months", "valid_from", "valid_to", "legal_basis")
    list_filter = ("kind",)
    search_fields = ("legal_basis",)
    date_hierarchy = "valid_from"
    ordering = ("kind", "valid_from")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Let a policy be ended only: what was removed by it names it."""
        return ("kind", "keep_months", "legal_basis", "valid_from") if obj is not None else ()


@admin.register(LegalHold)
class LegalHoldAdmin(RoleAdmin):
    """What must not be removed; placed and lifted by administrators, for a reason."""

    readers, editors = AUDIT, ADMINISTRATION
    list_display = ("__str__", "reason", "placed_by", "placed_at", "lifted_by", "lifted_at")
    list_filter = ("subject", ("lifted_at", admin.EmptyFieldListFilter))
    list_select_related = ("placed_by", "lifted_by")
    search_fields = ("=reference", "reason")
    date_hierarchy = "placed_at"
    ordering = ("-placed_at",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: a hold is lifted, not changed."""
        return False

    def get_urls(self) -> list[URLPattern]:
        """Add the page that lifts a hold."""
        view = self.admin_site.admin_view(self.lift_view)
        return [path("<int:key>/lift/", view, name="privacy_legalhold_lift"), *super().get_urls()]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Ask what is to be held and why, and place the hold."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = HoldForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            with transaction.atomic():
                placed = holds.place(form.order(), by=_user(request), at=clock.now())
            if not isinstance(placed, Finding):
                return self._done(request, gettext("The hold is placed."))
            form.add_error(None, placed.text)
        return self._page(request, gettext("Place a hold"), form, None)

    def lift_view(self, request: HttpRequest, key: int) -> HttpResponse:
        """Ask why, and lift the hold."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        hold = self.get_object(request, str(key))
        if hold is None:
            raise Http404
        form = ReasonForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            with transaction.atomic():
                lifted = holds.lift(
                    hold, by=_user(request), reason=form.cleaned_data["reason"], at=clock.now()
                )
            if not isinstance(lifted, Finding):
                return self._done(request, gettext("The hold is lifted."))
            form.add_error(None, lifted.text)
        return self._page(request, gettext("Lift the hold"), form, hold)

    def _done(self, request: HttpRequest, text: str) -> HttpResponse:
        self.message_user(request, text, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:privacy_legalhold_changelist"))

    def _page(
        self, request: HttpRequest, title: str, form: Form, hold: LegalHold | None
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": title,
            "original": hold,
            "form": form,
        }
        return TemplateResponse(request, "admin/privacy/legalhold/order.html", context)


@admin.register(RetentionStep)
class RetentionStepAdmin(RoleAdmin):
    """What was removed, or counted in a rehearsal."""

    readers = ADMINISTRATION | AUDIT
    list_display = ("at", "policy", "what", "rehearsal", "rows", "held", "in_use", "note", "by")
    list_filter = ("rehearsal", "policy__kind")
    list_select_related = ("policy", "by")
    search_fields = ("=run", "what")
    date_hierarchy = "at"
    ordering = ("-id",)


def _user(request: HttpRequest) -> User:
    return cast("User", request.user)
