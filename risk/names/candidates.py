"""Which entries of lists, or which names seen before, a name may be like: by clues in common.

A clue that very many share (a town, a frequent family name) says little and is left aside; of names
with several such words two are asked for at once. So the time is bounded however long the lists
are. `risk.names.comparing` scores what is left.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from rapidfuzz.fuzz import ratio

from customs_portal.bulk import fetch_prepared, recordset
from declarations.names import name_key
from risk.engine.names import Identity
from risk.names.clues import Clues, clue_groups
from risk.names.evidence import Listed

MOST = 30
"""Entries that one name is compared with, the most similar first."""

COMMON = 200
"""Entries that may share a clue; one that more share is left aside."""

MOST_NAMES = 2_000
"""Names seen before that may share a clue, and that one entry is compared with."""

_BY_ONE = """
SELECT w.place, w.number, c.*
FROM json_to_recordset(%s::json) AS w(place int, number int, clues int[])
CROSS JOIN LATERAL (
    WITH found AS MATERIALIZED ({rows} AND e.clues && w.clues) SELECT * FROM found LIMIT {limit}) c
"""
_BY_TWO = """
SELECT w.place, w.number, c.*
FROM json_to_recordset(%s::json) AS w(place int, number int, clues int[], others int[])
CROSS JOIN LATERAL (
    WITH found AS MATERIALIZED ({rows} AND e.clues && w.clues AND e.clues && w.others)
    SELECT * FROM found LIMIT {limit}) c
"""
"""Materialized, lest a plan for the first few rows reads the table instead of the index."""

Row = list[Any]
Written = tuple[str, str]
"""A name as it is written, and its kind."""


class _Shelf(NamedTuple):
    """Where names are looked up; `written` is the place of the name in a row, after the id."""

    rows: str
    written: int
    common: int
    most: int

    def asked(self, query: str, wanted: Sequence[Mapping[str, object]]) -> Iterator[Row]:
        """Yield the place of the name and the number of its group with each row."""
        if wanted:
            text = query.replace("{rows}", self.rows).replace("{limit}", str(self.common + 1))
            yield from map(list, fetch_prepared(text, [recordset(wanted)]))

    def nearest(self, written: str, found: Mapping[int, Row]) -> list[Row]:
        """Return the rows, by id; the most similar ones where there are too many."""
        rows = [found[key] for key in sorted(found)]
        if len(rows) > self.most:
            key = name_key(written)
            rows.sort(key=lambda row: ratio(key, name_key(row[self.written])), reverse=True)
        return rows[: self.most]


_ENTRIES = _Shelf(
    rows="""
        SELECT e.id, e.list_id, l.revision, l.threshold, e.value, e.country, e.identifier
        FROM risk_referencelistentry e JOIN risk_referencelist l ON l.id = e.list_id
        WHERE e.removed_in IS NULL AND e.clues <> '{}'
    """,
    written=4,
    common=COMMON,
    most=MOST,
)
_NAMES = _Shelf(
    rows="""
        SELECT e.id, e.kind, e.key, e.country, e.identifier, e.written
        FROM risk_screenedname e WHERE true
    """,
    written=5,
    common=MOST_NAMES,
    most=MOST_NAMES,
)


def entries_like(identities: Sequence[Identity]) -> list[list[Listed]]:
    """Return for each name the entries in the lists now that it may be like."""
    found = _looked_up(_ENTRIES, [(one.written, one.kind) for one in identities])
    return [[_listed(row) for row in rows] for rows in found]


def names_like(entries: Sequence[Written]) -> list[list[tuple[int, Identity]]]:
    """Return for each entry, given by value and kind, the names seen before that are like it."""
    found = _looked_up(_NAMES, entries)
    return [[(row[0], _identity(row)) for row in rows] for rows in found]


def _listed(row: Row) -> Listed:
    return Listed(**dict(zip(Listed.__struct_fields__, row, strict=True)))


def _identity(row: Row) -> Identity:
    return Identity(**dict(zip(Identity.__struct_fields__, row[1:], strict=True)))


def _looked_up(shelf: _Shelf, names: Sequence[Written]) -> list[list[Row]]:
    groups = [clue_groups(*name) for name in names]
    found, common = _by_one(shelf, groups)
    for place, _number, *row in shelf.asked(_BY_TWO, list(_pairs(found, common))):
        found[place][row[0]] = row
    return [
        shelf.nearest(written, rows) for (written, _kind), rows in zip(names, found, strict=True)
    ]


def _by_one(
    shelf: _Shelf, groups: Sequence[Sequence[Clues]]
) -> tuple[list[dict[int, Row]], list[list[Clues]]]:
    """Return for each name what its clues find, and the words that too many share."""
    answers: dict[tuple[int, int], list[Row]] = {}
    wanted = [
        {"place": place, "number": number, "clues": group.hashes}
        for place, own in enumerate(groups)
        for number, group in enumerate(own)
    ]
    for place, number, *row in shelf.asked(_BY_ONE, wanted):
        answers.setdefault((place, number), []).append(row)
    found: list[dict[int, Row]] = [{} for _own in groups]
    common: list[list[Clues]] = [[] for _own in groups]
    for (place, number), rows in answers.items():
        group = groups[place][number]
        if len(rows) <= shelf.common:
            found[place] |= {row[0]: row for row in rows}
        elif group.word:
            common[place].append(group)
    return found, common


def _pairs(
    found: Sequence[Mapping[int, Row]], common: Sequence[list[Clues]]
) -> Iterator[dict[str, object]]:
    """Yield the two longest words that too many share; one alone where nothing else was found."""
    for place, shared in enumerate(common):
        if len(shared) > 1 or (shared and not found[place]):
            one, *others = sorted(shared, key=lambda group: len(group.word), reverse=True)
            other = others[0] if others else one
            yield {"place": place, "number": 0, "clues": one.hashes, "others": other.hashes}
