"""Who changes something, from where and why, told to the log of changes."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from customs_portal.accounts.addresses import address_of
from customs_portal.events.changes import told_as

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class ChangesMiddleware:
    """Says of every change that a person makes who it was, from where, and the reason given."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request; only what may change something costs a statement."""
        if request.method in SAFE_METHODS or not _has_session(request):
            return self.get_response(request)
        with told_as(actor=request.user.pk, address=address_of(request), reason=_reason(request)):
            return self.get_response(request)


def _has_session(request: HttpRequest) -> bool:
    return settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated


def _reason(request: HttpRequest) -> str:
    return request.POST.get("change_reason", "") or request.POST.get("reason", "")
