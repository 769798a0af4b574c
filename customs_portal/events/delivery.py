"""Claiming due deliveries, running their consumer, and finishing them in the same transaction.

A batch that fails is halved until the one that fails alone is found; that one is tried again
later, and parked after its attempts. What a consumer writes to our database happens exactly once.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import structlog
from django.db import connection, transaction

from customs_portal.bulk import fetch_prepared
from customs_portal.events.models import Event
from customs_portal.events.routing import Consumer, import_handler
from customs_portal.failures import kind_and_place

_log = structlog.get_logger(__name__)
FIRST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(minutes=10)
ERROR_LENGTH = 2000


class LeaseLost(Exception):
    """Somebody else has the batch now; whatever was done for it must be rolled back."""


class Claimed(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery that we hold, and its event."""

    id: int
    attempts: int
    event: Event


_DUE = """
    SELECT d.id FROM events_delivery d
    WHERE d.consumer = %(consumer)s AND d.parked_at IS NULL AND d.not_before <= %(at)s
      AND (d.leased_until IS NULL OR d.leased_until <= %(at)s)
      AND (d.attempts = 0) = %(fresh)s {order}
    ORDER BY d.id LIMIT %(limit)s FOR UPDATE OF d SKIP LOCKED
"""
_OLDEST_OF_STREAM = """
      AND (d.stream IS NULL OR NOT EXISTS (
          SELECT 1 FROM events_delivery earlier
          WHERE earlier.consumer = d.consumer AND earlier.stream = d.stream
            AND earlier.event_id < d.event_id))
"""
_EVENT_COLUMNS = "e.id, e.month, e.kind, e.at, e.stream, e.data::text, e.actor_id, e.correlation"
_TAKE = """
WITH gone AS (
    DELETE FROM events_delivery WHERE id = ANY(ARRAY({due}))
    RETURNING id, attempts, event_id, event_month
)
SELECT gone.id, gone.attempts, {columns}
FROM gone JOIN events_event e ON e.id = gone.event_id AND e.month = gone.event_month ORDER BY e.id
"""
_LEASE = """
WITH held AS (
    UPDATE events_delivery
    SET lease = %(lease)s, leased_until = %(until)s, attempts = attempts + 1
    WHERE id = ANY(ARRAY({due})) RETURNING id, attempts, event_id, event_month
)
SELECT held.id, held.attempts, {columns}
FROM held JOIN events_event e ON e.id = held.event_id AND e.month = held.event_month ORDER BY e.id
"""
_ABANDONED = """
WITH gone AS (
    UPDATE events_delivery
    SET parked_at = %(at)s, error = %(error)s, lease = NULL, leased_until = NULL
    WHERE id = ANY(ARRAY(
        SELECT id FROM events_delivery
        WHERE consumer = %(consumer)s AND parked_at IS NULL AND leased_until <= %(at)s
          AND attempts >= %(attempts)s FOR UPDATE SKIP LOCKED))
    RETURNING id, attempts, event_id, event_month
)
SELECT gone.id, gone.attempts, {columns}
FROM gone JOIN events_event e ON e.id = gone.event_id AND e.month = gone.event_month ORDER BY e.id
"""
_LIGHT = """
    WITH due AS MATERIALIZED ({due}), weighed AS (
        SELECT d.id, coalesce((e.data->>'weight')::bigint, 0) AS weight
        FROM due JOIN events_delivery d ON d.id = due.id
        JOIN events_event e ON e.id = d.event_id AND e.month = d.event_month
    ), summed AS (SELECT id, weight, sum(weight) OVER (ORDER BY id) AS total FROM weighed)
    SELECT id FROM summed WHERE total - weight = 0 OR total <= %(weight)s
"""
_THESE = "SELECT unnest(%(ids)s::bigint[])"


def run_batch(consumer: Consumer, *, at: datetime) -> int:
    """Run one batch of what is due for the consumer; return how many deliveries were taken.

    First what is fresh, in bulk; else one of those that failed before, alone.
    """
    if consumer.lease is not None:
        _park_abandoned(consumer, at=at)
    for fresh, limit in ((True, consumer.batch), (False, 1)):
        taken = _run(consumer, at=at, fresh=fresh, limit=limit)
        if taken:
            return taken
    return 0


def _run(consumer: Consumer, *, at: datetime, fresh: bool, limit: int) -> int:
    query = _DUE.format(order=_OLDEST_OF_STREAM if consumer.ordered else "")
    values = {"consumer": consumer.name, "at": at, "fresh": fresh, "limit": limit}
    if consumer.weight is not None:
        query = _LIGHT.format(due=query)
        values["weight"] = consumer.weight
    if consumer.lease is None:
        return _run_taken(consumer, query, values, at=at)
    lease = uuid4()
    held = _select(
        _LEASE.format(due=query, columns=_EVENT_COLUMNS),
        {**values, "lease": lease, "until": at + consumer.lease},
    )
    _run_leased(consumer, held, lease, at=at)
    return len(held)


