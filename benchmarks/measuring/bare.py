"""Bare Django views to compare with: one stores the bytes of a POST, one shows a row."""

import os

import environ
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path

_database = environ.Env().db_url_config(os.environ["DATABASE_URL"])
_options = {**_database.pop("OPTIONS", {}), "server_side_binding": True}
settings.configure(
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    MIDDLEWARE=[],
    DATABASES={"default": {**_database, "CONN_MAX_AGE": None, "OPTIONS": _options}},
)


def take(request: HttpRequest) -> HttpResponse:
    """Store the body."""
    if request.method == "POST":
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO floor.posted (body) VALUES (%s)", [request.body])
    return HttpResponse(b"{}", status=202, headers={"Content-Length": "2"})


def show(request: HttpRequest, key: int) -> HttpResponse:
    """Show one case, found by its key."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT office, due_at FROM risk_case WHERE id = %s", [key])
        office, due_at = cursor.fetchone()
    return HttpResponse(f"<p>{office} {due_at}</p>")


urlpatterns = [
    path("bare/<int:key>/", show),
    path("<path:anything>", lambda request, anything: take(request)),
]
application = get_wsgi_application()
