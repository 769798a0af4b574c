"""Receiving: bytes become durable in one statement, before anything is judged."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import msgspec

from customs_portal.bulk import fetch_prepared
from customs_portal.events import wake
from customs_portal.events.partitions import month_of
from customs_portal.events.routing import receivers
from messaging.events import MESSAGE_RECEIVED

BYTES_OF_ONE = 500
"""About how many a consignment or a goods item has at least: what a message weighs unread."""
_SENDER = """sender AS (
    SELECT t.operator_id, u.id AS actor_id, t.test FROM accounts_apitoken t
    JOIN accounts_user u ON u.id = t.user_id
    WHERE t.digest = %(token)s AND u.is_active AND (t.expiry IS NULL OR t.expiry > %(at)s)
        AND 'lodge' = ANY(t.scopes)
)"""
_PERSON = """sender AS (
    SELECT m.operator_id, u.id AS actor_id, false AS test FROM accounts_operatormembership m
    JOIN accounts_user u ON u.id = m.user_id
    WHERE m.operator_id = %(operator)s AND u.id = %(person)s AND u.is_active
        AND m.role IN ('owner', 'lodger')
)"""
_PARTNER = """claimed AS (
    INSERT INTO messaging_transmission (partner_id, identification, kind, digest, correlation,
        received_at, signature, receipt)
    VALUES (%(partner)s, %(identification)s, %(transmitted)s, %(digest)s, %(correlation)s, %(at)s,
        %(signature)s, %(receipt)s)
    ON CONFLICT (partner_id, identification) DO NOTHING RETURNING partner_id
), sender AS (
    SELECT p.operator_id, false AS test, (
        SELECT min(m.user_id) FROM accounts_operatormembership m
        WHERE m.operator_id = p.operator_id) AS actor_id
    FROM claimed c JOIN messaging_partner p ON p.id = c.partner_id
)"""
_RECEIVE = """
WITH {sender}, body AS (
    INSERT INTO messaging_rawbody (id, month, body, digest)
    SELECT nextval('messaging_rawbody_id_seq'), %(month)s, %(body)s, %(digest)s FROM sender
    RETURNING id
), message AS (
    INSERT INTO messaging_inboundmessage
        (correlation, operator_id, state, received_at, body_id, body_month, size,
         kind, message_identification, lrn, mrn, findings, is_test)
    SELECT %(correlation)s, s.operator_id, 'received', %(at)s, b.id, %(month)s, %(size)s,
           '', '', '', '', '[]'::jsonb, s.test
    FROM sender s, body b RETURNING id
), event AS (
    INSERT INTO events_event (id, month, kind, at, data, actor_id, correlation)
    SELECT nextval('events_event_id_seq'), %(month)s, %(kind)s, %(at)s,
           jsonb_build_object('message', m.id, 'weight', %(size)s / %(bytes_of_one)s),
           s.actor_id, %(correlation)s
    FROM message m, sender s RETURNING id
), due AS (
    INSERT INTO events_delivery (consumer, event_id, event_month, not_before, attempts, error)
    SELECT consumer, e.id, %(month)s, %(at)s, 0, ''
    FROM event e, unnest(%(consumers)s::text[]) AS consumer
)
SELECT id FROM message
"""
_RECEIVE_MANY = """
WITH {sender}, numbered AS (
    SELECT nextval('messaging_rawbody_id_seq') AS body_id,
           nextval('messaging_inboundmessage_id_seq') AS message_id,
           nextval('events_event_id_seq') AS event_id, s.operator_id, s.actor_id, s.test, f.*
    FROM sender s, (
        SELECT * FROM unnest(%(correlations)s::uuid[], %(bodies)s::bytea[], %(digests)s::bytea[])
            WITH ORDINALITY AS f(correlation, body, digest, n) ORDER BY n
    ) f
), body AS (
    INSERT INTO messaging_rawbody (id, month, body, digest)
    SELECT body_id, %(month)s, body, digest FROM numbered
), message AS (
    INSERT INTO messaging_inboundmessage
        (id, correlation, operator_id, state, received_at, body_id, body_month, size,
         kind, message_identification, lrn, mrn, findings, is_test)
    SELECT message_id, correlation, operator_id, 'received', %(at)s, body_id, %(month)s,
           length(body), '', '', '', '', '[]'::jsonb, test
    FROM numbered
), event AS (
    INSERT INTO events_event (id, month, kind, at, data, actor_id, correlation)
    SELECT event_id, %(month)s, %(kind)s, %(at)s,
           jsonb_build_object('message', message_id, 'weight', length(body) / %(bytes_of_one)s),
           actor_id, correlation
    FROM numbered
), due AS (
    INSERT INTO events_delivery (consumer, event_id, event_month, not_before, attempts, error)
    SELECT consumer, event_id, %(month)s, %(at)s, 0, ''
    FROM numbered, unnest(%(consumers)s::text[]) AS consumer ORDER BY n
)
SELECT count(*) FROM sender
"""


def receive(*, token_digest: str, body: bytes, at: datetime) -> UUID | None:
    """Store the bytes of a message and return its correlation id; None if the token may not.

    `at` is the time at the last byte: the legal time of lodging. Runs in autocommit: when it
    returns, the message is durable. Raises django.db.Error when it could not be stored.
    """
    correlation = uuid4()
    values = {
        "body": body,
        "digest": sha256(body).digest(),
        "size": len(body),
        "correlation": correlation,
    }
    stored = _store(_RECEIVE, _SENDER, {**values, "token": token_digest}, at)
    return correlation if stored else None


def receive_from_person(*, operator: int, person: int, body: bytes, at: datetime) -> UUID | None:
    """Store the bytes of a message that a person wrote for an operator; None if they may not lodge.

    Durable when it returns, in one statement, like `receive`.
    """
    correlation = uuid4()
    values = {
        "body": body,
        "digest": sha256(body).digest(),
        "size": len(body),
        "correlation": correlation,
        "operator": operator,
        "person": person,
    }
    return correlation if _store(_RECEIVE, _PERSON, values, at) else None


class PartnerMessage(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a message of a partner besides its bytes; its sender is proven already.

    `identification` is unique for the partner; `receipt` is what its system gets for it.
    """

    partner: int
    identification: str
    kind: str
    signature: str
    receipt: str
    correlation: UUID


