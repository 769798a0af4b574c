"""The portal's admin site: entered through the portal's own login page."""

from collections.abc import Sequence

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from customs_portal.looks import Look
from customs_portal.pages.access import current_user
from customs_portal.pages.looking import How, note_looks
from customs_portal.pages.reads.trail import TrailLine, story_of_row


class PortalAdminSite(admin.AdminSite):
    """The admin, open to the roles of the administration only."""

    site_header = _("ENS back office")
    site_title = _("ENS back office")
    index_title = _("Administration")
    site_url = "/"

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether an official asks; raises PermissionDenied for anybody else who is logged in."""
        if super().has_permission(request):
            return True
        if request.user.is_authenticated:
            raise PermissionDenied
        return False

    def login(self, request: HttpRequest, extra_context: object = None) -> HttpResponse:
        """Send whoever is not logged in to the portal's login page, and come back after it."""
        return redirect_to_login(request.GET.get("next", reverse("admin:index")))

    def note_looks(self, request: HttpRequest, looks: Sequence[Look], *, how: str) -> None:
        """Record that whoever asks is shown all of these, before they are."""
        note_looks(request, looks, how=How(how))

    def story_of(
        self, request: HttpRequest, table: str, key: str, ens: int | None
    ) -> Sequence[TrailLine]:
        """Return what happened to a row and to the ENS that it belongs to, newest first."""
        return story_of_row(table, key, ens, current_user(request))

    def password_change(  # type: ignore[override]  # a redirect, where the stubs want a page
        self, request: HttpRequest, extra_context: object = None
    ) -> HttpResponse:
        """Lead to the portal's own page, which ends the other sessions and is in the trail."""
        return redirect("account_change_password")
