"""Reading which filings of ICS2 stand above and below others, and who has not filed yet.

By links alone: a house that is linked counts as filed, also while it waits for its analysis before
loading, so nothing here tells whether anybody looks at it.
"""

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from customs_portal.bulk import fetch_prepared
from declarations.expected import NOT_FILED, NOT_FILED_OF, Missing
from declarations.filing_types import filing_types

DEEPEST = 4
"""Levels below the highest filing that are looked for; ICS2 has three."""
MOST_NAMED = 5
"""Filings that are not there of which more is said than their number."""

_ABOVE = """
WITH RECURSIVE up(filing, depth) AS (
    SELECT l.upper_id, 1 FROM declarations_filinglink l
    WHERE l.lower_id = %(filing)s AND l.ended_at IS NULL
    UNION ALL
    SELECT l.upper_id, u.depth + 1 FROM up u JOIN declarations_filinglink l
        ON l.lower_id = u.filing AND l.ended_at IS NULL
    WHERE u.depth < %(deepest)s
)
SELECT filing FROM up ORDER BY depth DESC
"""
_BELOW = f"""
WITH RECURSIVE tree(filing, link, path) AS (
    SELECT %(filing)s::bigint, NULL::bigint, ARRAY[%(filing)s::bigint]
    UNION ALL
    SELECT l.lower_id, l.id, t.path || l.lower_id FROM tree t JOIN declarations_filinglink l
        ON l.upper_id = t.filing AND l.ended_at IS NULL
    WHERE cardinality(t.path) <= %(deepest)s
), lacking AS ({NOT_FILED_OF.format(filings="ARRAY(SELECT filing FROM tree)")}), lines AS (
    SELECT path, link, NULL AS named, NULL AS document, NULL AS expected FROM tree
    UNION ALL
    SELECT t.path, NULL, l.named, l.document, l.expected
    FROM tree t JOIN lacking l ON l.filing_id = t.filing
), placed AS (
    SELECT *, row_number() OVER (ORDER BY path, expected NULLS FIRST) - 1 AS place,
        count(*) OVER () AS lines, count(*) FILTER (WHERE expected IS NULL) OVER () AS filings
    FROM lines
)
SELECT p.lines, p.filings, p.path, coalesce(l.waits, false), l.confirmed_by_id,
    coalesce(l.reason, ''), p.path[cardinality(p.path)] IN (SELECT filing_id FROM lacking),
    p.named, p.document, p.expected
FROM placed p LEFT JOIN declarations_filinglink l ON l.id = p.link
WHERE p.place / %(size)s = least(%(page)s::bigint - 1, (p.lines - 1) / %(size)s)
ORDER BY p.place
"""  # noqa: S608  no value of anybody's
_WHOLES = """
SELECT f.id, m.filing_id FROM declarations_filing f
JOIN declarations_ens e ON e.mrn = f.mrn
JOIN declarations_ensmember m ON m.ens_id = e.id
WHERE f.id = ANY(%s::bigint[]) AND EXISTS (
    SELECT 1 FROM declarations_linkkey o WHERE o.filing_id = m.filing_id AND o.side = 'offer')
"""
_GOODS = """
SELECT f.id, i.packages, i.mass, e.containers FROM declarations_filing f
JOIN declarations_filingversion v ON v.filing_id = f.id AND v.number = f.version
CROSS JOIN LATERAL (
    SELECT sum(packages) AS packages, sum(gross_mass) AS mass
    FROM declarations_declareditem WHERE filing_version_id = v.id) i
CROSS JOIN LATERAL (
    SELECT count(DISTINCT identification) AS containers
    FROM declarations_declaredequipment WHERE filing_version_id = v.id) e
WHERE f.id = ANY(%s::bigint[])
"""
_GOODS_BELOW = """
WITH child AS (
    SELECT l.upper_id AS upper, v.id AS version, i.packages, i.mass FROM declarations_filinglink l
    JOIN declarations_filing f ON f.id = l.lower_id AND f.type <> ALL(%(left_out)s::text[])
    JOIN declarations_filingversion v ON v.filing_id = f.id AND v.number = f.version
    CROSS JOIN LATERAL (
        SELECT sum(packages) AS packages, sum(gross_mass) AS mass
        FROM declarations_declareditem WHERE filing_version_id = v.id) i
    WHERE l.upper_id = ANY(%(filings)s::bigint[]) AND l.ended_at IS NULL AND i.mass IS NOT NULL
), box AS (
    SELECT DISTINCT c.upper, e.identification FROM child c
    JOIN declarations_declaredequipment e ON e.filing_version_id = c.version
), boxes AS (
    SELECT b.upper, count(*) AS containers, count(*) FILTER (WHERE NOT EXISTS (
        SELECT 1 FROM declarations_filing f
        JOIN declarations_filingversion v ON v.filing_id = f.id AND v.number = f.version
        JOIN declarations_declaredequipment e ON e.filing_version_id = v.id
        WHERE f.id = b.upper AND e.identification = b.identification)) AS unknown
    FROM box b GROUP BY b.upper
)
SELECT c.upper, sum(c.packages), sum(c.mass), coalesce(max(b.containers), 0),
    coalesce(max(b.unknown), 0)
FROM child c LEFT JOIN boxes b ON b.upper = c.upper GROUP BY c.upper
"""
"""Of those directly below each filing; without what is no level of its own."""


