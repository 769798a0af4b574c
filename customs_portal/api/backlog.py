"""Back-pressure: above a backlog of the local consumers nothing more is taken in."""

import time

from django.conf import settings
from django.db import connection

from customs_portal import clock
from customs_portal.events.advance import local_consumers

FRESH_SECONDS = 1.0
_COUNT = """
SELECT count(*) FROM (
    SELECT 1 FROM events_delivery
    WHERE parked_at IS NULL AND not_before <= %s AND consumer = ANY(%s) LIMIT %s
) AS due
"""


class Backlog:
    """What this process last knew of the backlog; looked up at most once a second."""

    def __init__(self) -> None:
        self._counted_at = -FRESH_SECONDS
        self._too_much = False

    def is_too_much(self) -> bool:
        """Whether more is due than PIPELINE_BACKLOG_LIMIT. Raises django.db.Error."""
        moment = time.monotonic()
        if moment - self._counted_at >= FRESH_SECONDS:
            self._too_much = _due(settings.PIPELINE_BACKLOG_LIMIT + 1)
            self._counted_at = moment
        return self._too_much


def _due(count: int) -> bool:
    """Whether at least `count` deliveries are due."""
    names = [consumer.name for consumer in local_consumers()]
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [clock.now(), names, count])
        found: int = cursor.fetchone()[0]
    return found >= count


backlog = Backlog()
