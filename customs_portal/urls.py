"""All URLs of the portal."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("api/v1/", include("customs_portal.api.urls")),
    path("exchange/v1/", include("customs_portal.api.exchange_urls")),
    path("account/", include("customs_portal.accounts.urls")),
    path("admin/", admin.site.urls),
    path("", include("customs_portal.pages.urls")),
]
