"""Reading which filings of ICS2 stand above and below others, and who has not filed yet.

By links alone: a house that is linked counts as filed, also while it waits for its analysis before
loading, so nothing here tells whether anybody looks at it.
"""

from collections.abc import Collection, Sequence
from decimal import Decimal

import msgspec

from customs_portal.bulk import fetch_prepared
from declarations.expected import NOT_FILED, Missing

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
_BELOW = """
WITH RECURSIVE tree(filing, link, path) AS (
    SELECT %(filing)s::bigint, NULL::bigint, ARRAY[%(filing)s::bigint]
    UNION ALL
    SELECT l.lower_id, l.id, t.path || l.lower_id FROM tree t JOIN declarations_filinglink l
        ON l.upper_id = t.filing AND l.ended_at IS NULL
    WHERE cardinality(t.path) <= %(deepest)s
)
SELECT t.path, coalesce(l.waits, false), l.confirmed_by_id, coalesce(l.reason, '')
FROM tree t LEFT JOIN declarations_filinglink l ON l.id = t.link ORDER BY t.path
"""
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
    SELECT coalesce(array_agg(DISTINCT identification), '{}') AS containers
    FROM declarations_declaredequipment WHERE filing_version_id = v.id) e
WHERE f.id = ANY(%s::bigint[])
"""


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
    """Where a filing stands below the first of its `path`; by an officer's link where so.

    `waits` while its analysis before loading keeps it from being part of the whole.
    """

    path: tuple[int, ...]
    waits: bool
    confirmed_by: int | None
    reason: str

    @property
    def filing(self) -> int:
        """Return the filing itself."""
        return self.path[-1]

    @property
    def depth(self) -> int:
        """Return how many stand above it."""
        return len(self.path) - 1


class Lacking(msgspec.Struct, frozen=True, kw_only=True):
    """How many filings are not there, how many of them directly below, and the first ones.

    A master may name 9,999 who are to file: those directly below come first, `MOST_NAMED` in all.
    """

    count: int
    own_count: int
    first: tuple[Missing, ...]


class Goods(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of goods, together; None where nothing is. Mass in kilograms."""

    containers: frozenset[str] = frozenset()
    packages: int | None = None
    mass: Decimal | None = None


def above(filing: int) -> list[int]:
    """Return the filings above one, the highest first."""
    return [row[0] for row in fetch_prepared(_ABOVE, {"filing": filing, "deepest": DEEPEST})]


def below(filing: int) -> list[Place]:
    """Return a filing and all that stand below it, each after the one above it."""
    rows = fetch_prepared(_BELOW, {"filing": filing, "deepest": DEEPEST})
    return [
        Place(path=tuple(path), waits=waits, confirmed_by=officer, reason=reason)
        for path, waits, officer, reason in rows
    ]


def goods_of(filings: Sequence[int]) -> dict[int, Goods]:
    """Return by filing what its newest version says of goods."""
    return {
        key: Goods(containers=frozenset(containers), packages=packages, mass=mass)
        for key, packages, mass, containers in fetch_prepared(_GOODS, [list(filings)])
    }


def together(said: Collection[Goods]) -> Goods:
    """Return what several filings say of their goods, together."""
    packages = [goods.packages for goods in said if goods.packages is not None]
    masses = [goods.mass for goods in said if goods.mass is not None]
    return Goods(
        containers=frozenset().union(*(goods.containers for goods in said)),
        packages=sum(packages) if packages else None,
        mass=sum(masses, Decimal(0)) if masses else None,
    )


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
