"""Parked deliveries: what failed too often and waits for a person."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from django.db import connection, transaction

from customs_portal.events import wake
from customs_portal.events.events import DELIVERY_WAIVED
from customs_portal.events.routing import pipeline
from customs_portal.events.services import NewEvent, record_many

_RETRY = """
UPDATE events_delivery SET parked_at = NULL, attempts = 0, not_before = %s, error = ''
WHERE id = ANY(%s) AND parked_at IS NOT NULL RETURNING consumer
"""


def retry(ids: Sequence[int], *, at: datetime) -> int:
    """Let the parked ones among the deliveries be tried again from now on; return their number."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_RETRY, [at, list(ids)])
        names = [row[0] for row in cursor.fetchall()]
        due = tuple(found for found in pipeline().consumers if found.name in set(names))
        transaction.on_commit(partial(wake.wake, due))
    return len(names)


_WAIVE = """
DELETE FROM events_delivery WHERE id = ANY(%s) AND parked_at IS NOT NULL
RETURNING consumer, event_id, stream
"""


def waive(ids: Sequence[int], *, reason: str, by: int, at: datetime) -> int:
    """Give the parked ones among the deliveries up, for a reason; return their number.

    The event stays, and an event of its own tells who gave up what, and why.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_WAIVE, [list(ids)])
            rows = cursor.fetchall()
        record_many([_waived(*row, reason=reason, by=by, at=at) for row in rows])
    return len(rows)


def _waived(
    consumer: str, event: int, stream: int | None, *, reason: str, by: int, at: datetime
) -> NewEvent:
    data = {"consumer": consumer, "event": event, "reason": reason}
    return NewEvent(kind=DELIVERY_WAIVED, at=at, stream=stream, actor=by, data=data)
