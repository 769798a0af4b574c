"""Closed by default: a page needs a login unless it stands on the list of open ones."""

from collections.abc import Callable

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin

OPEN_NAMES = frozenset({"livez", "readyz", "account_login", "account_logout", "set_language"})
"""Names of URLs that need no login."""

OWN_AUTHENTICATION = frozenset({"api"})
"""Namespaces that authenticate by token themselves and answer 401."""


class ClosedByDefaultMiddleware(MiddlewareMixin):
    """Sends whoever is not logged in to the login page."""

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
        if request.user.is_authenticated:
            return None
        return redirect_to_login(request.get_full_path())


def is_open(name: str | None, namespaces: list[str]) -> bool:
    """Whether a URL needs no session."""
    return name in OPEN_NAMES or any(space in OWN_AUTHENTICATION for space in namespaces)
