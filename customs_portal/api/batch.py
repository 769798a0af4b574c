"""Lodging up to 100 messages at once: `POST /api/v1/messages/batch`, a plain view like lodging."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.encoding import force_str
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt

from customs_portal import clock
from customs_portal.api.authentication import live_token, token_digest
from customs_portal.api.backlog import backlog
from customs_portal.api.batch_parts import Malformed, boundary_of, messages
from customs_portal.api.bodies import read_body
from customs_portal.api.connection import trust_connection
from customs_portal.api.problems import (
    STORE_AWAY,
    problem,
    store_away,
    unauthorised,
    unavailable,
)
from customs_portal.api.scopes import refused
from customs_portal.api.token_use import note_use
from messaging.inbox import receive_many

REFUSALS: dict[str, tuple[int, Any]] = {
    "not_multipart": (415, gettext_lazy("Send multipart/form-data.")),
    "bad_boundary": (400, gettext_lazy("The boundary is missing or cannot be one.")),
    "bad_part": (400, gettext_lazy("A part has no proper headers.")),
    "bad_name": (400, gettext_lazy("Each part must be named “message”.")),
    "nested": (400, gettext_lazy("A part may not be multipart itself.")),
    "coded": (400, gettext_lazy("Send each part as it is, without transfer encoding.")),
    "not_closed": (400, gettext_lazy("The last boundary is missing.")),
    "empty": (400, gettext_lazy("There is no message in the request.")),
    "too_many": (413, gettext_lazy("There are too many messages in the request.")),
}


@csrf_exempt
def lodge_batch(request: HttpRequest) -> HttpResponse:
    """Take messages in: 202 with one result for each part, in their order.

    An empty part and one above the size limit get an error of their own; the others are stored
    together, in one statement. A body that is not properly put together is refused as a whole.
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
    parts = _messages_of(request)
    if isinstance(parts, HttpResponse):
        return parts if live_token(digest) else unauthorised()
    if backlog.is_too_much():
        return unavailable(_("Too much is waiting to be judged."), code="busy")
    proper = [part for part in parts if _fault(part) is None]
    at = clock.now()
    stored = receive_many(token_digest=digest, bodies=proper, at=at)
    if stored is None:
        return refused(digest)
    note_use(digest, at)
    return _results(parts, stored)


def _messages_of(request: HttpRequest) -> list[bytes] | HttpResponse:
    try:
        boundary = boundary_of(request.headers.get("Content-Type", ""))
        body = read_body(request, limit=settings.MESSAGE_BATCH_SIZE_LIMIT)
        return body if isinstance(body, HttpResponse) else messages(body, boundary)
    except Malformed as found:
        status, title = REFUSALS[found.code]
        return problem(status, title, code=found.code)


def _fault(part: bytes) -> dict[str, str] | None:
    """Return why a part cannot be taken, None where it can."""
    if not part:
        return {"code": "empty", "title": force_str(_("The message is empty."))}
    if len(part) > settings.MESSAGE_SIZE_LIMIT:
        text = _("A message may have at most %s bytes.") % settings.MESSAGE_SIZE_LIMIT
        return {"code": "too_large", "title": text}
    return None


def _results(parts: Sequence[bytes], stored: Sequence[UUID]) -> HttpResponse:
    left = iter(stored)
    faults = [_fault(part) for part in parts]
    results = [{"error": f} if f else {"id": next(left), "state": "received"} for f in faults]
    body = msgspec.json.encode(results)
    response = HttpResponse(body, status=202, content_type="application/json")
    response["Content-Length"] = str(len(body))
    return response
