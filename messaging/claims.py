"""Claiming message ids, so that the same message is never taken in twice."""

from collections.abc import Sequence

import msgspec
from django.db import connection

from customs_portal.bulk import fetch_prepared, recordset
from messaging.judging import message_id_taken
from messaging.received.message import Judged

_CLAIM = """
INSERT INTO messaging_messageclaim (sender, message_identification, digest, message_id)
SELECT sender, name, decode(digest, 'hex'), message
FROM json_to_recordset(%s::json) AS f(sender text, name text, digest text, message bigint)
ON CONFLICT (sender, message_identification) DO NOTHING RETURNING message_id
"""
_FIRST = """
SELECT c.sender, c.message_identification, c.digest, c.message_id
FROM messaging_messageclaim c
JOIN unnest(%s::text[], %s::text[]) AS w(sender, message_identification)
  ON w.sender = c.sender AND w.message_identification = c.message_identification
"""


def claim(messages: Sequence[Judged]) -> list[Judged]:
    """Claim the id of each message; return them with repeats and stolen ids marked.

    The same bytes again repeat the first message; other bytes under a used id are refused (26).
    Ids are claimed in one order by everybody, so that two workers never wait for each other.
    """
    named = sorted((m for m in messages if m.reading.message_id), key=_key)
    if not named:
        return list(messages)
    won = _insert(named)
    lost = [message for message in named if message.received.id not in won]
    first = _existing(lost)
    marked = {message.received.id: _marked(message, *first[_key(message)]) for message in lost}
    return [marked.get(message.received.id, message) for message in messages]


def check_ids(messages: Sequence[Judged]) -> list[Judged]:
    """Return the messages, those refused (26) whose id was used for other bytes; claim nothing."""
    first = _existing([message for message in messages if message.reading.message_id])
    return [
        message_id_taken(message)
        if first.get(_key(message), (message.received.digest,))[0] != message.received.digest
        else message
        for message in messages
    ]


def _key(message: Judged) -> tuple[str, str]:
    return message.received.eori, (message.reading.message_id or "")[:35]


def _insert(messages: Sequence[Judged]) -> set[int]:
    return {row[0] for row in fetch_prepared(_CLAIM, [recordset(map(_row, messages))])}


def _row(message: Judged) -> dict[str, object]:
    sender, name = _key(message)
    received = message.received
    return {"sender": sender, "name": name, "digest": received.digest.hex(), "message": received.id}


def _existing(messages: Sequence[Judged]) -> dict[tuple[str, str], tuple[bytes, int]]:
    if not messages:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_FIRST, list(_columns(messages)))
        return {(row[0], row[1]): (bytes(row[2]), row[3]) for row in cursor.fetchall()}


def _columns(messages: Sequence[Judged]) -> tuple[list[str], list[str]]:
    keys = [_key(message) for message in messages]
    return [sender for sender, _ in keys], [name for _, name in keys]


def _marked(message: Judged, digest: bytes, first: int) -> Judged:
    if digest == message.received.digest:
        return msgspec.structs.replace(message, repeats=first)
    return message_id_taken(message)
