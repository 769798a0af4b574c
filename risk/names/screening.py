"""Screening: the names of declarations are held against the lists, before the rules are asked.

A name that was seen before costs a look-up; a new one is compared with what has clues in common.
Set-based: a batch of declarations takes the same few statements as one. It runs in the transaction
of the assessment, so that no assessment is made without it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec
from django.db import transaction

from customs_portal.bulk import fetch_by_index, fetch_prepared, recordset
from declarations.names import words
from declarations.services.locks import assert_in_transaction
from risk.analysed import Subjects
from risk.engine.names import Identity
from risk.engine.readings import DAY, IDENTITIES
from risk.engine.subject import Likeness
from risk.names.candidates import entries_like
from risk.names.clues import clues
from risk.names.comparing import compare_words
from risk.names.evidence import Listed, Weighed, weigh

LOCK = 7_231_001
"""Number of the lock that screening shares; `risk.services.rescreening` waits for all of it."""

Screened = Mapping[str, int]
"""Ids of screened names, by reference of the identity."""


class Found(NamedTuple):
    """That a declaration has a matched name, and the verdict that keeps it from counting."""

    entry: Subjects
    match: int
    suppressed_by: int | None


_SHARE = "SELECT pg_advisory_xact_lock_shared(%s)"


def screen(entries: Sequence[Subjects], *, at: datetime) -> Screened:
    """Hold the names of these declarations against the lists and let their readings know.

    Returns the ids of all their names. Names that are new are stored, and so is which declaration
    has a matched one; a match that was dismissed is stored as suppressed and not told to the rules.
    """
    assert_in_transaction()
    share()
    wanted = {name: one for entry in entries for name, one in _identities(entry).items()}
    names = _known(wanted)
    fresh = [one for reference, one in sorted(wanted.items()) if reference not in names]
    names |= first_seen(fresh, at)
    _record(_told(entries, names), at)
    return names


def recall(entries: Sequence[Subjects]) -> None:
    """Let the readings know what the lists say now of names that were screened; stores nothing."""
    wanted = {name: one for entry in entries for name, one in _identities(entry).items()}
    _told(entries, _known(wanted))


def _told(entries: Sequence[Subjects], names: Screened) -> "list[Found]":
    matches = _matches(names.values())
    return [hit for entry in entries for hit in _tell(entry, names, matches)]


def share() -> None:
    """Take part in screening until the end of the transaction; whoever waits for all waits so long.

    Taken before ENS rows are locked.
    """
    fetch_prepared(_SHARE, [LOCK])


def wait_for_all() -> None:
    """Return once every screening that is under way now has been committed."""
    with transaction.atomic():
        lock_out()


def lock_out() -> None:
    """Wait for every screening that is under way, and let none begin until the transaction ends."""
    assert_in_transaction()
    fetch_prepared("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def _identities(entry: Subjects) -> dict[str, Identity]:
    readings = entry.readings
    found: dict[str, Identity] = {}
    for reading in (readings.header, *readings.items):
        found |= reading[IDENTITIES]
    return found


_KNOWN = """
SELECT w.reference, n.id
FROM json_to_recordset(%s::json)
    AS w(reference text, kind text, key text, country text, identifier text)
JOIN risk_screenedname n
  ON n.key = w.key AND n.kind = w.kind AND n.country = w.country AND n.identifier = w.identifier
"""


def _known(wanted: Mapping[str, Identity]) -> dict[str, int]:
    rows = [_row(identity) for identity in wanted.values()]
    return dict(fetch_prepared(_KNOWN, [recordset(rows)])) if rows else {}


def _row(identity: Identity) -> dict[str, Any]:
    return msgspec.structs.asdict(identity) | {"reference": identity.reference}


def _new_row(identity: Identity) -> dict[str, Any]:
    return _row(identity) | {"clues": clues(identity.written, identity.kind)}


_ADD = """
INSERT INTO risk_screenedname
    (kind, key, clues, country, identifier, written, first_seen_at)
SELECT w.kind, w.key, w.clues, w.country, w.identifier, w.written, %s
FROM json_to_recordset(%s::json)
    AS w(kind text, key text, clues int[], country text, identifier text, written text)