def _run_taken(consumer: Consumer, query: str, values: dict[str, Any], *, at: datetime) -> int:
    taken: list[Claimed] = []
    try:
        with transaction.atomic():
            taken = _select(_TAKE.format(due=query, columns=_EVENT_COLUMNS), values)
            if taken:
                consumer.handler()([claimed.event for claimed in taken], at=at)
    except Exception as error:
        if not taken:
            raise
        _after_failure(consumer, taken, error, at=at)
    return len(taken)


def _after_failure(
    consumer: Consumer, taken: list[Claimed], error: Exception, *, at: datetime
) -> None:
    if len(taken) == 1:
        _postpone(consumer, taken[0], error, taken[0].attempts + 1, at=at)
        return
    middle = len(taken) // 2
    for half in (taken[:middle], taken[middle:]):
        ids = [claimed.id for claimed in half]
        _run_taken(consumer, _THESE, {"ids": ids}, at=at)


def _run_leased(consumer: Consumer, held: list[Claimed], lease: UUID, *, at: datetime) -> None:
    if not held:
        return
    try:
        with transaction.atomic():
            consumer.handler()([claimed.event for claimed in held], at=at)
            _finish(held, lease)
    except LeaseLost:
        _log.warning("lease_lost", consumer=consumer.name, deliveries=len(held))
    except Exception as error:  # noqa: BLE001 counted and, in the end, parked
        if len(held) == 1:
            _postpone(consumer, held[0], error, held[0].attempts, at=at)
            return
        middle = len(held) // 2
        _run_leased(consumer, held[:middle], lease, at=at)
        _run_leased(consumer, held[middle:], lease, at=at)


def _park_abandoned(consumer: Consumer, *, at: datetime) -> None:
    """Park what was held at its last attempt by a process that is gone: it may be what kills."""
    values: dict[str, Any] = {
        "consumer": consumer.name,
        "at": at,
        "attempts": consumer.attempts,
        "error": "The process ended while it worked on this.",
    }
    for claimed in _select(_ABANDONED.format(columns=_EVENT_COLUMNS), values):
        _log.error("delivery_abandoned", consumer=consumer.name, event_id=claimed.event.id)
        _give_up(consumer, claimed, at=at)


def _give_up(consumer: Consumer, claimed: Claimed, *, at: datetime) -> bool:
    """Do what is done instead where all attempts failed; False where that is nothing, or fails."""
    if consumer.give_up is None:
        return False
    try:
        with transaction.atomic():
            import_handler(consumer.give_up)([claimed.event], at=at)
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM events_delivery WHERE id = %s", [claimed.id])
    except Exception as error:  # noqa: BLE001 it stays parked, for a person to see
        _log.error("give_up_failed", consumer=consumer.name, error=type(error).__name__)
        return False
    return True


def _finish(held: Sequence[Claimed], lease: UUID) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM events_delivery WHERE id = ANY(%s) AND lease = %s",
            [[claimed.id for claimed in held], lease],
        )
        if cursor.rowcount != len(held):
            raise LeaseLost


def _postpone(
    consumer: Consumer, claimed: Claimed, error: Exception, attempts: int, *, at: datetime
) -> None:
    parked = attempts >= consumer.attempts
    pause = min(FIRST_PAUSE * 4 ** (attempts - 1), LONGEST_PAUSE)
    text = kind_and_place(error)[:ERROR_LENGTH]
    _log.error(
        "delivery_failed",
        consumer=consumer.name,
        event_id=claimed.event.id,
        attempts=attempts,
        parked=parked,
        error=type(error).__name__,
    )
    if parked and _give_up(consumer, claimed, at=at):
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE events_delivery SET attempts = %s, not_before = %s, parked_at = %s,"
            " error = %s, lease = NULL, leased_until = NULL WHERE id = %s",
            [attempts, at + pause, at if parked else None, text, claimed.id],
        )


def _select(query: str, values: dict[str, Any]) -> list[Claimed]:
    return [_claimed(row) for row in fetch_prepared(query, values)]


def _claimed(row: tuple[Any, ...]) -> Claimed:
    key, attempts, *columns = row
    columns[5] = msgspec.json.decode(columns[5])
    return Claimed(id=key, attempts=attempts, event=_event(columns))


def _event(columns: list[Any]) -> Event:
    names = ("id", "month", "kind", "at", "stream", "data", "actor_id", "correlation")
    return Event(**dict(zip(names, columns, strict=True)))