def receive_from_partner(sent: PartnerMessage, *, body: bytes, at: datetime) -> bool:
    """Store the bytes of a partner's message once; False if its identification is taken.

    Durable when it returns, in one statement, like `receive`.
    """
    values = {
        "body": body,
        "digest": sha256(body).digest(),
        "size": len(body),
        "correlation": sent.correlation,
        "partner": sent.partner,
        "identification": sent.identification,
        "transmitted": sent.kind,
        "signature": sent.signature,
        "receipt": sent.receipt,
    }
    return _store(_RECEIVE, _PARTNER, values, at)


def receive_many(*, token_digest: str, bodies: Sequence[bytes], at: datetime) -> list[UUID] | None:
    """Store messages, all or none, and return their correlation ids; None if the token may not.

    Durable when it returns, in one statement, like `receive`.
    """
    correlations = [uuid4() for _ in bodies]
    values = {
        "bodies": list(bodies),
        "digests": [sha256(body).digest() for body in bodies],
        "correlations": correlations,
    }
    stored = _store(_RECEIVE_MANY, _SENDER, {**values, "token": token_digest}, at)
    return correlations if stored else None


def _store(statement: str, sender: str, values: dict[str, Any], at: datetime) -> bool:
    """Run a statement that stores; return whether the sender may, and wake whoever is told."""
    consumers = receivers(MESSAGE_RECEIVED.name)
    common: dict[str, Any] = {
        "at": at,
        "month": month_of(at),
        "kind": MESSAGE_RECEIVED.name,
        "bytes_of_one": BYTES_OF_ONE,
        "consumers": [consumer.name for consumer in consumers],
    }
    stored = fetch_prepared(statement.format(sender=sender), {**common, **values})
    if not stored or not stored[0][0]:
        return False
    wake.wake(consumers)
    return True
