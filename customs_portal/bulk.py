"""Writing many rows at once: ids from sequences in one round trip, rows by COPY."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection
from psycopg import sql


def next_ids(counts: Mapping[str, int]) -> dict[str, list[int]]:
    """Return that many fresh ids of each sequence, by the sequence's name."""
    wanted = {name: count for name, count in counts.items() if count}
    if not wanted:
        return {name: [] for name in counts}
    query = " UNION ALL ".join("SELECT %s, nextval(%s) FROM generate_series(1, %s)" for _ in wanted)
    values = [value for name, count in wanted.items() for value in (name, name, count)]
    found: dict[str, list[int]] = {name: [] for name in counts}
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        for name, number in cursor.fetchall():
            found[name].append(number)
    return found


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert the rows by COPY, in the caller's transaction; values are adapted by psycopg."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
