"""Tamper evidence: each month of the event log that is over is closed with a digest.

The digest is SHA-256 over the digest of the closed month before it (32 zero bytes for the first)
and then, in the order of their ids, the rows of the month in PostgreSQL's text form of COPY.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from hashlib import sha256

import msgspec
from django.db import connection, transaction
from psycopg import sql

from customs_portal.events.models import MonthDigest
from customs_portal.events.partitions import month_of

GRACE = timedelta(days=1)
"""After the end of a month, until whatever began in it has been committed."""
FIRST = bytes(32)
_ROWS = """
COPY (
    SELECT id, kind, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), stream,
           data::text, actor_id, correlation
    FROM events_event WHERE month = {month} ORDER BY id
) TO STDOUT
"""


class _Content(msgspec.Struct, frozen=True):
    """What a month holds: how many events, and the digest of them and of all before."""

    events: int
    digest: bytes


def close_months(*, at: datetime) -> list[date]:
    """Close every month with events that was over a day ago; return those closed now."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE events_monthdigest IN SHARE ROW EXCLUSIVE MODE")
        newest = MonthDigest.objects.order_by("-month").first()
        previous = bytes(newest.digest) if newest else FIRST
        months = _open_months(newest.month if newest else date.min, month_of(at - GRACE))
        for month in months:
            previous = _close(month, previous, at)
        return months


def _open_months(after: date, before: date) -> list[date]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT month FROM events_event WHERE month > %s AND month < %s ORDER BY 1",
            [after, before],
        )
        return [row[0] for row in cursor.fetchall()]


def _close(month: date, previous: bytes, at: datetime) -> bytes:
    content = _content(month, previous)
    MonthDigest.objects.create(
        month=month, events=content.events, digest=content.digest, closed_at=at
    )
    return content.digest


def _content(month: date, previous: bytes) -> _Content:
    whole, events = sha256(previous), 0
    statement = sql.SQL(_ROWS).format(month=sql.Literal(month))
    with connection.cursor() as cursor, cursor.copy(statement) as rows:
        for row in rows:
            whole.update(row)
            events += bytes(row).count(b"\n")
    return _Content(events, whole.digest())


def broken_months() -> list[date]:
    """Return the closed months whose events are not those that they were closed with.

    A month with events that lies before a closed one and was never closed is broken as well: its
    events came later.
    """
    return sorted({*_changed_months(), *_months_added()})


def _changed_months() -> Iterator[date]:
    previous = FIRST
    for closed in MonthDigest.objects.order_by("month"):
        content = _content(closed.month, previous)
        if (content.events, content.digest) != (closed.events, bytes(closed.digest)):
            yield closed.month
        previous = bytes(closed.digest)


def _months_added() -> Iterator[date]:
    closed = list(MonthDigest.objects.order_by("month").values_list("month", flat=True))
    if closed:
        yield from set(_open_months(date.min, closed[-1])) - set(closed)
