"""Which filings are expected below others, and which of them are not there.

Two readings: `missing` from a whole, which a house joins once its analysis before loading is
concluded, and `not_filed` at all. Only the second may be told to anybody outside: the first tells
whether somebody looks at a house.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

import msgspec

from customs_portal.bulk import fetch_prepared
from declarations.models import LinkKey

_SERVES = """l.ended_at IS NULL AND (l.expected = o.expected OR EXISTS (
        SELECT 1 FROM declarations_linkkey p
        JOIN declarations_linkkey a ON a.value = p.value AND a.side = 'ask'
        WHERE p.filing_id = o.filing_id AND p.side = 'offer' AND p.expected = o.expected
          AND a.filing_id = l.lower_id))"""
"""That the link `l` brings what the key `o` of the filing above it expects."""

_MISSING_WHERE = f"""
SELECT DISTINCT m.ens_id, o.filing_id, o.named, o.document, o.expected, o.settled
FROM declarations_ensmember m
JOIN declarations_linkkey o ON o.filing_id = m.filing_id AND o.side = 'offer'
WHERE m.ens_id = ANY(%s::bigint[]) AND o.expected <> '' AND NOT EXISTS (
    SELECT 1 FROM declarations_filinglink l
    JOIN declarations_ensmember n ON n.filing_id = l.lower_id AND n.ens_id = m.ens_id
    WHERE l.upper_id = o.filing_id AND {_SERVES})
"""  # noqa: S608  no value of anybody's
_IN_ORDER = " ORDER BY m.ens_id, o.filing_id, o.expected"
_SERVED_BY = """
    JOIN declarations_linkkey a ON a.value = {key}.value AND a.side = 'ask'
    JOIN declarations_filinglink l
        ON l.lower_id = a.filing_id AND l.upper_id = o.filing_id AND l.ended_at IS NULL
    JOIN declarations_ensmember n ON n.filing_id = l.lower_id AND n.ens_id = m.ens_id
"""
_LACKING = """
SELECT 1 FROM declarations_linkkey o
WHERE o.filing_id = m.filing_id AND o.side = 'offer' AND o.expected <> '' AND NOT CASE
    WHEN EXISTS (SELECT 1 FROM (SELECT o.value) own {by_own} OFFSET 0) THEN true
    WHEN EXISTS (
        SELECT 1 FROM declarations_linkkey p {by_another}
        WHERE p.filing_id = o.filing_id AND p.side = 'offer' AND p.expected = o.expected OFFSET 0)
    THEN true
    ELSE EXISTS (
        SELECT 1 FROM declarations_filinglink l
        JOIN declarations_ensmember n ON n.filing_id = l.lower_id AND n.ens_id = m.ens_id
        WHERE l.upper_id = o.filing_id AND l.ended_at IS NULL AND l.expected = o.expected OFFSET 0)
    END
""".format(by_own=_SERVED_BY.format(key="own"), by_another=_SERVED_BY.format(key="p"))  # noqa: S608  no value of anybody's
"""What the member `m` expects and its whole has not: cheap to see by the key itself, so that first.

Of 9,999 that are expected no more is read than up to the first that lacks: hence OFFSET, which
keeps the planner from joining them all.
"""
_WHOLES_LACKING = f"""
SELECT e.id FROM unnest(%s::bigint[]) AS e(id) WHERE EXISTS (
    SELECT 1 FROM (
        SELECT f.id AS filing_id, e.id AS ens_id FROM declarations_ens own
        JOIN declarations_filing f ON f.mrn = own.mrn WHERE own.id = e.id
        UNION ALL
        SELECT filing_id, ens_id FROM declarations_ensmember WHERE ens_id = e.id
    ) m WHERE EXISTS ({_LACKING} OFFSET 0) OFFSET 0)
"""  # noqa: S608  no value of anybody's
_FILINGS_LACKING = f"""
SELECT DISTINCT m.ens_id FROM declarations_ensmember m
WHERE m.filing_id = ANY(%s::bigint[]) AND EXISTS ({_LACKING} AND NOT o.settled OFFSET 0)
"""  # noqa: S608  no value of anybody's
NOT_FILED_OF = """
WITH filed(filing, expected) AS (
    SELECT l.upper_id, p.expected FROM declarations_filinglink l
    JOIN declarations_linkkey a ON a.filing_id = l.lower_id AND a.side = 'ask'
    JOIN declarations_linkkey p ON p.value = a.value AND p.side = 'offer'
        AND p.filing_id = l.upper_id
    WHERE l.upper_id = ANY({filings}) AND l.ended_at IS NULL
    UNION
    SELECT l.upper_id, l.expected FROM declarations_filinglink l
    WHERE l.upper_id = ANY({filings}) AND l.ended_at IS NULL
)
SELECT DISTINCT o.filing_id, o.named, o.document, o.expected FROM declarations_linkkey o
LEFT JOIN filed f ON f.filing = o.filing_id AND f.expected = o.expected
WHERE o.filing_id = ANY({filings}) AND o.side = 'offer' AND o.expected <> ''
  AND NOT o.settled AND f.filing IS NULL
