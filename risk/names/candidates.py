"""Which entries of lists, or which names seen before, a name may be like: by clues in common.

A clue that very many share (a town, a frequent family name) says little and is left aside; of names
with several such words two are asked for at once. So the time is bounded however long the lists
are. `risk.names.comparing` scores what is left.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
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

MOST_REMEMBERED = 20_000
"""Clues that a process remembers to be too common."""

MOST_NAMES = 2_000
"""Names seen before that may share a clue, and that one entry is compared with."""

_BY_ONE = """
SELECT w.place, w.number, c.ids
FROM json_to_recordset(%s::json) AS w(place int, number int, clues int[])
CROSS JOIN LATERAL (
    WITH found AS MATERIALIZED (SELECT e.id FROM {held} AND e.clues && w.clues)
    SELECT array_agg(few.id) AS ids FROM (SELECT id FROM found LIMIT {limit}) few) c
WHERE c.ids IS NOT NULL
"""
_BY_TWO = """
SELECT w.place, w.number, c.ids
FROM json_to_recordset(%s::json) AS w(place int, number int, clues int[], others int[])
CROSS JOIN LATERAL (
    WITH found AS MATERIALIZED (
        SELECT e.id FROM {held} AND e.clues && w.clues AND e.clues && w.others)
    SELECT array_agg(few.id) AS ids FROM (SELECT id FROM found LIMIT {limit}) few) c
WHERE c.ids IS NOT NULL
"""
"""Materialized, lest a plan for the first few rows reads the table instead of the index."""

Row = tuple[Any, ...]
Written = tuple[str, str]
"""A name as it is written, and its kind."""


class _Shelf(NamedTuple):
    """Where names are looked up; `written` is the place of the name in a row, after the id."""

    held: str
    rows: str
    written: int
    common: int
    most: int

    def asked(
        self, query: str, wanted: Sequence[Mapping[str, object]]
    ) -> Iterable[tuple[int, int, list[int]]]:
        """Return the place of the name, the number of its group, and the ids that it finds."""
        if not wanted:
            return ()
        text = query.replace("{held}", self.held).replace("{limit}", str(self.common + 1))
        return fetch_prepared(text, [recordset(wanted)])

    def fetched(self, ids: Iterable[int]) -> dict[int, Row]:
        """Return the rows by id."""
        return {row[0]: row for row in fetch_prepared(self.rows, [list(ids)])}

    def nearest(self, written: str, rows: list[Row]) -> list[Row]:
        """Return the rows; the most similar ones where there are too many."""
        if len(rows) > self.most:
            key = name_key(written)
            rows.sort(key=lambda row: ratio(key, name_key(row[self.written])), reverse=True)
        return rows[: self.most]


_ENTRIES = _Shelf(
    held="risk_referencelistentry e WHERE e.removed_in IS NULL AND e.clues <> '{}'",
    rows="""
        SELECT e.id, e.list_id, l.revision, l.threshold, e.value, e.country, e.identifier
        FROM risk_referencelistentry e JOIN risk_referencelist l ON l.id = e.list_id
        WHERE e.id = ANY(%s::bigint[])
    """,
    written=4,
    common=COMMON,
    most=MOST,
)
_NAMES = _Shelf(
    held="risk_screenedname e WHERE true",
    rows="""
        SELECT e.id, e.kind, e.key, e.country, e.identifier, e.written
        FROM risk_screenedname e WHERE e.id = ANY(%s::bigint[])
    """,
    written=5,
    common=MOST_NAMES,
    most=MOST_NAMES,
)


def entries_like(identities: Sequence[Identity]) -> list[list[Listed]]:
    """Return for each name the entries in the lists now that it may be like."""
    names = [(one.written, one.kind) for one in identities]
    found = _looked_up(_ENTRIES, names, _too_common())
    return [[_listed(row) for row in rows] for rows in found]


def names_like(entries: Sequence[Written]) -> list[list[tuple[int, Identity]]]:
    """Return for each entry, given by value and kind, the names seen before that are like it."""
    found = _looked_up(_NAMES, entries, set())
    return [[(row[0], _identity(row)) for row in rows] for rows in found]


def _listed(row: Row) -> Listed:
    return Listed(**dict(zip(Listed.__struct_fields__, row, strict=True)))


def _identity(row: Row) -> Identity:
    return Identity(**dict(zip(Identity.__struct_fields__, row[1:], strict=True)))


_REVISIONS = "SELECT string_agg(id || ':' || revision, ' ' ORDER BY id) FROM risk_referencelist"
_remembered: dict[str, set[Clues]] = {}


def _too_common() -> set[Clues]:
    """Return the clues that too many entries of the lists share as they are now, for more to come.

    They are what costs most to look up, and they come again and again.
    """
    [[revisions]] = fetch_prepared(_REVISIONS)
    if revisions not in _remembered or len(_remembered[revisions]) > MOST_REMEMBERED:
        _remembered.clear()
    return _remembered.setdefault(revisions, set())


def _looked_up(shelf: _Shelf, names: Sequence[Written], too_common: set[Clues]) -> list[list[Row]]:
    groups = [clue_groups(*name) for name in names]
    found = _by_one(shelf, groups, too_common)
    common = [[one for one in own if one.word and one in too_common] for own in groups]
    for place, _number, ids in shelf.asked(_BY_TWO, list(_pairs(found, common))):
        found[place].update(ids)
    rows = shelf.fetched(set().union(*found))
    return [
        shelf.nearest(written, [rows[key] for key in sorted(ids) if key in rows])
        for (written, _kind), ids in zip(names, found, strict=True)
    ]


def _by_one(
    shelf: _Shelf, groups: Sequence[Sequence[Clues]], too_common: set[Clues]
) -> list[set[int]]:
    """Return for each name what its clues find; clues that too many share are added to the rest."""
    wanted = [
        {"place": place, "number": number, "clues": group.hashes}
        for place, own in enumerate(groups)
        for number, group in enumerate(own)
        if group not in too_common
    ]
    found: list[set[int]] = [set() for _own in groups]
    for place, number, ids in shelf.asked(_BY_ONE, wanted):
        if len(ids) > shelf.common:
            too_common.add(groups[place][number])
        else:
            found[place].update(ids)
    return found


def _pairs(found: Sequence[set[int]], common: Sequence[list[Clues]]) -> Iterator[dict[str, object]]:
    """Yield the two longest words that too many share; one alone where nothing else was found."""
    for place, shared in enumerate(common):
        if len(shared) > 1 or (shared and not found[place]):
            one, *others = sorted(shared, key=lambda group: len(group.word), reverse=True)
            other = others[0] if others else one
            yield {"place": place, "number": 0, "clues": one.hashes, "others": other.hashes}
