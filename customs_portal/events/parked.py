"""Parked deliveries: what failed too often and waits for a person."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from django.db import connection, transaction

from customs_portal.events import wake
from customs_portal.events.routing import pipeline

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
