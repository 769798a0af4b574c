"""Receiving: bytes become durable in one statement, before anything is judged."""

from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from django.db import connection

from customs_portal.events import wake
from customs_portal.events.partitions import month_of
from customs_portal.events.routing import receivers
from messaging.events import MESSAGE_RECEIVED

_RECEIVE = """
WITH sender AS (
    SELECT t.operator_id, u.id AS actor_id FROM accounts_apitoken t
    JOIN accounts_user u ON u.id = t.user_id
    WHERE t.digest = %(token)s AND u.is_active AND (t.expiry IS NULL OR t.expiry > %(at)s)
), body AS (
    INSERT INTO messaging_rawbody (id, month, body, digest)
    SELECT nextval('messaging_rawbody_id_seq'), %(month)s, %(body)s, %(digest)s FROM sender
    RETURNING id
), message AS (
    INSERT INTO messaging_inboundmessage
        (correlation, operator_id, state, received_at, body_id, body_month, size,
         kind, message_identification, lrn, mrn, findings)
    SELECT %(correlation)s, s.operator_id, 'received', %(at)s, b.id, %(month)s, %(size)s,
           '', '', '', '', '[]'::jsonb
    FROM sender s, body b RETURNING id
), event AS (
    INSERT INTO events_event (id, month, kind, at, data, actor_id, correlation)
    SELECT nextval('events_event_id_seq'), %(month)s, %(kind)s, %(at)s,
           jsonb_build_object('message', m.id), s.actor_id, %(correlation)s
    FROM message m, sender s RETURNING id
), due AS (
    INSERT INTO events_delivery (consumer, event_id, event_month, not_before, attempts, error)
    SELECT consumer, e.id, %(month)s, %(at)s, 0, ''
    FROM event e, unnest(%(consumers)s::text[]) AS consumer
)
SELECT id FROM message
"""


def receive(*, token_digest: str, body: bytes, at: datetime) -> UUID | None:
    """Store the bytes of a message and return its correlation id; None for an unknown token.

    `at` is the time at the last byte: the legal time of lodging. Runs in autocommit: when it
    returns, the message is durable. Raises django.db.Error when it could not be stored.
    """
    correlation = uuid4()
    consumers = receivers(MESSAGE_RECEIVED.name)
    values: dict[str, Any] = {
        "token": token_digest,
        "at": at,
        "month": month_of(at),
        "body": body,
        "digest": sha256(body).digest(),
        "size": len(body),
        "correlation": correlation,
        "kind": MESSAGE_RECEIVED.name,
        "consumers": [consumer.name for consumer in consumers],
    }
    with connection.cursor() as cursor:
        cursor.execute(_RECEIVE, values)
        stored = cursor.fetchone()
    if stored is None:
        return None
    wake.wake(consumers)
    return correlation
