"""Lodging a message: `POST /api/v1/messages`. A plain view, since receiving is half of all cost."""

from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from customs_portal import clock
from customs_portal.api.authentication import live_token, token_digest
from customs_portal.api.backlog import backlog
from customs_portal.api.bodies import read_body
from customs_portal.api.connection import trust_connection
from customs_portal.api.problems import (
    STORE_AWAY,
    bad_parameter,
    problem,
    store_away,
    unauthorised,
    unavailable,
)
from customs_portal.api.replies import accepted, answer_as_xml
from customs_portal.api.scopes import refused
from customs_portal.api.token_use import note_use
from customs_portal.api.waiting import answered_within, wait_seconds
from messaging.inbox import receive
from messaging.reads import message_state


@csrf_exempt
def lodge(request: HttpRequest) -> HttpResponse:
    """Take a message in: 202 with its correlation id, or 200 with the answer if it was waited for.

    What the message says is judged later. At once are refused: no valid token (401), an empty or
    broken-off body (400), one above the limit (413); and 503 while nothing can be stored.
    """
    if request.method != "POST":
        return problem(405, _("Use POST."), code="method_not_allowed", headers={"Allow": "POST"})
    digest = token_digest(request.headers.get("Authorization", ""))
    if digest is None:
        return unauthorised()
    trust_connection()
    try:
        return _lodge(request, digest)
    except STORE_AWAY:
        return store_away()


def _lodge(request: HttpRequest, digest: str) -> HttpResponse:
    seconds = wait_seconds(request.GET.get("wait"))
    body = (
        bad_parameter("wait")
        if seconds is None
        else read_body(request, limit=settings.MESSAGE_SIZE_LIMIT)
    )
    if isinstance(body, HttpResponse):
        return body if live_token(digest) else unauthorised()
    if backlog.is_too_much():
        return unavailable(_("Too much is waiting to be judged."), code="busy")
    at = clock.now()
    correlation = receive(token_digest=digest, body=body, at=at)
    if correlation is None:
        return refused(digest)
    note_use(digest, at)
    return _answer(correlation, digest, seconds) if seconds else accepted(correlation)


def _answer(correlation: UUID, digest: str, seconds: int) -> HttpResponse:
    """Return the answer if it comes in time. The message is stored whatever happens here."""
    try:
        return _answer_in_time(correlation, digest, seconds)
    except STORE_AWAY:
        return accepted(correlation, retry_after=1)


def _answer_in_time(correlation: UUID, digest: str, seconds: int) -> HttpResponse:
    token = live_token(digest) if answered_within(correlation, seconds) else None
    state = message_state(correlation, token.user) if token else None
    if token is None or state is None or state.answer is None:
        return accepted(correlation, retry_after=1)
    return answer_as_xml(state.answer, correlation, to=token.user)