_LACKING = f"""
WITH lacking AS ({NOT_FILED}), placed AS (
    SELECT w.own, l.*, count(*) OVER whole AS count,
        count(*) FILTER (WHERE l.filing_id = w.own) OVER whole AS own_count,
        row_number() OVER (whole ORDER BY l.filing_id <> w.own, l.filing_id, l.expected) AS place
    FROM lacking l JOIN unnest(%(owners)s::bigint[], %(members)s::bigint[]) AS w(own, member)
        ON w.member = l.filing_id
    WINDOW whole AS (PARTITION BY w.own)
)
SELECT own, count, own_count, filing_id, named, document, expected FROM placed
WHERE place <= %(most)s ORDER BY own, place
"""  # noqa: S608  no value of anybody's


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A line: where a filing stands below the first of its `path`; by an officer's link where so.

    `waits` while its analysis before loading keeps it from being part of the whole; it `lacks` what
    it expects below it. A line of what is not filed says what is missing below the filing.
    """

    path: tuple[int, ...]
    waits: bool
    confirmed_by: int | None
    reason: str
    lacks: bool
    missing: Missing | None = None

    @property
    def filing(self) -> int:
        """Return the filing itself."""
        return self.path[-1]

    @property
    def depth(self) -> int:
        """Return how many stand above it, or above what is missing."""
        return len(self.path) - (0 if self.missing else 1)


class Below(msgspec.Struct, frozen=True, kw_only=True):
    """One page of the lines of a tree, and how many lines and filings it has in all."""

    lines: tuple[Place, ...]
    line_count: int
    filing_count: int


class Lacking(msgspec.Struct, frozen=True, kw_only=True):
    """How many filings are not there, how many of them directly below, and the first ones.

    A master may name 9,999 who are to file: those directly below come first, `MOST_NAMED` in all.
    """

    count: int
    own_count: int
    first: tuple[Missing, ...]


class Goods(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of goods, together; None where nothing is. Mass in kilograms.

    `unknown` are the containers that the filing above does not name.
    """

    containers: int = 0
    packages: int | None = None
    mass: Decimal | None = None
    unknown: int = 0


def above(filing: int) -> list[int]:
    """Return the filings above one, the highest first."""
    return [row[0] for row in fetch_prepared(_ABOVE, {"filing": filing, "deepest": DEEPEST})]


def below(filing: int, *, page: int, size: int) -> Below:
    """Return a page of a filing and all below it, each after the one above it; the last at most.

    After each filing come those that are missing below it.
    """
    values = {"filing": filing, "deepest": DEEPEST, "page": max(page, 1), "size": size}
    rows = fetch_prepared(_BELOW, values)
    return Below(
        lines=tuple(_place(row[2:]) for row in rows),
        line_count=rows[0][0],
        filing_count=rows[0][1],
    )


def _place(row: Sequence[Any]) -> Place:
    path, waits, officer, reason, lacks, named, document, expected = row
    missing = None
    if expected:
        missing = Missing(filing=path[-1], named=named, document=document, expected=expected)
    return Place(
        path=tuple(path),
        waits=waits,
        confirmed_by=officer,
        reason=reason,
        lacks=lacks,
        missing=missing,
    )


def goods_of(filings: Sequence[int]) -> dict[int, Goods]:
    """Return by filing what its newest version says of goods."""
    return {
        key: Goods(containers=containers, packages=packages, mass=mass)
        for key, packages, mass, containers in fetch_prepared(_GOODS, [list(filings)])
    }


def goods_below(filings: Sequence[int]) -> dict[int, Goods]:
    """Return by filing what those directly below it that declare goods say of them together.

    The minimum before loading is no level of its own.
    """
    minima = [kind.filing for kind in filing_types().values() if kind.minimum]
    rows = fetch_prepared(_GOODS_BELOW, {"filings": list(filings), "left_out": minima})
    return {
        key: Goods(containers=containers, packages=packages, mass=mass, unknown=unknown)
        for key, packages, mass, containers, unknown in rows
    }


def not_filed_in_whole(filings: Collection[int]) -> dict[int, Lacking]:
    """Return by filing what is not filed anywhere in the ENS that was made for it, if anything."""
    rows = fetch_prepared(_WHOLES, [list(filings)])
    wanted = {
        "owners": [own for own, _member in rows],
        "members": [member for _own, member in rows],
        "filings": sorted({member for _own, member in rows}),
        "most": MOST_NAMED,
    }
    found: dict[int, Lacking] = {}
    for own, count, own_count, *told in fetch_prepared(_LACKING, wanted):
        first = found[own].first if own in found else ()
        filing, named, document, expected = told
        one = Missing(filing=filing, named=named, document=document, expected=expected)
        found[own] = Lacking(count=count, own_count=own_count, first=(*first, one))
    return found
