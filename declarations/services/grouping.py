"""Which filings form one ENS: a filing with all that stands below it, at whatever depth.

The ENS of the highest one absorbs those of the others: their members, measures, questions and files
go over, their clocks stop, and both stories remain. What is no longer linked has its own ENS back.
A house whose analysis before loading is open stays by itself until that is concluded.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db.models import F, OuterRef, Subquery
from django.utils.translation import gettext as _

from customs_portal.bulk import copy_rows, fetch_prepared, next_ids, row_by_row
from customs_portal.events.services import NewEvent, record_many
from declarations.clocks import ClockKind
from declarations.events import ENS_ABSORBED, ENS_PARTED, ENS_REGROUPED
from declarations.filing_types import filing_types
from declarations.lifecycle import ENS, move
from declarations.models import Ens, EnsMember, Measure, Referral, SearchKey
from declarations.services.absorbing import hand_back, hand_over
from declarations.services.clocks import restart_analysis, stop_clocks
from declarations.services.locks import assert_in_transaction
from declarations.services.new_version import ANALYSIS_AGAIN
from declarations.services.reconfirm import ask_to_reconfirm
from declarations.services.referrals import overtake, overtake_of
from declarations.services.search_keys import add_search_keys, rewrite_search_keys

STOPPED_BY_LINKING = tuple(kind for kind in ClockKind if kind is not ClockKind.VALIDITY)
"""A filing is valid for itself, whatever it is part of."""
_ANALYSED = (Ens.Status.READY, Ens.Status.IN_ANALYSIS, Ens.Status.ASSESSED)
_WAIT = """
UPDATE declarations_filinglink l SET waits = w.waits FROM (
    SELECT l.id, e.status IN ('ready', 'in_analysis') AND m.ens_id = e.id AS waits
    FROM declarations_filinglink l
    JOIN declarations_filing f ON f.id = l.lower_id
    JOIN declarations_ens e ON e.mrn = f.mrn
    JOIN declarations_ensmember m ON m.filing_id = f.id
    WHERE l.ended_at IS NULL
      AND (l.lower_id = ANY(%(filings)s::bigint[]) OR l.upper_id = ANY(%(filings)s::bigint[]))
) w WHERE w.id = l.id AND l.waits <> w.waits
"""
_MOVES = """
WITH RECURSIVE tree(filing) AS (
    SELECT id FROM unnest(%(filings)s::bigint[]) AS id
    UNION
    SELECT l.lower_id FROM tree t JOIN declarations_filinglink l
        ON l.upper_id = t.filing AND l.ended_at IS NULL AND NOT l.waits
), up(filing, top) AS (
    SELECT filing, filing FROM tree
    UNION
    SELECT u.filing, l.upper_id FROM up u JOIN declarations_filinglink l
        ON l.lower_id = u.top AND l.ended_at IS NULL AND NOT l.waits
)
SELECT f.id, f.mrn, f.type, f.status IN ('registered', 'closed'), m.ens_id, target.id, home.id,
    target.mrn, source.mrn
FROM up u
JOIN declarations_filing f ON f.id = u.filing
JOIN declarations_filing top ON top.id = u.top
JOIN declarations_ens target ON target.mrn = top.mrn
JOIN declarations_ens home ON home.mrn = f.mrn
JOIN declarations_ensmember m ON m.filing_id = f.id
JOIN declarations_ens source ON source.id = m.ens_id
WHERE m.ens_id <> target.id AND NOT EXISTS (
    SELECT 1 FROM declarations_filinglink l
    WHERE l.lower_id = u.top AND l.ended_at IS NULL AND NOT l.waits)
ORDER BY f.id
"""
_MOVE = """
UPDATE declarations_ensmember m SET ens_id = t.ens
FROM unnest(%s::bigint[], %s::bigint[]) AS t(filing, ens) WHERE m.filing_id = t.filing
"""
_BELONG = """
UPDATE declarations_ens e SET absorbed_by_id = NULLIF(t.into_ens, e.id)
FROM unnest(%s::bigint[], %s::bigint[]) AS t(home, into_ens) WHERE e.id = t.home
"""
_ENDED = """
SELECT e.id FROM declarations_ens e
WHERE e.id = ANY(%s::bigint[]) AND NOT EXISTS (
    SELECT 1 FROM declarations_ensmember m JOIN declarations_filing f ON f.id = m.filing_id
    WHERE m.ens_id = e.id AND f.status IN ('registered', 'closed') OFFSET 0)
