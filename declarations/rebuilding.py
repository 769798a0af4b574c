"""Comparing the projection with the documents, and making it anew while the site runs."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from django.db import connection, transaction
from psycopg import sql

from declarations.document import Document, decode
from declarations.models import SearchKey
from declarations.projection import (
    Versions,
    keys,
    tables,
    write_projection,
    write_search_keys,
)
from declarations.services.locks import lock_ens

AT_A_TIME = 200


def newest_versions(count: int | None) -> list[int]:
    """Return the ids of the newest filing versions, of all where `count` is None."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM declarations_filingversion ORDER BY id DESC LIMIT %s", [count]
        )
        return [row[0] for row in cursor.fetchall()]


def wrong_versions(ids: Iterable[int]) -> list[int]:
    """Return those of the filing versions whose projection differs from their document."""
    return [wrong for batch in batches(ids) for wrong in _wrong(batch)]


def batches(ids: Iterable[int]) -> Iterator[list[int]]:
    """Yield the ids in their order, some at a time."""
    rest = iter(ids)
    while batch := list(islice(rest, AT_A_TIME)):
        yield batch


def _wrong(ids: Sequence[int]) -> list[int]:
    versions = _documents(ids)
    wrong = {
        int(row[0])  # type: ignore[call-overload]
        for table, columns, rows in tables()
        for row in _difference(Counter(rows(versions)), _stored(table, columns, ids))
    }
    return sorted(wrong | _wrong_keys(versions))


def _difference(
    wanted: Counter[tuple[object, ...]], found: Counter[tuple[object, ...]]
) -> Counter[tuple[object, ...]]:
    return (wanted - found) + (found - wanted)


def _documents(ids: Sequence[int]) -> Versions:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, document_json::text FROM declarations_filingversion WHERE id = ANY(%s)",
            [list(ids)],
        )
        return [(row[0], decode(row[1])) for row in cursor.fetchall()]


def _stored(table: str, columns: Sequence[str], ids: Sequence[int]) -> Counter[tuple[object, ...]]:
    query = sql.SQL("SELECT {} FROM {} WHERE filing_version_id = ANY(%s)").format(
        sql.SQL(", ").join(map(sql.Identifier, columns)), sql.Identifier(table)
    )
    with connection.cursor() as cursor:
        cursor.execute(query.as_string(None), [list(ids)])
        return Counter(cursor.fetchall())


_ENS_OF = """
SELECT DISTINCT m.ens_id FROM declarations_filingversion fv
JOIN declarations_filing f ON f.id = fv.filing_id AND f.version = fv.number
JOIN declarations_ensmember m ON m.filing_id = f.id WHERE fv.id = ANY(%s)
"""
_CURRENT = """
SELECT m.ens_id, f.mrn, fv.id, fv.document_json::text FROM declarations_ensmember m
JOIN declarations_filing f ON f.id = m.filing_id
JOIN declarations_filingversion fv ON fv.filing_id = f.id AND fv.number = f.version
WHERE m.ens_id = ANY(%s) ORDER BY m.id
"""
Member = tuple[int, str, int, Document]
"""ENS, MRN of the filing, current version of the filing, and what that declares."""


def current_members(ens: Iterable[int]) -> list[Member]:
    """Return the filings of these ENS as they are now."""
    with connection.cursor() as cursor:
        cursor.execute(_CURRENT, [list(ens)])
        return [(row[0], row[1], row[2], decode(row[3])) for row in cursor.fetchall()]


def _wrong_keys(versions: Versions) -> set[int]:
    """Return the current versions by whose identifiers their ENS is not found, or wrongly."""
    with connection.cursor() as cursor:
        cursor.execute(_ENS_OF, [[key for key, _ in versions]])
        members = current_members(row[0] for row in cursor.fetchall())
    wanted: dict[int, set[tuple[str, str]]] = {}
    for ens, mrn, _version, document in members:
        wanted.setdefault(ens, set()).update(keys(mrn, document))
    stored: dict[int, set[tuple[str, str]]] = {}
    for key in SearchKey.objects.filter(ens__in=wanted):
        stored.setdefault(key.ens_id, set()).add((key.kind, key.value))
    return {version for ens, _mrn, version, _ in members if stored.get(ens) != wanted[ens]}


def rebuild(ids: Iterable[int]) -> int:
    """Make the projection of these ENS anew and return their number.

    Each batch is a transaction that holds the locks of its ENS rows: readers see the old rows or
    the new ones, and an amendment waits.
    """
    total = 0
    for batch in batches(ids):
        with transaction.atomic():
            total += _rebuild(batch)
    return total


_VERSIONS = """
SELECT fv.id, fv.document_json::text FROM declarations_ensmember m
JOIN declarations_filingversion fv ON fv.filing_id = m.filing_id
WHERE m.ens_id = ANY(%s) ORDER BY fv.id
"""


def _rebuild(ids: Sequence[int]) -> int:
    locked = lock_ens(ids)
    with connection.cursor() as cursor:
        cursor.execute(_VERSIONS, [list(locked)])
        versions = [(row[0], decode(row[1])) for row in cursor.fetchall()]
    _delete([version for version, _ in versions], list(locked))
    write_projection(versions)
    write_search_keys([(ens, mrn, doc) for ens, mrn, _version, doc in current_members(locked)])
    return len(locked)


def _delete(versions: list[int], ens: list[int]) -> None:
    with connection.cursor() as cursor:
        for table, _columns, _rows in tables():
            query = sql.SQL("DELETE FROM {} WHERE filing_version_id = ANY(%s)")
            cursor.execute(query.format(sql.Identifier(table)).as_string(None), [versions])
    SearchKey.objects.filter(ens__in=ens).delete()