ON CONFLICT DO NOTHING
RETURNING kind || '|' || key || '|' || country || '|' || identifier, id
"""


def first_seen(fresh: Sequence[Identity], at: datetime) -> dict[str, int]:
    """Store and match the names that are new; one that another process stores now is looked up.

    They come in one order, so that two processes cannot wait for each other.
    """
    if not fresh:
        return {}
    added = dict(fetch_prepared(_ADD, [at, recordset(map(_new_row, fresh))]))
    ours = [one for one in fresh if one.reference in added]
    write_matches(
        (
            (added[one.reference], listed, weighed)
            for one, candidates in zip(ours, entries_like(ours), strict=True)
            for listed, weighed in compared(one, candidates)
        ),
        at=at,
    )
    others = {one.reference: one for one in fresh if one.reference not in added}
    return added | _known(others)


def compared(identity: Identity, candidates: Iterable[Listed]) -> Iterable[tuple[Listed, Weighed]]:
    """Yield the candidates that reach the threshold of their list, with what speaks for each."""
    declared = words(identity.written)
    for listed in candidates:
        weighed = weigh(compare_words(declared, words(listed.value)), identity, listed)
        if weighed.score >= listed.threshold:
            yield listed, weighed


_WRITE = """
INSERT INTO risk_namematch
    (name_id, entry_id, revision, score, agrees, reasons, found_at, open_after)
SELECT w.name, w.entry, w.revision, w.score, w.agrees, w.reasons, %s, %s
FROM json_to_recordset(%s::json) AS w(
    name bigint, entry bigint, revision int, score numeric, agrees bool, reasons jsonb)
ON CONFLICT DO NOTHING RETURNING id
"""


def write_matches(
    found: Iterable[tuple[int, Listed, Weighed]], *, at: datetime, open_after: int | None = None
) -> int:
    """Store the matches that are not there yet and return how many."""
    rows = [
        {
            "name": name,
            "entry": listed.entry,
            "revision": listed.revision,
            "score": weighed.score,
            "agrees": weighed.agrees,
            "reasons": weighed.reasons,
        }
        for name, listed, weighed in found
    ]
    return len(fetch_prepared(_WRITE, [at, open_after, recordset(rows)])) if rows else 0


class Match(NamedTuple):
    """A match as it stands: the validity of its entry, and a verdict that it is another party."""

    name: int
    match: int
    list: str
    score: Decimal
    agrees: bool
    valid_from: date
    valid_to: date | None
    dismissal: int | None
    dismissed_until: date | None

    def counts(self, day: date) -> bool:
        """Whether the entry is in force on the day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def suppressed_by(self, day: date) -> int | None:
        """Return the verdict that keeps the match from counting on the day, if one does."""
        until = self.dismissed_until
        return self.dismissal if until is not None and until >= day else None


_MATCHES = """
SELECT m.name_id, m.id, l.code, m.score, m.agrees, e.valid_from, e.valid_to, v.id, v.until
FROM risk_namematch m
CROSS JOIN LATERAL (
    SELECT list_id, valid_from, valid_to FROM risk_referencelistentry
    WHERE id = m.entry_id AND removed_in IS NULL LIMIT 1) e
JOIN risk_referencelist l ON l.id = e.list_id AND m.score >= l.threshold
LEFT JOIN risk_matchverdict v
  ON v.match_id = m.id AND v.verdict = 'dismissed' AND v.revoked_at IS NULL
WHERE m.name_id = ANY(%s::bigint[]) ORDER BY m.score DESC, m.id
"""


def _matches(names: Iterable[int]) -> dict[int, list[Match]]:
    found: dict[int, list[Match]] = {}
    for row in fetch_by_index(_MATCHES, [list(names)]):
        found.setdefault(row[0], []).append(Match(*row))
    return found


def _tell(entry: Subjects, names: Screened, matches: Mapping[int, list[Match]]) -> list[Found]:
    """Let the readings know of the matches that count; return all of them, for the record."""
    day = entry.readings.header[DAY]
    told: dict[str, tuple[Likeness, ...]] = {}
    found: list[Found] = []
    for reference in _identities(entry) if matches else ():
        own = matches.get(names.get(reference, 0), ())
        counting = [match for match in own if match.counts(day)]
        found += [Found(entry, match.match, match.suppressed_by(day)) for match in counting]
        kept = [match for match in counting if match.suppressed_by(day) is None]
        if kept:
            told[reference] = tuple(map(_likeness, kept))
    declared = entry.readings.declared
    features = msgspec.structs.replace(declared.context.features, names=told)
    declared.learn(features, declared.context.listed)
    return found


def _likeness(match: Match) -> Likeness:
    return Likeness(match=match.match, list=match.list, score=match.score, agrees=match.agrees)


_RECORD = """
INSERT INTO risk_namehit (match_id, ens_id, ens_version, suppressed_by_id, found_at)
SELECT w.match, w.ens, w.version, w.verdict, %s
FROM json_to_recordset(%s::json) AS w(match bigint, ens bigint, version bigint, verdict bigint)
ON CONFLICT (match_id, ens_version) DO UPDATE SET suppressed_by_id = EXCLUDED.suppressed_by_id
"""


def _record(found: Iterable[Found], at: datetime) -> None:
    rows = [
        {
            "match": one.match,
            "ens": one.entry.ens,
            "version": one.entry.ens_version,
            "verdict": one.suppressed_by,
        }
        for one in found
    ]
    if rows:
        fetch_prepared(_RECORD, [at, recordset(rows)])
