"""Reading the body of a request: never more than the limit, never less than was promised."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.utils.translation import gettext as _

from customs_portal.api.problems import problem


def read_body(request: HttpRequest) -> bytes | HttpResponse:
    """Return the exact bytes of the body, or the refusal of a request that has no proper one.

    A body without announced length is read only where the server marks its end
    (`wsgi.input_terminated`), otherwise 411.
    """
    announced = request.META.get("CONTENT_LENGTH") or ""
    if announced:
        return _announced(request, announced)
    if "chunked" not in request.headers.get("Transfer-Encoding", "").lower():
        return _empty()
    if not request.META.get("wsgi.input_terminated"):
        return problem(411, _("Say how long the message is."), code="length_required")
    return _checked(_read(request.META["wsgi.input"]))


def _announced(request: HttpRequest, announced: str) -> bytes | HttpResponse:
    if not (announced.isascii() and announced.isdigit()):
        return problem(400, _("The length of the message is no number."), code="bad_length")
    if int(announced) > settings.MESSAGE_SIZE_LIMIT:
        return _too_large()
    body = _checked(_read(request))
    if isinstance(body, bytes) and len(body) < int(announced):
        return problem(400, _("The message broke off before its end."), code="incomplete")
    return body


def _read(source: HttpRequest) -> bytes | None:
    """Return at most one byte more than the limit; None when the sender has gone."""
    wanted = settings.MESSAGE_SIZE_LIMIT + 1
    pieces: list[bytes] = []
    try:
        while wanted > 0 and (piece := source.read(wanted)):
            pieces.append(piece)
            wanted -= len(piece)
    except (UnreadablePostError, OSError):
        return None
    return b"".join(pieces)


def _checked(body: bytes | None) -> bytes | HttpResponse:
    if body is None:
        return problem(400, _("The message broke off before its end."), code="incomplete")
    if len(body) > settings.MESSAGE_SIZE_LIMIT:
        return _too_large()
    return body or _empty()


def _empty() -> HttpResponse:
    return problem(400, _("There is no message in the request."), code="empty")


def _too_large() -> HttpResponse:
    text = _("A message may have at most %s bytes.") % settings.MESSAGE_SIZE_LIMIT
    return problem(413, text, code="too_large")
