"""What an invariant is, and the two ways of looking for breaches."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

import msgspec
from django.db import connection


class Harm(StrEnum):
    """What a breach means: something was lost, done twice, or is wrong otherwise."""

    LOST = "lost"
    DUPLICATE = "duplicate"
    WRONG = "wrong"


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """How much is compared where a check reads contents: the newest so many rows, None for all."""

    sample: int | None = 1000


class Invariant(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence that is always true, and the function that names each breach of it."""

    name: str
    sentence: str
    harm: Harm
    find: Callable[[Scope], list[str]]


class Breach(msgspec.Struct, frozen=True, kw_only=True):
    """An invariant that does not hold, and where."""

    invariant: Invariant
    places: list[str]


def found_by(query: str, values: Mapping[str, Any] | None = None) -> list[str]:
    """Return the first column of a query as texts."""
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return [str(row[0]) for row in cursor.fetchall()]


def by_query(query: str) -> Callable[[Scope], list[str]]:
    """Return the check that every row of the query is a breach, named by its first column."""

    def find(scope: Scope) -> list[str]:
        return found_by(query)

    return find
