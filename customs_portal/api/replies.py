"""What the API says about one message: taken, or its answer as XML."""

from uuid import UUID

import msgspec
from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse

from customs_portal import clock
from customs_portal.accounts.models import User
from customs_portal.api.problems import removed
from messaging.models import OutboundMessage
from messaging.reads import kept_body
from messaging.services import collect


def accepted(correlation: UUID, *, retry_after: int | None = None) -> HttpResponse:
    """Return 202: the message is stored and will be judged; where to ask for its answer."""
    url = f"{reverse('api:messages')}/{correlation}"
    body = msgspec.json.encode({"id": correlation, "state": "received", "url": url})
    headers = {"Location": url, "X-Correlation-Id": str(correlation)}
    if retry_after is not None:
        headers["Retry-After"] = str(retry_after)
    return _sized(
        HttpResponse(body, status=202, content_type="application/json", headers=headers), body
    )


def answer_as_xml(answer: OutboundMessage, correlation: UUID, *, to: User) -> HttpResponse:
    """Return 200 with the bytes of the answer, which the account has collected by this."""
    response = message_as_xml(answer, to=to)
    response["X-Correlation-Id"] = str(correlation)
    return response


def message_as_xml(message: OutboundMessage, *, to: User) -> HttpResponse:
    """Return 200 with the bytes of a message, which the account has collected by this."""
    body = kept_body(message)
    if body is None:
        return removed()
    mark_collected(message, by=to)
    headers = {
        "X-Message-Kind": message.kind,
        "X-Message-Id": message.message_identification,
    }
    return _sized(HttpResponse(body, content_type=message.media_type, headers=headers), body)


def mark_collected(message: OutboundMessage, *, by: User) -> None:
    """Say that the message has reached its recipient; nothing changes the second time."""
    if message.state == OutboundMessage.State.WAITING:
        with transaction.atomic():
            collect([message.pk], by=by.pk, at=clock.now())


def _sized(response: HttpResponse, body: bytes) -> HttpResponse:
    response["Content-Length"] = str(len(body))
    return response
