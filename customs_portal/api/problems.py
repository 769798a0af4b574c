"""Errors of the API as problem details (RFC 9457)."""

from collections.abc import Mapping
from typing import Any

import msgspec
from django.db import InterfaceError, InternalError, OperationalError
from django.http import HttpResponse
from django.utils.encoding import force_str
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException
from rest_framework.response import Response
from rest_framework.views import exception_handler

CONTENT_TYPE = "application/problem+json"
STORE_AWAY = (OperationalError, InterfaceError, InternalError)
"""What Django raises while the database is away, full or only readable."""
RETRY_SECONDS = 5


def problem(
    status: int,
    title: object,
    *,
    code: str,
    headers: dict[str, str] | None = None,
    details: Mapping[str, object] | None = None,
) -> HttpResponse:
    """Return a problem as a plain response: status, a code for machines, a sentence for people.

    `details`: what else a machine has to know of it.
    """
    said = {"type": "about:blank", "status": status, "code": code, "title": force_str(title)}
    body = msgspec.json.encode({**said, **(details or {})})
    response = HttpResponse(body, status=status, content_type=CONTENT_TYPE, headers=headers)
    response["Content-Length"] = str(len(body))
    return response


def unauthorised() -> HttpResponse:
    """Return 401: no token, or one that is unknown or has ended."""
    return problem(
        401,
        _("A valid token is needed."),
        code="not_authenticated",
        headers={"WWW-Authenticate": "Token"},
    )


def insufficient_scope() -> HttpResponse:
    """Return 403: the token is valid, but not for this."""
    return problem(403, _("The token may not be used for this."), code="insufficient_scope")


def not_found() -> HttpResponse:
    """Return 404: there is nothing of that name for this token, whoever else may have it."""
    return problem(404, _("Not found."), code="not_found")


def removed() -> HttpResponse:
    """Return 410: the message was removed at the end of the time for which messages are kept."""
    return problem(410, _("The message is no longer kept."), code="removed")


def bad_parameter(name: str) -> HttpResponse:
    """Return 400: the value of a parameter of the address is not allowed."""
    return problem(400, _("The value of “%s” is not allowed.") % name, code="bad_parameter")


def unavailable(title: object, *, code: str) -> HttpResponse:
    """Return 503: nothing was stored; the same request may be sent again later."""
    return problem(503, title, code=code, headers={"Retry-After": str(RETRY_SECONDS)})


def store_away() -> HttpResponse:
    """Return 503: the database cannot be used."""
    return unavailable(_("The portal cannot store anything now."), code="store_unavailable")


def problem_handler(error: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """Give REST framework's own errors the same form, and say when the store is away."""
    if isinstance(error, STORE_AWAY):
        return store_away()
    response = exception_handler(error, context)
    if response is not None:
        code = _code(error)
        response.data = {
            "type": "about:blank",
            "status": response.status_code,
            "code": code,
            "title": _title(response),
        }
        response.content_type = CONTENT_TYPE
    return response


def _code(error: Exception) -> str:
    codes = error.get_codes() if isinstance(error, APIException) else "error"
    return codes if isinstance(codes, str) else "error"


def _title(response: Response) -> str:
    data = response.data
    if isinstance(data, dict) and "detail" in data:
        return force_str(data["detail"])
    return msgspec.json.encode(data).decode()
