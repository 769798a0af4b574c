"""URLs for partners."""

from django.urls import path

from customs_portal.api import exchange

app_name = "exchange"
urlpatterns = [
    path("messages", exchange.receive, name="messages"),
    path("keys", exchange.keys, name="keys"),
]
