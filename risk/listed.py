"""Looking values up in lists that are too long for memory: one query for a batch."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from customs_portal.bulk import fetch_prepared
from risk.analysed import Subjects
from risk.engine.evaluate import CompiledRuleSet, LongUse
from risk.engine.readings import DAY, Reading

_LOOK_UP = """
SELECT DISTINCT w.entry, w.use, w.value
FROM unnest(%(entries)s::int[], %(uses)s::int[], %(lists)s::bigint[], %(texts)s::bool[],
            %(values)s::text[], %(days)s::date[]) AS w(entry, use, list, is_text, value, day)
WHERE EXISTS (
    SELECT FROM risk_referencelistentry e
    WHERE e.list_id = w.list AND e.as_code = w.value AND NOT w.is_text
      AND e.added_in <= %(revision)s AND (e.removed_in IS NULL OR e.removed_in > %(revision)s)
      AND e.valid_from <= w.day AND (e.valid_to IS NULL OR e.valid_to >= w.day))
   OR EXISTS (
    SELECT FROM risk_referencelistentry e
    WHERE e.list_id = w.list AND e.as_text = w.value AND w.is_text
      AND e.added_in <= %(revision)s AND (e.removed_in IS NULL OR e.removed_in > %(revision)s)
      AND e.valid_from <= w.day AND (e.valid_to IS NULL OR e.valid_to >= w.day))
"""


class _Wanted(NamedTuple):
    """A value of one declaration that may be on a list on its day of receipt."""

    entry: int
    use: int
    value: str
    day: date


def look_up(subjects: Sequence[Subjects], rules: CompiledRuleSet) -> None:
    """Let the readings know which of their values are on the long lists that the rules read."""
    uses = rules.long_uses
    wanted = [
        _Wanted(place, number, value, entry.readings.header[DAY])
        for place, entry in enumerate(subjects)
        for number, use in enumerate(uses)
        for value in _values(entry, use)
    ]
    if not wanted:
        return
    found: dict[int, dict[str, set[str]]] = {}
    for place, number, value in _listed(wanted, uses):
        found.setdefault(place, {}).setdefault(uses[number].members.key, set()).add(value)
    for place, entry in enumerate(subjects):
        listed = {key: frozenset(values) for key, values in found.get(place, {}).items()}
        declared = entry.readings.declared
        declared.learn(declared.context.features, listed)


def _values(entry: Subjects, use: LongUse) -> set[str]:
    readings: Iterable[Reading] = entry.readings.items if use.of_item else [entry.readings.header]
    found: set[str] = set()
    for reading in readings:
        value = reading[use.reading_key]
        found.update(value if isinstance(value, tuple) else (value,) if value else ())
    return found


def _listed(wanted: Sequence[_Wanted], uses: Sequence[LongUse]) -> list[tuple[int, int, str]]:
    found: list[tuple[int, int, str]] = []
    for revision in sorted({use.found.revision for use in uses}):
        part = [one for one in wanted if uses[one.use].found.revision == revision]
        values = {
            "entries": [one.entry for one in part],
            "uses": [one.use for one in part],
            "lists": [uses[one.use].found.key for one in part],
            "texts": [uses[one.use].of_text for one in part],
            "values": [one.value for one in part],
            "days": [one.day for one in part],
            "revision": revision,
        }
        found += [(entry, use, value) for entry, use, value in fetch_prepared(_LOOK_UP, values)]
    return found
