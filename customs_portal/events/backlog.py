"""How much each consumer has before it, and how long the oldest of it has been due."""

from datetime import datetime, timedelta

import msgspec
from django.db import connection

from customs_portal.events.routing import pipeline

_COUNT = """
SELECT consumer, count(*) FILTER (WHERE parked_at IS NULL AND not_before <= %(at)s),
       count(*) FILTER (WHERE parked_at IS NOT NULL),
       min(not_before) FILTER (WHERE parked_at IS NULL AND not_before <= %(at)s)
FROM events_delivery GROUP BY consumer
"""


class Backlog(msgspec.Struct, frozen=True, kw_only=True):
    """What one consumer has before it; `age` is that of the oldest delivery that is due."""

    consumer: str
    due: int = 0
    parked: int = 0
    age: timedelta = timedelta(0)


def backlogs(*, at: datetime) -> list[Backlog]:
    """Return the backlog of each consumer, in the order of the pipeline."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"at": at})
        found = {row[0]: row for row in cursor.fetchall()}
    names = [consumer.name for consumer in pipeline().consumers]
    return [
        _backlog(found[name], at) if name in found else Backlog(consumer=name)
        for name in dict.fromkeys([*names, *found])
    ]


def _backlog(row: tuple[str, int, int, datetime | None], at: datetime) -> Backlog:
    consumer, due, parked, oldest = row
    age = at - oldest if oldest else timedelta(0)
    return Backlog(consumer=consumer, due=due, parked=parked, age=age)
