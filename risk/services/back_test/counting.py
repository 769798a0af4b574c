"""Counting the hits of a part: by day, office, mode and rule, beside what was found then."""

from collections.abc import Sequence
from typing import Any

from customs_portal.bulk import fetch
from risk.engine.rules import EngineRule
from risk.models import BackTestPart

SAMPLES = 20
_LOOKED_AT = """
SELECT count(*) FROM risk_analyseddeclaration
WHERE current AND ens_version BETWEEN %(first)s AND %(last)s
  AND received_at >= %(begins_at)s AND received_at < %(ends_at)s
"""
_DAYS = """
SELECT (d.received_at AT TIME ZONE 'UTC')::date::text, d.declaration_office_of_first_entry,
    d.declaration_mode, count(*)
FROM (SELECT DISTINCT ens_version FROM back_test_hit) h
JOIN risk_analyseddeclaration d ON d.ens_version = h.ens_version
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
_RULES = "SELECT rule, count(*) FROM back_test_hit GROUP BY rule"
_OVERLAP = """
SELECT stored.rule, count(*) FROM (
    SELECT DISTINCT a.ens_version_id, hit ->> 'rule' AS rule
    FROM (SELECT DISTINCT ens_version FROM back_test_hit) h
    JOIN risk_assessment a ON a.ens_version_id = h.ens_version
    CROSS JOIN jsonb_array_elements(a.hits) hit
    WHERE a.status <> 'superseded' AND NOT hit ->> 'rule' = ANY(%(own)s)) stored
GROUP BY 1
"""
_SAMPLES = """
SELECT d.ens FROM (SELECT DISTINCT ens_version FROM back_test_hit) h
JOIN risk_analyseddeclaration d ON d.ens_version = h.ens_version
ORDER BY hashint8(d.ens) LIMIT %(samples)s
"""
_DECIDED = """
SELECT count(*), count(*) FILTER (WHERE a.result <> 'no_risk'),
    coalesce(array_agg(extract(epoch FROM d.decided_at - c.assigned_at) / 60)
        FILTER (WHERE c.assigned_at IS NOT NULL AND d.decided_at > c.assigned_at), '{}')::float[]
FROM (SELECT DISTINCT ens_version FROM back_test_hit) h
JOIN LATERAL (
    SELECT id, result FROM risk_assessment
    WHERE ens_version_id = h.ens_version AND concluded_by_id IS NOT NULL
    ORDER BY result = 'no_risk', id DESC LIMIT 1) a ON true
LEFT JOIN LATERAL (
    SELECT decided_at, case_id FROM risk_decision WHERE assessment_id = a.id
    ORDER BY decided_at DESC LIMIT 1) d ON true
LEFT JOIN risk_case c ON c.id = d.case_id
"""


def count(part: BackTestPart, rules: Sequence[EngineRule]) -> None:
    """Set the counts of the part from the hits of this transaction."""
    test = part.back_test
    values: dict[str, Any] = {
        "first": part.first,
        "last": part.last,
        "begins_at": test.begins_at,
        "ends_at": test.ends_at,
        "own": [rule.code for rule in rules],
        "samples": SAMPLES,
    }
    [[part.looked_at]] = fetch(_LOOKED_AT, values)
    part.days = [list(row) for row in fetch(_DAYS, values)]
    part.hits = sum(row[3] for row in part.days)
    part.rules = dict(fetch(_RULES, values))
    part.overlap = dict(fetch(_OVERLAP, values))
    part.samples = [row[0] for row in fetch(_SAMPLES, values)]
    [[part.decided, part.confirmed, part.minutes]] = fetch(_DECIDED, values)
    part.done = True
