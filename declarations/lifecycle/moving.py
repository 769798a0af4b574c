"""Applying a verb to many rows at once, by one conditional update."""

from collections.abc import Collection
from typing import Any

from django.db import connection
from django.db.models import Model
from psycopg import sql

from declarations.atomic import assert_in_transaction
from declarations.lifecycle.machine import NOTHING, Machine

_MOVE = """
UPDATE {table} SET {state} = t.target
FROM unnest(%(sources)s::text[], %(targets)s::text[]) AS t(source, target)
WHERE {table}.id = ANY(%(ids)s::bigint[]) AND {table}.{state} = t.source
RETURNING {table}.id
"""


def move(model: type[Model], machine: Machine, verb: str, ids: Collection[int]) -> set[int]:
    """Apply the verb to the rows of the model and return the ids of those that moved.

    A row in a state from which the verb does not lead stays as it is. The caller holds the locks
    of the ENS rows. Raises KeyError for a verb that the machine does not have.
    """
    assert_in_transaction()
    pairs = [pair for pair in machine.targets(verb).items() if pair[0] != NOTHING]
    values: dict[str, Any] = {
        "sources": [source for source, _ in pairs],
        "targets": [target for _, target in pairs],
        "ids": list(ids),
    }
    statement = sql.SQL(_MOVE).format(
        table=sql.Identifier(model._meta.db_table), state=sql.Identifier(machine.field)
    )
    with connection.cursor() as cursor:
        cursor.execute(statement.as_string(None), values)
        return {row[0] for row in cursor.fetchall()}
