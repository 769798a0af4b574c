"""Errors of the API as problem details (RFC 9457)."""

from typing import Any

from django.http import HttpResponse
from django.utils.encoding import force_str
from rest_framework.exceptions import APIException
from rest_framework.response import Response
from rest_framework.views import exception_handler

import msgspec

CONTENT_TYPE = "application/problem+json"


def problem(
    status: int, title: object, *, code: str, headers: dict[str, str] | None = None
) -> HttpResponse:
    """Return a problem as a plain response: status, a code for machines, a sentence for people."""
    body = msgspec.json.encode(
        {"type": "about:blank", "status": status, "code": code, "title": force_str(title)}
    )
    response = HttpResponse(body, status=status, content_type=CONTENT_TYPE, headers=headers)
    response["Content-Length"] = str(len(body))
    return response


def problem_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Give REST framework's own errors the same form."""
    response = exception_handler(error, context)
    if response is not None:
        code = error.default_code if isinstance(error, APIException) else "error"
        response.data = {
            "type": "about:blank",
            "status": response.status_code,
            "code": code,
            "title": _title(response.data),
        }
        response.content_type = CONTENT_TYPE
    return response


def _title(data: Any) -> str:
    if isinstance(data, dict) and "detail" in data:
        return force_str(data["detail"])
    return msgspec.json.encode(data).decode()
