"""Recording events: the event and one delivery per consumer, in the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection, transaction

from customs_portal.events import wake
from customs_portal.events.kinds import Kind
from customs_portal.events.partitions import month_of
from customs_portal.events.routing import receivers


class NewEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event about to be recorded; until `not_before` it is not delivered."""

    kind: Kind
    at: datetime
    data: dict[str, Any]
    stream: int | None = None
    actor: int | None = None
    correlation: UUID | None = None
    not_before: datetime | None = None


_RECORD = """
WITH fresh AS (
    SELECT * FROM unnest(%s::date[], %s::text[], %s::timestamptz[], %s::bigint[], %s::text[],
                         %s::bigint[], %s::uuid[], %s::timestamptz[])
        WITH ORDINALITY AS f(month, kind, at, stream, data, actor_id, correlation, not_before, n)
), numbered AS (
    SELECT nextval('events_event_id_seq') AS id, f.* FROM (SELECT * FROM fresh ORDER BY n) f
), stored AS (
    INSERT INTO events_event (id, month, kind, at, stream, data, actor_id, correlation)
    SELECT id, month, kind, at, stream, data::jsonb, actor_id, correlation FROM numbered
), due AS (
    INSERT INTO events_delivery
        (consumer, event_id, event_month, stream, not_before, attempts, error)
    SELECT r.consumer, e.id, e.month, e.stream, e.not_before, 0, ''
    FROM numbered e JOIN unnest(%s::text[], %s::text[]) AS r(kind, consumer) ON r.kind = e.kind
    ORDER BY e.id
)
SELECT id FROM numbered ORDER BY n
"""


def record_many(events: Sequence[NewEvent]) -> list[int]:
    """Record the events in their order and return their ids.

    Raises KeyError for a kind that the pipeline does not know.
    """
    if not events:
        return []
    routes = {event.kind.name: receivers(event.kind.name) for event in events}
    pairs = [(kind, consumer.name) for kind, found in routes.items() for consumer in found]
    with connection.cursor() as cursor:
        cursor.execute(_RECORD, [*_columns(events), *_transposed(pairs)])
        ids = [row[0] for row in cursor.fetchall()]
    consumers = {consumer for found in routes.values() for consumer in found}
    transaction.on_commit(partial(wake.wake, tuple(consumers)))
    return ids


def record(
    kind: Kind,
    *,
    at: datetime,
    data: dict[str, Any],
    stream: int | None = None,
    actor: int | None = None,
    correlation: UUID | None = None,
    not_before: datetime | None = None,
) -> int:
    """Record one event and return its id."""
    event = NewEvent(
        kind=kind,
        at=at,
        data=data,
        stream=stream,
        actor=actor,
        correlation=correlation,
        not_before=not_before,
    )
    return record_many([event])[0]


def _columns(events: Sequence[NewEvent]) -> list[list[Any]]:
    return [
        [month_of(event.at) for event in events],
        [event.kind.name for event in events],
        [event.at for event in events],
        [event.stream for event in events],
        [msgspec.json.encode(event.data).decode() for event in events],
        [event.actor for event in events],
        [event.correlation for event in events],
        [event.not_before or event.at for event in events],
    ]


def _transposed(pairs: list[tuple[str, str]]) -> list[list[str]]:
    return [[kind for kind, _ in pairs], [consumer for _, consumer in pairs]]
