"""Linking: each house filing stands below the one whose offered key it asks for (LIFECYCLE 1b).

Which one that is follows from the keys of the live filings alone, whatever came first: the key of
the lowest rank, then the filing that was registered first. A link of an officer stays while both
filings live. So whoever looks later sees at least as much, and finds the same.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

import msgspec

from customs_portal.bulk import fetch_prepared, row_by_row
from customs_portal.events.services import NewEvent, record_many
from declarations.document import Document
from declarations.events import FILING_LINKED, FILING_UNLINKED, LINK_DUE
from declarations.expected import named_by
from declarations.lifecycle import LINK, move
from declarations.linking import is_linked
from declarations.models import Ens, Filing, FilingLink
from declarations.services.completeness import expected_events, judge_completeness
from declarations.services.following import follow_goods
from declarations.services.grouping import Grouped, regroup
from declarations.services.link_keys import rewrite_keys
from declarations.services.locks import assert_in_transaction, lock_ens

MOST_CHANGES = 1000
"""Of one call; the rest is asked for again."""

_CHANGES = """
WITH affected AS (
    SELECT id FROM unnest(%(filings)s::bigint[]) AS id
    UNION
    SELECT a.filing_id FROM declarations_linkkey o
    JOIN declarations_linkkey a ON a.value = o.value AND a.side = 'ask'
    WHERE o.filing_id = ANY(%(filings)s::bigint[]) AND o.side = 'offer'
    UNION
    SELECT l.lower_id FROM declarations_filinglink l
    WHERE l.upper_id = ANY(%(filings)s::bigint[]) AND l.ended_at IS NULL
), best AS (
    SELECT DISTINCT ON (a.filing_id) a.filing_id AS lower, o.filing_id AS upper
    FROM affected x
    JOIN declarations_linkkey a ON a.filing_id = x.id AND a.side = 'ask'
    JOIN declarations_linkkey o ON o.value = a.value AND o.side = 'offer'
    WHERE o.filing_id <> a.filing_id
    ORDER BY a.filing_id, a.rank, o.filing_id
)
SELECT f.id, f.mrn, l.id, l.upper_id, old.mrn, b.upper, new.mrn
FROM affected x
JOIN declarations_filing f ON f.id = x.id AND f.link <> ''
LEFT JOIN declarations_filinglink l ON l.lower_id = f.id AND l.ended_at IS NULL
LEFT JOIN declarations_filing old ON old.id = l.upper_id
LEFT JOIN best b ON b.lower = f.id AND f.status IN ('registered', 'closed')
LEFT JOIN declarations_filing new ON new.id = b.upper
WHERE l.upper_id IS DISTINCT FROM b.upper
  AND NOT (l.confirmed_by_id IS NOT NULL AND f.status IN ('registered', 'closed')
           AND old.status IN ('registered', 'closed'))
