"""Few round trips: ids from sequences in one, rows by COPY or as one value, plans made once."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from typing import Any, TypeVar

import msgspec
from django.db import connection
from django.db.models import Model
from psycopg import sql

Row = TypeVar("Row", bound=Model)


def fetch_prepared(statement: str, values: Any = None) -> list[tuple[Any, ...]]:
    """Run a statement that comes again and again, and return its rows, [] where it has none.

    The server plans it once for each connection. Raises django.db.Error.
    """
    with connection.cursor() as wrapped, connection.wrap_database_errors:
        cursor = wrapped.cursor
        cursor.execute(statement, values, prepare=True)
        return cursor.fetchall() if cursor.description else []


def read_prepared(model: type[Row], condition: str, values: Any) -> list[Row]:
    """Return the rows of a model for which a condition in SQL holds, as `fetch_prepared`.

    For what every page reads: the ORM takes a millisecond to write such a statement anew.
    """
    names, statement = _statement(model, condition)
    return [model.from_db("default", names, row) for row in fetch_prepared(statement, values)]


@cache
def _statement(model: type[Model], condition: str) -> tuple[list[str], str]:
    fields = model._meta.concrete_fields
    columns = ", ".join(f't."{field.column}"' for field in fields)
    statement = f'SELECT {columns} FROM "{model._meta.db_table}" t WHERE {condition}'  # noqa: S608  names and texts of ours
    return [field.attname for field in fields], statement


_WAYS = ["enable_seqscan", "enable_bitmapscan", "enable_sort"]
_WHOLE_TABLES = ["enable_seqscan", "enable_hashjoin", "enable_mergejoin"]
_SWITCH = "SELECT set_config(way, %s, true) FROM unnest(%s::text[]) AS way"


def fetch_by_index(statement: str, values: Any = None) -> list[tuple[Any, ...]]:
    """Run a statement that reads the first rows of an index, as `fetch_prepared`; in a transaction.

    Its subqueries end with `ORDER BY` and `LIMIT`. The planner takes the trader it does not know
    for an average one, and would read and sort all that a busy one has.
    """
    with _without(_WAYS):
        return fetch_prepared(statement, values)


def row_by_row() -> AbstractContextManager[None]:
    """Let statements go from row to row by index, and read no table whole; in a transaction.

    For those that follow links: where one master has nearly all of them, the planner thinks that
    each house leads to thousands.
    """
    return _without(_WHOLE_TABLES)


@contextmanager
def _without(ways: list[str]) -> Iterator[None]:
    fetch_prepared(_SWITCH, ["off", ways])
    yield
    fetch_prepared(_SWITCH, ["on", ways])


def fetch(statement: str, values: Any = None) -> list[tuple[Any, ...]]:
    """Run a statement that seldom comes and return its rows; raises django.db.Error."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def recordset(rows: Iterable[Mapping[str, Any]]) -> str:
    """Return the rows as one value for `json_to_recordset`: cheaper than an array per column."""
    return msgspec.json.encode(list(rows)).decode()


def next_ids(counts: Mapping[str, int]) -> dict[str, list[int]]:
    """Return that many fresh ids of each sequence, by the sequence's name."""
    wanted = {name: count for name, count in counts.items() if count}
    if not wanted:
        return {name: [] for name in counts}
    one = "SELECT %s::text, nextval(%s::text) FROM generate_series(1, %s)"
    query = " UNION ALL ".join(one for _ in wanted)
    values = [value for name, count in wanted.items() for value in (name, name, count)]
    found: dict[str, list[int]] = {name: [] for name in counts}
    for name, number in fetch_prepared(query, values):
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
