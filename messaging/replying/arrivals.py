"""The answers to an arrival notification: UK348A if registered, CC349A if refused."""

from datetime import datetime

import msgspec

from messaging.formats.answers import Envelope
from messaging.formats.ics1.arriving import (
    ArrivalRequest,
    write_arrival_acknowledgement,
    write_arrival_rejection,
)
from messaging.formats.registry import read
from messaging.models import InboundMessage
from messaging.reads import raw_body
from messaging.replying.reply import Reply


def acknowledgement(reply: Reply, header: Envelope, _at: datetime) -> bytes:
    """Return the UK348A of a registered arrival."""
    request = _request(reply)
    return write_arrival_acknowledgement(request, _to_branch(header, request))


def rejection(reply: Reply, header: Envelope, _at: datetime) -> bytes:
    """Return the CC349A of a refused notification."""
    request = _request(reply)
    return write_arrival_rejection(
        request, reply.question.findings, reply.event.at, _to_branch(header, request)
    )


def _request(reply: Reply) -> ArrivalRequest:
    """Return the notification again: the answer repeats what it said."""
    content = read(raw_body(InboundMessage.objects.get(pk=reply.question.id))).content
    assert isinstance(content, ArrivalRequest)
    return content


def _to_branch(header: Envelope, request: ArrivalRequest) -> Envelope:
    """Return the header addressed to the branch that sent the notification."""
    return msgspec.structs.replace(header, recipient=request.sender)
