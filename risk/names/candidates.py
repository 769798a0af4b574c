"""Which entries of lists, or which names seen before, a name may be like: by trigrams.

PostgreSQL's index of trigrams leaves few; `risk.names.comparing` scores those.
"""

from collections.abc import Sequence
from typing import Any

from customs_portal.bulk import fetch_prepared, recordset
from declarations.names import words
from risk.engine.names import ADDRESS, Identity
from risk.names.comparing import telling
from risk.names.evidence import Listed

LEAST_SIMILAR = 0.35
"""Share of trigrams in common from which two names are compared (two typos in 12 letters)."""

MOST = 30
"""Entries that one name is compared with, the most similar first."""

MOST_NAMES = 2_000
"""Names seen before that one entry is compared with, the most similar first."""

_SET = "SELECT set_config('pg_trgm.similarity_threshold', %s, true)"
_ENTRIES = f"""
SELECT w.place, c.id, c.list_id, c.revision, c.threshold, c.value, c.country, c.identifier
FROM json_to_recordset(%s::json) AS w(place int, key text, address bool)
CROSS JOIN LATERAL (
    SELECT e.id, e.list_id, l.revision, l.threshold, e.value, e.country, e.identifier
    FROM risk_referencelistentry e JOIN risk_referencelist l ON l.id = e.list_id
    WHERE e.as_name %% w.key AND e.removed_in IS NULL AND e.as_name <> ''
      AND (l.kind = 'addresses') = w.address
    ORDER BY similarity(e.as_name, w.key) DESC, e.id LIMIT {MOST}) c
"""  # noqa: S608 a number of our own
_NAMES = f"""
SELECT w.place, c.id, c.kind, c.key, c.country, c.identifier, c.written
FROM json_to_recordset(%s::json) AS w(place int, key text, kind text)
CROSS JOIN LATERAL (
    SELECT n.* FROM risk_screenedname n WHERE n.telling %% w.key AND n.kind = w.kind
    ORDER BY similarity(n.telling, w.key) DESC, n.id LIMIT {MOST_NAMES}) c
"""  # noqa: S608 a number of our own


def entries_like(identities: Sequence[Identity]) -> list[list[Listed]]:
    """Return for each name the entries in the lists now that it may be like."""
    rows = [
        {"place": place, "key": telling(words(one.written)), "address": one.kind == ADDRESS}
        for place, one in enumerate(identities)
    ]
    found: list[list[Listed]] = [[] for _one in identities]
    for place, *values in _asked(_ENTRIES, rows):
        found[place].append(Listed(**dict(zip(Listed.__struct_fields__, values, strict=True))))
    return found


def names_like(entries: Sequence[tuple[str, str]]) -> list[list[tuple[int, Identity]]]:
    """Return for each entry, given by kind and key, the names seen before that are like it."""
    rows = [{"place": place, "kind": kind, "key": key} for place, (kind, key) in enumerate(entries)]
    found: list[list[tuple[int, Identity]]] = [[] for _one in entries]
    for place, number, *values in _asked(_NAMES, rows):
        identity = Identity(**dict(zip(Identity.__struct_fields__, values, strict=True)))
        found[place].append((number, identity))
    return found


def _asked(query: str, rows: Sequence[dict[str, object]]) -> list[tuple[Any, ...]]:
    if not rows:
        return []
    fetch_prepared(_SET, [str(LEAST_SIMILAR)])
    return fetch_prepared(query, [recordset(rows)])
