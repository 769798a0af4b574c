"""Tables partitioned by month: of a month whose time is over the partition goes.

A log is closed month for month with a digest over its rows, so that of a log only whole closed
months go; a month with a row that is held or in use stays as it is. Raw messages stand alone: the
held ones stay, the others of the month go.
"""

from collections.abc import Iterator
from datetime import date, datetime
from functools import partial
from typing import Any

import msgspec
from django.db import connection
from django.utils.translation import gettext as _
from psycopg import sql

from customs_portal.events.models import DroppedMonth, MonthDigest
from customs_portal.privacy.holds import Covered
from customs_portal.privacy.models import Kind, RetentionPolicy
from customs_portal.privacy.retention.step import Portion


class Monthly(msgspec.Struct, frozen=True, kw_only=True):
    """A partitioned table: which of its rows are held by what holds cover, and which are in use."""

    table: str
    is_log: bool
    held: str
    in_use: str = "false"


TABLES = {
    Kind.RAW_MESSAGES: Monthly(
        table="messaging_rawbody",
        is_log=False,
        held="""id IN (
            SELECT i.body_id FROM messaging_inboundmessage i
            JOIN accounts_operator o ON o.id = i.operator_id
            WHERE i.mrn = ANY(%(mrns)s) OR o.eori = ANY(%(eoris)s)
            UNION SELECT v.body_id FROM declarations_ensmember m
            JOIN declarations_filingversion f ON f.filing_id = m.filing_id
            JOIN messaging_inboundmessage v ON v.id = f.message_id WHERE m.ens_id = ANY(%(ens)s)
            UNION SELECT b.body_id FROM messaging_outboundmessage b
            WHERE b.ens_id = ANY(%(ens)s) OR b.mrn = ANY(%(mrns)s)
               OR b.recipient = ANY(%(eoris)s))""",
        in_use="""id IN (
            SELECT body_id FROM messaging_outboundmessage WHERE state = 'waiting'
            UNION SELECT body_id FROM messaging_inboundmessage
            WHERE answer_id IS NULL AND repeats_id IS NULL)""",
    ),
    Kind.EVENTS: Monthly(
        table="events_event",
        is_log=True,
        held="stream = ANY(%(ens)s)",
        in_use="""EXISTS (SELECT 1 FROM events_delivery d
            WHERE d.event_id = row.id AND d.event_month = row.month)""",
    ),
    Kind.CHANGES: Monthly(
        table="events_change",
        is_log=True,
        held="before->>'eori' = ANY(%(eoris)s) OR after->>'eori' = ANY(%(eoris)s)",
    ),
    Kind.LOOKS: Monthly(
        table="accounts_accesslog",
        is_log=True,
        held="ens = ANY(%(ens)s) OR reference = ANY(%(mrns)s) OR reference = ANY(%(eoris)s)",
    ),
}


def portions(
    policy: RetentionPolicy, before: date, covered: Covered, at: datetime
) -> Iterator[Portion]:
    """Yield the months of the policy's table that begin before a month and still have rows."""
    monthly = TABLES[Kind(policy.kind)]
    for month in _months(monthly.table, before):
        total, held, in_use = _counts(monthly, month, covered)
        if not monthly.is_log:
            yield Portion(
                what=f"{month:%Y-%m}", rows=total - held - in_use, held=held, in_use=in_use,
                remove=partial(_remove_rows, monthly, month, covered, held + in_use),
            )  # fmt: skip
            continue
        note = _why_whole(monthly.table, month, held, in_use)
        yield Portion(
            what=f"{month:%Y-%m}", rows=0 if note else total, held=held, in_use=in_use, note=note,
            remove=partial(_remove_month, policy, monthly.table, month, at),
        )  # fmt: skip


def _why_whole(log: str, month: date, held: int, in_use: int) -> str:
    """Return why a month of a log stays as it is, empty where it may go."""
    if held:
        return _("Something in it is held.")
    if in_use:
        return _("Work on it is not over.")
    closed = MonthDigest.objects.filter(log=log, month=month).exists()
    return "" if closed else _("The month is not closed.")


def _months(table: str, before: date) -> list[date]:
    query = sql.SQL("SELECT DISTINCT month FROM {} WHERE month < %s ORDER BY 1")
    with connection.cursor() as cursor:
        cursor.execute(query.format(sql.Identifier(table)).as_string(None), [before])
        return [row[0] for row in cursor.fetchall()]


def _counts(monthly: Monthly, month: date, covered: Covered) -> tuple[int, int, int]:
    """Return all rows of the month, those held, and of the others those in use."""
    query = sql.SQL(
        "SELECT count(*), count(*) FILTER (WHERE {held}),"
        " count(*) FILTER (WHERE NOT ({held}) AND ({in_use})) FROM {table} row"
        " WHERE month = %(month)s"
    ).format(**_parts(monthly))
    with connection.cursor() as cursor:
        cursor.execute(query.as_string(None), _values(month, covered))
        total, held, in_use = cursor.fetchone()
    return (total, total, 0) if covered.everything else (total, held or 0, in_use or 0)


def _remove_rows(monthly: Monthly, month: date, covered: Covered, kept: int) -> None:
    if not kept:
        _drop(monthly.table, month)
    query = sql.SQL(
        "DELETE FROM {table} row WHERE month = %(month)s AND NOT ({held}) AND NOT ({in_use})"
    ).format(**_parts(monthly))
    with connection.cursor() as cursor:
        cursor.execute(query.as_string(None), _values(month, covered))


def _remove_month(policy: RetentionPolicy, log: str, month: date, at: datetime) -> None:
    _drop(log, month)
    query = sql.SQL("DELETE FROM {} WHERE month = %s").format(sql.Identifier(log))
    with connection.cursor() as cursor:
        cursor.execute(query.as_string(None), [month])
    DroppedMonth.objects.get_or_create(
        log=log, month=month, defaults={"dropped_at": at, "legal_basis": policy.legal_basis}
    )


def _drop(table: str, month: date) -> None:
    """Drop the partition of a month where there is one; rows of the DEFAULT one are deleted."""
    query = sql.SQL("DROP TABLE IF EXISTS {}").format(sql.Identifier(f"{table}_{month:%Y_%m}"))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '10s'")
        cursor.execute(query.as_string(None))


def _parts(monthly: Monthly) -> dict[str, sql.Composable]:
    return {
        "table": sql.Identifier(monthly.table),
        "held": sql.SQL(f"coalesce({monthly.held}, false)"),
        "in_use": sql.SQL(f"coalesce({monthly.in_use}, false)"),
    }


def _values(month: date, covered: Covered) -> dict[str, Any]:
    return {
        "month": month,
        "ens": list(covered.ens),
        "mrns": list(covered.mrns),
        "eoris": list(covered.eoris),
    }
