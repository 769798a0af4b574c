"""The Django admin as the second full face of the portal: one site, the portal's own login."""

from django.contrib.admin.apps import AdminConfig


class PortalAdminConfig(AdminConfig):
    """Makes the portal's site the default one, so that `@admin.register` finds it."""

    default_site = "customs_portal.pages.admin_site.PortalAdminSite"
