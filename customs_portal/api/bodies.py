"""Reading the body of a request: never more than the limit, never less than was promised."""

from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.utils.translation import gettext as _

from customs_portal.api.problems import problem


def read_body(request: HttpRequest, *, limit: int) -> bytes | HttpResponse:
    """Return the exact bytes of the body, or the refusal of a request that has no proper one.

    `limit` is the most bytes that it may have.

    A body without announced length is read only where the server marks its end
    (`wsgi.input_terminated`), otherwise 411.
    """
    announced = request.META.get("CONTENT_LENGTH") or ""
    if announced:
        return _announced(request, announced, limit)
    if "chunked" not in request.headers.get("Transfer-Encoding", "").lower():
        return _empty()
    if not request.META.get("wsgi.input_terminated"):
        return problem(411, _("Say how long the message is."), code="length_required")
    return _checked(_read(request.META["wsgi.input"], limit), limit)


def _announced(request: HttpRequest, announced: str, limit: int) -> bytes | HttpResponse:
    if not (announced.isascii() and announced.isdigit()):
        return problem(400, _("The length of the message is no number."), code="bad_length")
    if int(announced) > limit:
        return _too_large(limit)
    body = _checked(_read(request, limit), limit)
    if isinstance(body, bytes) and len(body) < int(announced):
        return problem(400, _("The message broke off before its end."), code="incomplete")
    return body


def _read(source: HttpRequest, limit: int) -> bytes | None:
    """Return at most one byte more than the limit; None when the sender has gone."""
    wanted = limit + 1
    pieces: list[bytes] = []
    try:
        while wanted > 0 and (piece := source.read(wanted)):
            pieces.append(piece)
            wanted -= len(piece)
    except (UnreadablePostError, OSError):
        return None
    return b"".join(pieces)


def _checked(body: bytes | None, limit: int) -> bytes | HttpResponse:
    if body is None:
        return problem(400, _("The message broke off before its end."), code="incomplete")
    if len(body) > limit:
        return _too_large(limit)
    return body or _empty()


def _empty() -> HttpResponse:
    return problem(400, _("There is no message in the request."), code="empty")


def _too_large(limit: int) -> HttpResponse:
    text = _("A request may have at most %s bytes.") % limit
    return problem(413, text, code="too_large")