ORDER BY o.filing_id, o.expected
"""
"""What `filings` expect below them and nobody has filed; these are an array or a subquery."""
NOT_FILED = NOT_FILED_OF.format(filings="%(filings)s::bigint[]")
_EXPECTED = f"""
SELECT DISTINCT f.analysis_ends_at, f.id, o.named, o.document, f.office_of_first_entry
FROM declarations_linkkey o
JOIN declarations_filing f ON f.id = o.filing_id
    AND f.status = 'registered' AND f.registered_at >= %(since)s
WHERE o.side = 'offer' AND o.named = ANY(%(named)s::text[]) AND NOT o.settled AND NOT EXISTS (
    SELECT 1 FROM declarations_filinglink l
    WHERE l.upper_id = f.id AND {_SERVES})
ORDER BY f.analysis_ends_at, f.id, o.document LIMIT %(most)s
"""  # noqa: S608  no value of anybody's


class Missing(msgspec.Struct, frozen=True, kw_only=True):
    """A filing that is expected and not there: below which filing, by whom, of which document.

    `named` is empty where a receptacle or an item is expected, which `expected` then names.
    `withdrawn`: it was filed and its filer withdrew it, so that nobody is asked for it again.
    """

    filing: int
    named: str
    document: str
    expected: str
    withdrawn: bool = False


class Expected(msgspec.Struct, frozen=True):
    """What somebody is to file: until when, below which filing, who, which document and office."""

    until: datetime
    filing: int
    named: str
    document: str
    office: str


def missing(ens: Collection[int]) -> dict[int, list[Missing]]:
    """Return by ENS the filings that are expected and not part of it, each once."""
    return _by_ens(fetch_prepared(_MISSING_WHERE + _IN_ORDER, [list(ens)]))


def _by_ens(rows: Iterable[tuple[Any, ...]]) -> dict[int, list[Missing]]:
    found: dict[int, list[Missing]] = defaultdict(list)
    names = Missing.__struct_fields__
    for key, *told in rows:
        found[key].append(Missing(**dict(zip(names, told, strict=True))))
    return found


def which_lack(ens: Collection[int]) -> set[int]:
    """Return those of the ENS that lack a filing."""
    return {row[0] for row in fetch_prepared(_WHOLES_LACKING, [list(ens)])}


def which_lack_below(filings: Collection[int]) -> set[int]:
    """Return the ENS of those of the filings below which one lacks that nobody withdrew."""
    return {row[0] for row in fetch_prepared(_FILINGS_LACKING, [list(filings)])}


def withdrawn(ens: Collection[int]) -> dict[int, list[Missing]]:
    """Return by ENS what was filed and withdrawn, and not filed by anybody since."""
    return _by_ens(fetch_prepared(f"{_MISSING_WHERE} AND o.settled{_IN_ORDER}", [list(ens)]))


def named_by(filings: Collection[int]) -> dict[int, set[Missing]]:
    """Return by filing whom it names as a supplementary declarant, of which document."""
    found: dict[int, set[Missing]] = {filing: set() for filing in filings}
    offers = LinkKey.objects.filter(filing__in=filings, side=LinkKey.Side.OFFER).exclude(named="")
    for key in offers.order_by("pk"):
        found[key.filing_id].add(
            Missing(
                filing=key.filing_id, named=key.named, document=key.document, expected=key.expected
            )
        )
    return found


def not_filed(filings: Collection[int]) -> dict[int, list[Missing]]:
    """Return by filing what it expects below it and nobody has filed, nor filed and withdrawn."""
    found: dict[int, list[Missing]] = defaultdict(list)
    for key, named, document, expected in fetch_prepared(NOT_FILED, {"filings": list(filings)}):
        found[key].append(Missing(filing=key, named=named, document=document, expected=expected))
    return found


def expected_of(named: Collection[str], *, since: datetime, most: int) -> list[Expected]:
    """Return what these persons are to file below filings registered since then, and have not."""
    wanted = {"named": sorted(named), "since": since, "most": most}
    return [Expected(*row) for row in fetch_prepared(_EXPECTED, wanted)]
