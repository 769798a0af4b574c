"""Writing messages to be sent: raw bytes, one row each, and the event that tells it."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

import msgspec

from customs_portal.bulk import copy_rows, next_ids
from customs_portal.events.partitions import month_of
from customs_portal.events.services import NewEvent, record_many
from messaging.events import MESSAGE_CREATED
from messaging.models import OutboundMessage
from messaging.wire.waking import wake_delivery

_ROWS = "messaging_outboundmessage_id_seq"
_BODIES = "messaging_rawbody_id_seq"


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A message to one recipient, before its bytes are made."""

    kind: str
    channel: str
    recipient: str
    event_id: int
    ens: int | None = None
    ens_version: int | None = None
    mrn: str = ""
    lrn: str = ""


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """A draft with its message id and its bytes."""

    draft: Draft
    id: int
    message_identification: str
    body: bytes


class Numbered(msgspec.Struct, frozen=True, kw_only=True):
    """A draft with the ids that its row and its header get."""

    draft: Draft
    id: int
    message_identification: str

    def filled(self, body: bytes) -> Written:
        """Return the message with its bytes."""
        return Written(
            draft=self.draft,
            id=self.id,
            message_identification=self.message_identification,
            body=body,
        )


def number(drafts: Sequence[Draft]) -> list[Numbered]:
    """Give each draft its id and its message id (MesIdeMES19, an..14, unique for ever)."""
    ids = next_ids({_ROWS: len(drafts)})[_ROWS]
    return [
        Numbered(draft=draft, id=key, message_identification=f"M{key:013d}")
        for key, draft in zip(ids, drafts, strict=True)
    ]


def write(messages: Sequence[Written], *, at: datetime) -> None:
    """Store the messages in the caller's transaction and record that they were created.

    A repeated attempt at the same (event, kind, recipient, MRN) breaks the unique key and with it
    the transaction: nothing is ever sent twice for one event.
    """
    bodies = next_ids({_BODIES: len(messages)})[_BODIES]
    month = month_of(at)
    copy_rows(
        "messaging_rawbody",
        ("id", "month", "body", "digest"),
        (
            (key, month, message.body, sha256(message.body).digest())
            for key, message in zip(bodies, messages, strict=True)
        ),
    )
    copy_rows(
        "messaging_outboundmessage",
        _COLUMNS,
        (_row(message, body, at) for message, body in zip(messages, bodies, strict=True)),
    )
    record_many([_event(message, at) for message in messages])
    if any(message.draft.channel == "partner" for message in messages):
        wake_delivery()


_COLUMNS = (
    "id",
    "kind",
    "channel",
    "recipient",
    "message_identification",
    "state",
    "ens_id",
    "mrn",
    "lrn",
    "event_id",
    "ens_version",
    "body_id",
    "body_month",
    "created_at",
)


def _row(message: Written, body: int, at: datetime) -> tuple[object, ...]:
    draft = message.draft
    return (
        message.id,
        draft.kind,
        draft.channel,
        draft.recipient,
        message.message_identification,
        OutboundMessage.State.WAITING,
        draft.ens,
        draft.mrn,
        draft.lrn,
        draft.event_id,
        draft.ens_version,
        body,
        month_of(at),
        at,
    )


def _event(message: Written, at: datetime) -> NewEvent:
    draft = message.draft
    return NewEvent(
        kind=MESSAGE_CREATED,
        at=at,
        stream=draft.ens,
        data={"message": message.id, "kind": draft.kind, "recipient": draft.recipient},
    )
