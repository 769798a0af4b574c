"""Limits of hits: what is above the limit of a rule for the day and office is stored as capped.

A capped hit is shown like any other; it only does not weigh, and people are told when a rule
reaches its limit. Rules that propose to hold or not to load have no limit.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

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
Key = tuple[str, str]
"""Rule and office."""


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """The hits on one declaration and the office that they are counted for."""

    office: str
    hits: list[Hit]


def capped(found: Sequence[Found], rules: Mapping[str, EngineRule], at: datetime) -> list[Found]:
    """Return the hits with those above their limits marked, and tell of limits reached."""
    fresh = _counted(found, rules)
    if not fresh:
        return list(found)
    totals = _totals(fresh, at.date())
    before = {key: totals[key] - count for key, count in fresh.items()}
    _tell(fresh, totals, rules, at)
    return [_marked(each, rules, before) for each in found]


def _counted(found: Iterable[Found], rules: Mapping[str, EngineRule]) -> dict[Key, int]:
    """Return how many declarations each limited rule hits here, by office."""
    fresh: dict[Key, int] = {}
    for each in found:
        for code in dict.fromkeys(hit.rule for hit in each.hits):
            if rules[code].cap:
                key = (code, each.office)
                fresh[key] = fresh.get(key, 0) + 1
    return fresh


def _totals(fresh: Mapping[Key, int], day: date) -> dict[Key, int]:
    rows = [
        {"rule": rule, "office": office, "hits": hits} for (rule, office), hits in fresh.items()
    ]
    stored = fetch_prepared(_COUNT, [day, recordset(rows)])
    return {(rule, office): hits for rule, office, hits in stored}


def _marked(each: Found, rules: Mapping[str, EngineRule], before: dict[Key, int]) -> Found:
    """Return the hits of one declaration, which takes its place in the count of each rule."""
    above: set[str] = set()
    for code in dict.fromkeys(hit.rule for hit in each.hits):
        if rules[code].cap:
            before[code, each.office] += 1
            if before[code, each.office] > rules[code].cap:
                above.add(code)
    hits = [
        msgspec.structs.replace(hit, capped=True) if hit.rule in above else hit for hit in each.hits
    ]
    return Found(office=each.office, hits=hits)


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
