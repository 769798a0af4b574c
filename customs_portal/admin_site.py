"""The Django admin as the second full face of the portal: one site, the portal's own login."""

from django.contrib import admin
from django.contrib.admin.apps import AdminConfig
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class PortalAdminSite(admin.AdminSite):
    """The admin, open to staff roles only and entered through the portal's login page."""

    site_header = _("ENS back office")
    site_title = _("ENS back office")
    index_title = _("Administration")
    site_url = "/"
    enable_nav_sidebar = True

    def login(self, request: HttpRequest, extra_context: object = None) -> HttpResponse:
        """Send whoever is not logged in to the portal's login page, and come back after it."""
        return redirect_to_login(request.GET.get("next", reverse("admin:index")))


class PortalAdminConfig(AdminConfig):
    """Makes the portal's site the default one, so that `@admin.register` finds it."""

    default_site = "customs_portal.admin_site.PortalAdminSite"
