"""Typed reads of messages: state, answer, raw bytes."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import msgspec
from django.db.models import Q

from customs_portal.accounts import policies
from customs_portal.accounts.access_log import unmasked
from customs_portal.accounts.models import STAFF_ROLES, AccessLog, User
from customs_portal.findings import Finding
from messaging.models import InboundMessage, OutboundMessage, RawBody


class MessageState(msgspec.Struct, frozen=True, kw_only=True):
    """Where a message stands: its state, and the answer once there is one."""

    correlation: UUID
    state: str
    kind: str
    lrn: str
    mrn: str
    received_at: datetime
    findings: list[Finding]
    answer: OutboundMessage | None
    is_test: bool = False


def message_state(correlation: UUID, user: User) -> MessageState | None:
    """Return the state of a message that the user may see, else None.

    A repeat of a message shows the answer of the first one.
    """
    seen = InboundMessage.objects.visible_to(user).select_related("answer", "repeats__answer")
    message = seen.filter(correlation=correlation).first()
    if message is None:
        return None
    first = message.repeats or message
    return MessageState(
        correlation=message.correlation,
        state=first.state,
        kind=message.kind,
        lrn=message.lrn,
        mrn=first.mrn,
        received_at=message.received_at,
        findings=msgspec.convert(message.findings, list[Finding]),
        answer=first.answer,
        is_test=message.is_test,
    )


def is_answered(correlation: UUID) -> bool:
    """Whether the message, or the one that it repeats, has its answer or needs none."""
    done = InboundMessage.DONE
    return InboundMessage.objects.filter(
        Q(state__in=done) | Q(repeats__state__in=done), correlation=correlation
    ).exists()


def raw_bodies(ids: Iterable[int]) -> dict[int, bytes]:
    """Return the bytes of raw messages by id."""
    rows = RawBody.objects.filter(pk__in=list(ids)).values_list("pk", "body")
    return {key: bytes(body) for key, body in rows}


def raw_body(message: InboundMessage | OutboundMessage) -> bytes:
    """Return the exact bytes of a message whose work is not over: they are kept."""
    body = kept_body(message)
    assert body is not None, "removed while in use"
    return body


def kept_body(message: InboundMessage | OutboundMessage) -> bytes | None:
    """Return the exact bytes of a message; None where a retention policy removed them."""
    row = RawBody.objects.filter(pk=message.body_id, month=message.body_month).first()
    return bytes(row.body) if row else None


def may_read_body(message: InboundMessage | OutboundMessage, user: User, at: datetime) -> bool:
    """Whether the user reads the message as it is: it names persons, and cannot be masked.

    Traders and case workers do; the others of the administration for a reason given just now.
    """
    if user.role not in STAFF_ROLES or policies.sees_persons(user):
        return True
    if isinstance(message, InboundMessage):
        what, name = AccessLog.What.MESSAGE_RECEIVED, str(message.correlation)
    else:
        what, name = AccessLog.What.MESSAGE_SENT, message.message_identification
    return unmasked(user, what, name, at=at)
