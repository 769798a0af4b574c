"""Later offices are told of an analysis that is still open two hours before first entry."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from customs_portal.events.services import NewEvent, record_many
from declarations.models import Ens
from declarations.services.locks import lock_ens
from messaging.events import ANALYSIS_STILL_OPEN

BEFORE_ENTRY = timedelta(hours=2)
LOOKED_BACK = timedelta(days=7)
AT_A_TIME = 200
_DUE = """
SELECT n.id FROM declarations_ens n
JOIN risk_case c ON c.ens_id = n.id AND c.status = 'open'
WHERE n.expected_arrival BETWEEN %(since)s AND %(until)s
  AND n.status IN ('ready', 'in_analysis', 'assessed')
  AND EXISTS (SELECT 1 FROM declarations_entryleg l WHERE l.ens_id = n.id AND l.sequence > 0)
  AND NOT EXISTS (
    SELECT 1 FROM events_event e WHERE e.stream = n.id AND e.kind = %(kind)s
      AND (e.data->>'version')::int = n.version)
ORDER BY n.expected_arrival LIMIT %(limit)s
"""


def tell_of_open_cases(*, at: datetime) -> int:
    """Record for each ENS whose first entry is near that its analysis is open; return how many.

    Once for each version. IE319 with the result `open` follows; the decision is told later.
    """
    due = _due(at)
    locked = lock_ens(due)
    still = set(_due(at))
    found = [ens for key, ens in locked.items() if key in still]
    record_many([_told(ens, at) for ens in found])
    return len(found)


def _due(at: datetime) -> list[int]:
    values: dict[str, Any] = {
        "kind": ANALYSIS_STILL_OPEN.name,
        "since": at - LOOKED_BACK,
        "until": at + BEFORE_ENTRY,
        "limit": AT_A_TIME,
    }
    with connection.cursor() as cursor:
        cursor.execute(_DUE, values)
        return [row[0] for row in cursor.fetchall()]


def _told(ens: Ens, at: datetime) -> NewEvent:
    data = {"ens": ens.pk, "version": ens.version}
    return NewEvent(kind=ANALYSIS_STILL_OPEN, at=at, stream=ens.pk, data=data)
