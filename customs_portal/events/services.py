"""Recording events: the event and one delivery per consumer, in the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

import msgspec
from django.db import transaction

from customs_portal.bulk import fetch_prepared, recordset
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
    SELECT * FROM ROWS FROM (json_to_recordset(%s::json) AS (
        month date, kind text, at timestamptz, stream bigint, data jsonb, actor_id bigint,
        correlation uuid, not_before timestamptz
    )) WITH ORDINALITY AS f(month, kind, at, stream, data, actor_id, correlation, not_before, n)
), numbered AS (
    SELECT nextval('events_event_id_seq') AS id, f.* FROM (SELECT * FROM fresh ORDER BY n) f
), stored AS (
    INSERT INTO events_event (id, month, kind, at, stream, data, actor_id, correlation, address)
    SELECT id, month, kind, at, stream, data, actor_id, correlation,
           CASE WHEN actor_id IS NOT NULL
                THEN nullif(current_setting('portal.address', true), '')::inet END
    FROM numbered
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
    rows = fetch_prepared(_RECORD, [recordset(map(_row, events)), *_transposed(pairs)])
    consumers = {consumer for found in routes.values() for consumer in found}
    transaction.on_commit(partial(wake.wake, tuple(consumers)))
    return [row[0] for row in rows]


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


def _row(event: NewEvent) -> dict[str, Any]:
    return {
        "month": month_of(event.at),
        "kind": event.kind.name,
        "at": event.at,
        "stream": event.stream,
        "data": event.data,
        "actor_id": event.actor,
        "correlation": event.correlation,
        "not_before": event.not_before or event.at,
    }


def _transposed(pairs: list[tuple[str, str]]) -> list[list[str]]:
    return [[kind for kind, _ in pairs], [consumer for _, consumer in pairs]]
