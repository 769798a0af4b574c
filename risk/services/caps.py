"""Limits of hits: what is above the limit of a rule for the day and office is stored as capped.

A capped hit is shown like any other; it only does not weigh, and people are told when a rule
reaches its limit. Rules that propose to hold or not to load have no limit. An ENS counts once a day
for a rule: assessed again, in full or after an amendment, it keeps its place.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time

import msgspec

from customs_portal.bulk import fetch_prepared, recordset
from customs_portal.events.services import NewEvent, record_many
from risk.engine.rules import EngineRule, Hit
from risk.events import RULE_CAPPED

_COUNT = """
INSERT INTO risk_rulehitcount (rule, office, day, hits)
SELECT r.rule, r.office, %s, r.hits
FROM json_to_recordset(%s::json) AS r(rule text, office text, hits int)
ORDER BY r.rule, r.office
ON CONFLICT (rule, office, day) DO UPDATE SET hits = risk_rulehitcount.hits + excluded.hits
RETURNING rule, office, hits
"""
_EARLIER = """
SELECT a.ens_id, h->>'rule', bool_and(coalesce((h->>'capped')::boolean, false))
FROM risk_assessment a CROSS JOIN LATERAL jsonb_array_elements(a.hits) h
WHERE a.ens_id = ANY(%s::bigint[]) AND a.made_at >= %s AND h->>'rule' = ANY(%s::text[])
GROUP BY a.ens_id, h->>'rule'
"""
Key = tuple[str, str]
"""Rule and office."""
Places = Mapping[tuple[int, str], bool]
"""By ENS and rule whether its hit is above the limit, where it was counted today."""


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """The hits on one declaration and the office that they are counted for."""

    ens: int
    office: str
    hits: list[Hit]


def capped(found: Sequence[Found], rules: Mapping[str, EngineRule], at: datetime) -> list[Found]:
    """Return the hits with those above their limits marked, and tell of limits reached."""
    limited = {each.ens: _limited(each, rules) for each in found}
    earlier = _earlier(limited, at)
    fresh = _counted(found, limited, earlier)
    totals = _totals(fresh, at.date()) if fresh else {}
    before = {key: totals[key] - count for key, count in fresh.items()}
    _tell(fresh, totals, rules, at)
    return [_marked(each, limited[each.ens], rules, before, earlier) for each in found]


def _limited(found: Found, rules: Mapping[str, EngineRule]) -> list[str]:
    """Return the rules with a limit that hit, each once."""
    return [code for code in dict.fromkeys(hit.rule for hit in found.hits) if rules[code].cap]


def _earlier(limited: Mapping[int, list[str]], at: datetime) -> Places:
    """Return the places that the ENS have by assessments of this day."""
    ens = [key for key, codes in limited.items() if codes]
    if not ens:
        return {}
    codes = sorted({code for key in ens for code in limited[key]})
    day = datetime.combine(at.date(), time(), at.tzinfo)
    return {(key, rule): above for key, rule, above in fetch_prepared(_EARLIER, [ens, day, codes])}


def _counted(
    found: Iterable[Found], limited: Mapping[int, list[str]], earlier: Places
) -> dict[Key, int]:
    """Return how many declarations each limited rule newly hits here, by office."""
    return Counter(
        (code, each.office)
        for each in found
        for code in limited[each.ens]
        if (each.ens, code) not in earlier
    )


def _totals(fresh: Mapping[Key, int], day: date) -> dict[Key, int]:
    rows = [
        {"rule": rule, "office": office, "hits": hits} for (rule, office), hits in fresh.items()
    ]
    stored = fetch_prepared(_COUNT, [day, recordset(rows)])
    return {(rule, office): hits for rule, office, hits in stored}


def _marked(
    each: Found,
    limited: Sequence[str],
    rules: Mapping[str, EngineRule],
    before: dict[Key, int],
    earlier: Places,
) -> Found:
    """Return the hits of one declaration, which takes its place in the count of each rule."""
    above: set[str] = set()
    for code in limited:
        is_above = earlier.get((each.ens, code))
        if is_above is None:
            before[code, each.office] += 1
            is_above = before[code, each.office] > rules[code].cap
        if is_above:
            above.add(code)
    hits = [
        msgspec.structs.replace(hit, capped=True) if hit.rule in above else hit for hit in each.hits
    ]
    return msgspec.structs.replace(each, hits=hits)


def _tell(
    fresh: Mapping[Key, int],
    totals: Mapping[Key, int],
    rules: Mapping[str, EngineRule],
    at: datetime,
) -> None:
    """Record once for the day and office that a rule has gone above its limit."""
    reached = [
        key
        for key, count in fresh.items()
        if totals[key] - count <= rules[key[0]].cap < totals[key]
    ]
    record_many([
        NewEvent(
            kind=RULE_CAPPED,
            at=at,
            data={"rule": rule, "office": office, "limit": rules[rule].cap},
        )
        for rule, office in reached
    ])  # fmt: skip
