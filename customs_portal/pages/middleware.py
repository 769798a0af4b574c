"""Closed by default, and in the local time of the user's office."""

from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.utils import timezone
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext as _

from customs_portal.accounts import policies
from customs_portal.accounts.models import User
from customs_portal.clock import now
from customs_portal.pages import kept_forms
from customs_portal.pages.office import desk_of

OPEN_NAMES = frozenset(
    {
        "account_login",
        "account_logout",
        "invitation",
        "livez",
        "metrics",
        "mfa_authenticate",
        "mfa_login_webauthn",
        "readyz",
        "set_language",
    }
)
"""Names of URLs that need no login; /metrics asks for a token of its own."""

OWN_AUTHENTICATION = frozenset({"api", "exchange"})
"""Namespaces that authenticate by token or signature themselves and answer 401."""


class ClosedByDefaultMiddleware(MiddlewareMixin):
    """Sends whoever is not logged in to the login page; the others get their office's time."""

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponse],
        args: tuple[object, ...],
        kwargs: dict[str, object],
    ) -> HttpResponse | None:
        """Let the request pass when the page is open or somebody is logged in."""
        match = request.resolver_match
        if match is None or is_open(match.view_name, match.namespaces):
            return None
        if not request.user.is_authenticated:
            return _to_login(request)
        _sit_down(request)
        return None

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Explain an empty answer; leave the thread without a time zone of somebody."""
        if isinstance(response, HttpResponseNotAllowed) and isinstance(request.user, User):
            response = _explained(request, response["Allow"])
        timezone.deactivate()
        return response


def _explained(request: HttpRequest, allowed: str) -> HttpResponse:
    """Return the page for whoever asks for what only forms send, as by going back or reloading."""
    response = render(request, "405.html", status=405)
    response["Allow"] = allowed
    return response


def _to_login(request: HttpRequest) -> HttpResponse:
    """Lead to the login page; a part of a page (htmx) makes the whole page be asked anew."""
    ended, kept = _has_ended(request), kept_forms.keep(request)
    if kept:
        messages.info(request, _("Your session has ended. Log in again: your text is kept."))
    elif ended:
        messages.info(request, _("Your session has ended. Log in again."))
    if "HX-Request" in request.headers:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return redirect_to_login(kept or request.get_full_path())


def _has_ended(request: HttpRequest) -> bool:
    """Whether the browser names a session of which nothing is left."""
    return bool(request.COOKIES.get(settings.SESSION_COOKIE_NAME)) and not request.session.keys()


def _sit_down(request: HttpRequest) -> None:
    if isinstance(request.user, User):
        at = now()
        policies.stand(request.user, at)
        desk = desk_of(request.user, at)
        timezone.activate(desk.zone)
        request.desk = desk  # type: ignore[attr-defined]


def is_open(name: str | None, namespaces: list[str]) -> bool:
    """Whether a URL needs no session."""
    return name in OPEN_NAMES or any(space in OWN_AUTHENTICATION for space in namespaces)
