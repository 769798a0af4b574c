"""Sessions end when they should: without use, after their longest time, and when told to."""

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin

from customs_portal.accounts import sessions
from customs_portal.accounts.models import SignInEvent, User
from customs_portal.accounts.sign_in_trail import record
from customs_portal.clock import now

BACKGROUND = "Portal-Background"
"""The header of requests that a page makes by itself; they do not keep a session alive."""


class SessionLimitsMiddleware(MiddlewareMixin):
    """Logs out whose session is over; requests without a session cookie cost nothing."""

    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        """Let the request go on, as nobody's if the session is over."""
        if settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return None
        if isinstance(request.user, User):
            _check(request, request.user)
        return None


def _check(request: HttpRequest, user: User) -> None:
    at = now()
    row = sessions.current(request.session, user=user)
    passed = sessions.limit_passed(row, at) if row else "ended elsewhere"
    if row is None or passed:
        _close(request, user, passed)
    elif BACKGROUND not in request.headers:
        sessions.touch(row, at=at)


def _close(request: HttpRequest, user: User, passed: str) -> None:
    """Forget the session without the signal of a wish to sign out."""
    if passed in ("idle", "absolute"):
        record(SignInEvent.Kind.EXPIRED, request=request, at=now(), user=user, detail=passed)
    sessions.end(request.session)
    request.session.flush()
    request.user = AnonymousUser()
