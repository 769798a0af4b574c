"""The frame around a page that stands in the portal and in the admin, or is of all who log in."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.http import HttpRequest

from customs_portal.pages.access import TRADERS, current_user

PUBLIC = "shared/base_public.html"
PORTAL, ADMIN = "shared/base_staff.html", "pages/rules/admin_frame.html"


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return the context of a page that extends `frame`: the admin's where it was come from."""
    if not is_in_admin(request):
        return {"frame": PORTAL, "in_admin": False}
    return {**admin.site.each_context(request), "frame": ADMIN, "in_admin": True}


def is_in_admin(request: HttpRequest) -> bool:
    """Whether the page was opened from the admin; its forms and links say so again."""
    return (request.POST.get("frame") or request.GET.get("frame")) == "admin"


def kept(request: HttpRequest, address: str, **query: str) -> str:
    """Return the address with the query and the frame of the request."""
    wanted = {**query, **({"frame": "admin"} if is_in_admin(request) else {})}
    return f"{address}?{urlencode(wanted)}" if wanted else address


def base_of(request: HttpRequest) -> str:
    """Return the layout of whoever asks: traders and officials have different ones."""
    return PUBLIC if current_user(request).role in TRADERS else PORTAL
