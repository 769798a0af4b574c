"""Tamper evidence: each month of a log that is over is closed with a digest.

The digest is SHA-256 over the digest of the closed month before it in the same log (32 zero bytes
for the first) and then, in the order of their ids, the rows of the month in PostgreSQL's text form
of COPY.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from hashlib import sha256

import msgspec
from django.db import connection, transaction
from django.utils.translation import gettext as _
from psycopg import sql

from customs_portal.events.models import DroppedMonth, MonthDigest
from customs_portal.events.partitions import month_of

GRACE = timedelta(days=1)
"""After the end of a month, until whatever began in it has been committed."""
FIRST = bytes(32)
_AT = """to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US')"""
LOGS: Mapping[str, str] = {
    "events_event": f"id, kind, {_AT}, stream, data::text, actor_id,"
    " nullif(concat_ws(' ', correlation, host(address)), '')",
    "events_change": f"id, {_AT}, changed_table, row_id, operation, before::text, after::text,"
    " actor_id, host(address), reason",
    "accounts_accesslog": f"id, {_AT}, user_id, what, reference, ens, how, reason, host(address)",
}
"""The columns of each log that its digests cover; all of them but the month."""


class Break(msgspec.Struct, frozen=True, kw_only=True):
    """Where a log is not what it was closed with, and how that shows."""

    log: str
    month: date
    how: str


class _Content(msgspec.Struct, frozen=True):
    """What a month holds: how many rows, and the digest of them and of all before."""

    events: int
    digest: bytes


def close_months(*, at: datetime) -> list[date]:
    """Close every month with rows that was over a day ago; return the months closed now."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE events_monthdigest IN SHARE ROW EXCLUSIVE MODE")
        return sorted({month for log in LOGS for month in _close_months(log, at)})


def _close_months(log: str, at: datetime) -> Iterator[date]:
    newest = MonthDigest.objects.filter(log=log).order_by("-month").first()
    previous = bytes(newest.digest) if newest else FIRST
    for month in _open_months(log, newest.month if newest else date.min, month_of(at - GRACE)):
        content = _content(log, month, previous)
        MonthDigest.objects.create(
            log=log, month=month, events=content.events, digest=content.digest, closed_at=at
        )
        previous = content.digest
        yield month


def _open_months(log: str, after: date, before: date) -> list[date]:
    statement = sql.SQL(
        "SELECT DISTINCT month FROM {} WHERE month > %s AND month < %s ORDER BY 1"
    ).format(sql.Identifier(log))
    with connection.cursor() as cursor:
        cursor.execute(statement, [after, before])
        return [row[0] for row in cursor.fetchall()]


def _content(log: str, month: date, previous: bytes) -> _Content:
    whole, events = sha256(previous), 0
    statement = sql.SQL(
        "COPY (SELECT {columns} FROM {log} WHERE month = {month} ORDER BY id) TO STDOUT"
    ).format(
        columns=sql.SQL(LOGS[log]),
        log=sql.Identifier(log),
        month=sql.Literal(month),
    )
    with connection.cursor() as cursor, cursor.copy(statement) as rows:
        for row in rows:
            whole.update(row)
            events += bytes(row).count(b"\n")
    return _Content(events, whole.digest())


def newest_digest() -> str:
    """Return the digest of the newest closed month of the event log in hex, empty for none."""
    newest = MonthDigest.objects.filter(log="events_event").order_by("-month").first()
    return bytes(newest.digest).hex() if newest else ""


def broken_months() -> list[date]:
    """Return the closed months of which some log is not what it was closed with."""
    return sorted({found.month for found in breaks()})


def breaks() -> list[Break]:
    """Return where the logs are not what they were closed with, log for log.

    A month with rows that lies before a closed one and was never closed is broken as well: its
    rows came later. A month that a retention policy dropped is whole as long as it is empty.
    """
    found = [each for log in LOGS for each in (*_changed_months(log), *_months_added(log))]
    return sorted(found, key=lambda each: (each.log, each.month))


def _changed_months(log: str) -> Iterator[Break]:
    previous = FIRST
    dropped = set(DroppedMonth.objects.filter(log=log).values_list("month", flat=True))
    for closed in MonthDigest.objects.filter(log=log).order_by("month"):
        content = _content(log, closed.month, previous)
        how = _difference(closed, content)
        if how and not (closed.month in dropped and content.events == 0):
            yield Break(log=log, month=closed.month, how=how)
        previous = bytes(closed.digest)


def _difference(closed: MonthDigest, content: _Content) -> str:
    """Say how a month differs from what it was closed with, empty where it does not."""
    if content.events < closed.events:
        return _("%d rows are missing") % (closed.events - content.events)
    if content.events > closed.events:
        return _("%d rows were added") % (content.events - closed.events)
    return "" if content.digest == bytes(closed.digest) else _("rows or digests were changed")


def _months_added(log: str) -> Iterator[Break]:
    closed = list(
        MonthDigest.objects.filter(log=log).order_by("month").values_list("month", flat=True)
    )
    if closed:
        for month in sorted(set(_open_months(log, date.min, closed[-1])) - set(closed)):
            yield Break(log=log, month=month, how=_("it was never closed"))