"""
"""Of 9,999 members one that lives is enough: hence OFFSET, which keeps them from being joined."""
_BEFORE = """
SELECT e.id, e.mrn, e.version, v.filing_versions FROM declarations_ens e
JOIN declarations_ensversion v ON v.ens_id = e.id AND v.number = e.version
WHERE e.id = ANY(%s::bigint[]) ORDER BY e.id
"""
_MEMBERS = """
SELECT m.ens_id, f.mrn, fv.id FROM declarations_ensmember m
JOIN declarations_filing f ON f.id = m.filing_id
JOIN declarations_filingversion fv ON fv.filing_id = f.id AND fv.number = f.version
WHERE m.ens_id = ANY(%s::bigint[])
"""
_CURRENT = """
SELECT f.id, fv.id FROM declarations_filing f
JOIN declarations_filingversion fv ON fv.filing_id = f.id AND fv.number = f.version
WHERE f.id = ANY(%s::bigint[])
"""


class Move(msgspec.Struct, frozen=True):
    """That a filing goes from one ENS to another; `home` is the one that was made for it."""

    filing: int
    mrn: str
    type: str
    lives: bool
    source: int
    target: int
    home: int
    target_mrn: str
    source_mrn: str


class Grouped(msgspec.Struct, frozen=True, kw_only=True):
    """The ENS that are to be analysed anew, those that ended, and the filings that moved."""

    again: frozenset[int]
    ended: frozenset[int]
    moved: frozenset[int] = frozenset()


def regroup(filings: Collection[int], *, at: datetime) -> Grouped:
    """Let the filings and what is below them be members of the ENS of the highest above them.

    The caller holds the locks of all these ENS.
    """
    assert_in_transaction()
    wanted = {"filings": list(filings)}
    with row_by_row():
        fetch_prepared(_WAIT, wanted)
        moves = [Move(*row) for row in fetch_prepared(_MOVES, wanted)]
    changed = {ens for each in moves for ens in (each.source, each.target)}
    if moves:
        _carry_out(moves, at)
    ended = _end(changed | _ens_of(filings), at)
    again = _renew(changed, moves, at)
    _find_by_filings(moves)
    hand_over([(each.source, each.target) for each in moves if each.source == each.home])
    hand_back([(m.source, m.target, m.filing) for m in moves if m.target == m.home])
    moved = frozenset(each.filing for each in moves)
    return Grouped(again=frozenset(again), ended=frozenset(ended), moved=moved)


def _find_by_filings(moves: Sequence[Move]) -> None:
    """Let the ENS be found by the filings they have now; only what has come or gone is read."""
    poorer = {each.source for each in moves if each.source != each.home}
    rewrite_search_keys(poorer)
    add_search_keys(sorted(each.filing for each in moves if each.target not in poorer))


def _ens_of(filings: Collection[int]) -> set[int]:
    return set(EnsMember.objects.filter(filing__in=filings).values_list("ens", flat=True))


def _carry_out(moves: Sequence[Move], at: datetime) -> None:
    left = [each for each in moves if each.source == each.home]
    returned = [each for each in moves if each.target == each.home]
    filings, targets = [each.filing for each in moves], [each.target for each in moves]
    overtake_of([each.filing for each in returned], why=_("it stands by itself again"), at=at)
    fetch_prepared(_MOVE, [filings, targets])
    fetch_prepared(_BELONG, [[each.home for each in moves], targets])
    Referral.objects.filter(filing__in=filings).update(ens=_member_ens())
    move(Ens, ENS, "absorb", [each.source for each in left])
    stop_clocks([each.source for each in left], STOPPED_BY_LINKING, at=at)
    SearchKey.objects.filter(ens__in=[each.source for each in left]).delete()
    early = [each.target for each in returned if each.lives and _is_preloading(each)]
    move(Ens, ENS, "part_preloading", early)
    move(Ens, ENS, "part", [each.target for each in returned])
    record_many([_absorbed(each, at) for each in left] + [_parted(each, at) for each in returned])


def _member_ens() -> Subquery:
    return Subquery(EnsMember.objects.filter(filing=OuterRef("filing")).values("ens")[:1])


def _is_preloading(each: Move) -> bool:
    return filing_types()[each.type].preloading


def _absorbed(each: Move, at: datetime) -> NewEvent:
    data = {"into": each.target_mrn, "ens": each.target, "mrn": each.mrn}
    return NewEvent(kind=ENS_ABSORBED, at=at, stream=each.source, data=data)


def _parted(each: Move, at: datetime) -> NewEvent:
    data = {"of": each.source_mrn, "ens": each.source, "mrn": each.mrn}
    return NewEvent(kind=ENS_PARTED, at=at, stream=each.target, data=data)


def _end(ens: Collection[int], at: datetime) -> set[int]:
    """End those of which no filing lives; return those that ended now (LIFECYCLE E10)."""
    with row_by_row():
        lifeless = [row[0] for row in fetch_prepared(_ENDED, [sorted(ens)])]
    ended = move(Ens, ENS, "invalidate", lifeless)
    stop_clocks(ended, list(ClockKind), at=at)
    return ended


class _Version(msgspec.Struct, frozen=True, kw_only=True):
    """The next version of an ENS."""

    id: int
    ens: int
    mrn: str
    number: int
    filing_versions: list[int]


def _renew(ens: Collection[int], moves: Sequence[Move], at: datetime) -> set[int]:
    """Give the ENS a version with the filings of now; return those to be analysed anew."""
    versions = _versions(ens, moves)
    copy_rows(
        "declarations_ensversion",
        ("id", "ens_id", "number", "filing_versions", "created_at"),
        ((v.id, v.ens, v.number, v.filing_versions, at) for v in versions),
    )
    own = [version.ens for version in versions]
    Ens.objects.filter(pk__in=own).update(version=F("version") + 1)
    again = set(Ens.objects.filter(pk__in=own, status__in=_ANALYSED).values_list("pk", flat=True))
    _analyse_again(again, [version for version in versions if version.ens in again], at)
    record_many([_regrouped(version, at) for version in versions])
    return again


def _versions(ens: Collection[int], moves: Sequence[Move]) -> list[_Version]:
    """Return the next versions: the highest filing first, then in the order of their coming."""
    rows = fetch_prepared(_BEFORE, [sorted(ens)])
    lists = _after(rows, moves) | _anew(rows, moves)
    kept = [row for row in rows if lists[row[0]]]
    sequence = "declarations_ensversion_id_seq"
    ids = next_ids({sequence: len(kept)})[sequence]
    return [
        _Version(id=key, ens=row[0], mrn=row[1], number=row[2] + 1, filing_versions=lists[row[0]])
        for key, row in zip(ids, kept, strict=True)
    ]


def _after(rows: Sequence[tuple[Any, ...]], moves: Sequence[Move]) -> dict[int, list[int]]:
    """Return by ENS its filing versions after the moves; no other of its filings is read."""
    versions = dict(fetch_prepared(_CURRENT, [[each.filing for each in moves]]))
    gone = {versions[each.filing] for each in moves}
    come: dict[int, list[int]] = defaultdict(list)
    for each in moves:
        come[each.target].append(versions[each.filing])
    return {
        row[0]: [version for version in row[3] if version not in gone] + sorted(come[row[0]])
        for row in rows
    }


def _anew(rows: Sequence[tuple[Any, ...]], moves: Sequence[Move]) -> dict[int, list[int]]:
    """Return the same for the ENS that come back, whose last version is of long ago."""
    returned = {each.target for each in moves if each.target == each.home}
    found: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for key, mrn, version in fetch_prepared(_MEMBERS, [sorted(returned)]):
        found[key].append((mrn, version))
    return {row[0]: _in_order(row[1], row[3], found[row[0]]) for row in rows if row[0] in returned}


def _in_order(own: str, before: Sequence[int], members: Sequence[tuple[str, int]]) -> list[int]:
    places = {version: place for place, version in enumerate(before)}

    def place(member: tuple[str, int]) -> tuple[bool, int, int]:
        mrn, version = member
        return mrn != own, places.get(version, len(places)), version

    return [version for _own, version in sorted(members, key=place)]


def _analyse_again(ens: Collection[int], versions: Sequence[_Version], at: datetime) -> None:
    overtake(ens, why=_("filings were linked or unlinked"), at=at)
    move(Ens, ENS, "analyse_again", ens)
    ends = at + ANALYSIS_AGAIN
    Ens.objects.filter(pk__in=ens).update(analysis_ends_at=ends)
    restart_analysis(ens, ends_at=ends, at=at)
    measured = set(Measure.objects.filter(ens__in=ens).open().values_list("ens", flat=True))
    for version in versions:
        if version.ens in measured:
            ask_to_reconfirm([version.ens], version=version.number, at=at)


def _regrouped(version: _Version, at: datetime) -> NewEvent:
    return NewEvent(
        kind=ENS_REGROUPED,
        at=at,
        stream=version.ens,
        data={
            "ens": version.ens,
            "ens_version": version.id,
            "version": version.number,
            "mrn": version.mrn,
            "filings": len(version.filing_versions),
            "weight": len(version.filing_versions),
        },
    )
