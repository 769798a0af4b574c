"""The fail-safe: whatever was not assessed in time becomes a case. It looks at the tables only."""

from datetime import datetime

from django.db import connection

from declarations.models import Ens
from declarations.services.locks import lock_ens
from risk.engine.outcomes import Outcome, Severity
from risk.models import Case
from risk.services.cases import Flagged, open_cases

AT_A_TIME = 200
_UNASSESSED = """
SELECT e.id FROM declarations_ens e
LEFT JOIN declarations_clock k
  ON k.ens_id = e.id AND k.kind = 'analysis' AND k.stopped_at IS NULL
WHERE e.status IN ('ready', 'in_analysis')
  AND least(
      coalesce(k.started_at, e.registered_at)
      + (e.analysis_ends_at - coalesce(k.started_at, e.registered_at)) / 2,
      (SELECT p.started_at + (p.ends_at - p.started_at) / 2 FROM declarations_clock p
       WHERE p.ens_id = e.id AND p.kind = 'preloading' AND p.stopped_at IS NULL)) <= %(at)s
  AND NOT EXISTS (
      SELECT 1 FROM risk_assessment a JOIN declarations_ensversion v ON v.id = a.ens_version_id
      WHERE a.ens_id = e.id AND v.number = e.version AND a.status <> 'superseded'
        AND NOT (a.kind = 'preloading' AND a.status = 'concluded' AND EXISTS (
            SELECT 1 FROM declarations_clock p WHERE p.ens_id = e.id AND p.kind = 'preloading')))
  AND NOT EXISTS (SELECT 1 FROM risk_case c WHERE c.ens_id = e.id AND c.status = 'open')
ORDER BY e.analysis_ends_at LIMIT %(limit)s
"""


def open_unassessed(*, at: datetime) -> int:
    """Open a case for each registered ENS without a current assessment at half of its window.

    Returns how many. Needs neither events nor deliveries nor rules, so it works when those do not.
    """
    with connection.cursor() as cursor:
        cursor.execute(_UNASSESSED, {"at": at, "limit": AT_A_TIME})
        found = [row[0] for row in cursor.fetchall()]
    locked = lock_ens(found)
    with connection.cursor() as cursor:
        cursor.execute(_UNASSESSED, {"at": at, "limit": AT_A_TIME})
        still = {row[0] for row in cursor.fetchall()}
    flagged = [_not_assessed(ens) for ens in locked.values() if ens.pk in still]
    open_cases(flagged, at=at)
    return len(flagged)


def _not_assessed(ens: Ens) -> Flagged:
    return Flagged(
        ens=ens.pk,
        office=ens.office_of_first_entry,
        due_at=ens.analysis_ends_at,
        outcome=Outcome.REFER,
        severity=Severity.HIGH,
        score=0,
        cause=Case.Cause.NOT_ASSESSED,
    )
