"""All URLs of the portal."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("account/", include("allauth.account.urls")),
    path("admin/", admin.site.urls),
    path("api/v1/", include("customs_portal.api.urls")),
    path("", include("customs_portal.pages.urls")),
]
