"""Tables partitioned by month: their partitions are made ahead, a DEFAULT one catches the rest."""

from collections.abc import Iterator
from datetime import date

from django.db import connection
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from psycopg import sql

MONTHS_AHEAD = 3


def month_of(moment: date) -> date:
    """Return the first day of the month of a date or an aware UTC datetime."""
    return date(moment.year, moment.month, 1)


def months(first: date, count: int) -> Iterator[date]:
    """Yield the first days of `count` months from `first` on."""
    for step in range(count):
        index = first.year * 12 + first.month - 1 + step
        yield date(index // 12, index % 12 + 1, 1)


def partitioned_tables() -> list[str]:
    """Return the names of all tables of this database that are partitioned."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE c.relkind = 'p' AND n.nspname = current_schema() ORDER BY 1"
        )
        return [row[0] for row in cursor.fetchall()]


def make_partitions(table: str, *, today: date) -> None:
    """Make the partitions of this month and of the months ahead, and the DEFAULT one."""
    with connection.cursor() as cursor:
        cursor.execute(_default_partition(table).as_string(None))
        for month in months(month_of(today), MONTHS_AHEAD + 1):
            cursor.execute(_month_partition(table, month).as_string(None))


def make_all_partitions(*, today: date) -> None:
    """Make what is missing for every partitioned table."""
    for table in partitioned_tables():
        make_partitions(table, today=today)


def make_first_partitions(schema_editor: BaseDatabaseSchemaEditor, table: str) -> None:
    """Make the first partitions from within a migration."""
    from customs_portal import clock

    make_partitions(table, today=clock.now().date())


def _default_partition(table: str) -> sql.Composed:
    return sql.SQL("CREATE TABLE IF NOT EXISTS {} PARTITION OF {} DEFAULT").format(
        sql.Identifier(f"{table}_default"), sql.Identifier(table)
    )


def _month_partition(table: str, month: date) -> sql.Composed:
    first, end = months(month, 2)
    return sql.SQL(
        "CREATE TABLE IF NOT EXISTS {} PARTITION OF {} FOR VALUES FROM ({}) TO ({})"
    ).format(
        sql.Identifier(f"{table}_{month:%Y_%m}"),
        sql.Identifier(table),
        sql.Literal(first.isoformat()),
        sql.Literal(end.isoformat()),
    )