ORDER BY f.id LIMIT %(most)s
"""
_FAMILY = """
WITH RECURSIVE below(filing) AS (
    SELECT id FROM unnest(%(filings)s::bigint[]) AS id
    UNION
    SELECT l.lower_id FROM below b JOIN declarations_filinglink l
        ON l.upper_id = b.filing AND l.ended_at IS NULL
), above(filing) AS (
    SELECT id FROM unnest(%(filings)s::bigint[] || %(uppers)s::bigint[]) AS id
    UNION
    SELECT l.upper_id FROM above a JOIN declarations_filinglink l
        ON l.lower_id = a.filing AND l.ended_at IS NULL
)
, family AS MATERIALIZED (SELECT filing FROM below UNION SELECT filing FROM above)
SELECT m.ens_id FROM family x JOIN declarations_ensmember m ON m.filing_id = x.filing
UNION
SELECT e.id FROM family x
JOIN declarations_filing f ON f.id = x.filing
JOIN declarations_ens e ON e.mrn = f.mrn
"""


class Change(msgspec.Struct, frozen=True):
    """That a house is to stand below another filing than it does, or below none."""

    lower: int
    mrn: str
    link: int | None
    old: int | None
    old_mrn: str | None
    new: int | None
    new_mrn: str | None


def ask_to_link(filings: Iterable[tuple[int, int, str]], *, at: datetime) -> None:
    """Have filings (id, ENS, MRN) held against those above and below once this is committed."""
    record_many(
        [
            NewEvent(kind=LINK_DUE, at=at, stream=ens, data={"filing": filing, "mrn": mrn})
            for filing, ens, mrn in filings
        ]
    )


def link_anew(amended: Sequence[tuple[Filing, Ens, Document]], *, at: datetime) -> None:
    """Let amended filings offer and ask by what they declare now, and tell who is named newly.

    Where a whole was complete, `judge_completeness` tells them once it is linked and lacks them.
    The caller holds the locks of the ENS rows.
    """
    linked = [each for each in amended if is_linked(each[2].type)]
    if not linked:
        return
    before = named_by([filing.pk for filing, _, _ in linked])
    rewrite_keys([(filing.pk, document) for filing, _, document in linked])
    after = named_by([filing.pk for filing, _, _ in linked])
    record_many(
        [
            event
            for filing, ens, _ in linked
            if ens.completeness != Ens.Completeness.COMPLETE
            for event in expected_events(ens, after[filing.pk] - before[filing.pk], at)
        ]
    )
    ask_to_link([(filing.pk, ens.pk, filing.mrn or "") for filing, ens, _ in linked], at=at)


def link(filings: Collection[int], *, at: datetime) -> Grouped:
    """Let the filings, and those that are linked with them, stand where their keys put them.

    Keys are committed before anybody is asked to link, so of two filings that are registered at
    once the later one always sees the other. Constant in its number of statements. Locks are taken
    once, in one order; where others came to belong meanwhile nothing is done, and asked for again.
    """
    assert_in_transaction()
    with row_by_row():
        locked = lock_ens(_family(filings, _changes(filings)))
        changes = _changes(filings)
        family = _family(filings, changes)
    if not locked.keys() >= set(family):
        ask_about(filings, at=at)
        return Grouped(again=frozenset(), ended=frozenset())
    _apply(changes, at)
    if len(changes) == MOST_CHANGES:
        ask_about(filings, at=at)
    lowers = {*filings, *(change.lower for change in changes)}
    uppers = {upper for change in changes for upper in (change.old, change.new) if upper}
    grouped = regroup(lowers, at=at)
    judge_completeness(lowers | uppers | grouped.moved, at=at)
    follow_goods(lowers | grouped.moved, at=at)
    return grouped


def lock_family(filings: Collection[int]) -> None:
    """Lock the ENS of filings that are linked with these, at whatever depth."""
    with row_by_row():
        lock_ens(_family(filings, ()))


def _changes(filings: Collection[int]) -> list[Change]:
    rows = fetch_prepared(_CHANGES, {"filings": list(filings), "most": MOST_CHANGES})
    return [Change(*row) for row in rows]


def _family(filings: Collection[int], changes: Sequence[Change]) -> list[int]:
    """Return the ENS to which the filings belong, belonged, and will belong."""
    lowers = [*filings, *(change.lower for change in changes)]
    uppers = [change.new for change in changes if change.new]
    return [row[0] for row in fetch_prepared(_FAMILY, {"filings": lowers, "uppers": uppers})]


def _apply(changes: Sequence[Change], at: datetime) -> None:
    ended = [change.link for change in changes if change.link]
    FilingLink.objects.filter(pk__in=ended).update(ended_at=at, waits=False)
    FilingLink.objects.bulk_create(
        FilingLink(lower_id=change.lower, upper_id=change.new, linked_at=at)
        for change in changes
        if change.new
    )
    move(Filing, LINK, "match", [change.lower for change in changes if change.new])
    move(Filing, LINK, "unlink", [change.lower for change in changes if not change.new])
    homes = homes_of([upper for c in changes for upper in (c.old, c.new) if upper])
    record_many([event for change in changes for event in _told(change, homes, at)])


def homes_of(filings: Collection[int]) -> dict[int, int]:
    """Return by filing the ENS that was made for it."""
    rows = fetch_prepared(
        "SELECT f.id, e.id FROM declarations_filing f JOIN declarations_ens e ON e.mrn = f.mrn"
        " WHERE f.id = ANY(%s::bigint[])",
        [list(filings)],
    )
    return dict(rows)


def _told(change: Change, homes: dict[int, int], at: datetime) -> list[NewEvent]:
    """Return what the ENS of the filings above are told."""
    told = []
    for kind, upper, mrn in (
        (FILING_UNLINKED, change.old, change.old_mrn),
        (FILING_LINKED, change.new, change.new_mrn),
    ):
        if upper:
            data = {"filing": change.lower, "mrn": change.mrn, "upper": upper, "upper_mrn": mrn}
            told.append(NewEvent(kind=kind, at=at, stream=homes[upper], data=data))
    return told


def ask_about(filings: Collection[int], *, at: datetime) -> None:
    """Have these filings held against others once this is committed."""
    homes = homes_of(filings)
    mrns = dict(Filing.objects.filter(pk__in=filings).values_list("pk", "mrn"))
    ask_to_link([(key, homes[key], mrns[key] or "") for key in sorted(homes)], at=at)
