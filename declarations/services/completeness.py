"""Masters of ICS2 whose houses do not come: analysed with what is there (LIFECYCLE E5).

Half of the window is left to wait for houses, so that the other half is left to analyse.
"""

from datetime import datetime

from django.db import connection

from customs_portal.events.services import NewEvent, record_many
from declarations.events import ENS_CONSIDERED_COMPLETE
from declarations.lifecycle import ENS, move
from declarations.models import Ens, EnsVersion
from declarations.services.locks import assert_in_transaction, lock_ens

AT_A_TIME = 200
_WAITED = """
SELECT id FROM declarations_ens
WHERE status = 'forming' AND completeness = 'pending'
  AND registered_at + (analysis_ends_at - registered_at) / 2 <= %s
ORDER BY analysis_ends_at LIMIT %s
"""


def stop_waiting(*, at: datetime) -> int:
    """Let the masters that waited long enough be analysed; return how many were looked at."""
    assert_in_transaction()
    with connection.cursor() as cursor:
        cursor.execute(_WAITED, [at, AT_A_TIME])
        waited = [row[0] for row in cursor.fetchall()]
    locked = lock_ens(waited)
    moved = move(Ens, ENS, "complete", waited)
    considered = Ens.Completeness.CONSIDERED_COMPLETE
    Ens.objects.filter(pk__in=moved).update(completeness=considered)
    versions = _current_versions([locked[ens] for ens in sorted(moved)])
    record_many([_event(locked[ens], versions[ens], at) for ens in sorted(moved)])
    return len(waited)


def _current_versions(ens: list[Ens]) -> dict[int, int]:
    numbers = {row.pk: row.version for row in ens}
    rows = EnsVersion.objects.filter(ens__in=numbers).values_list("ens_id", "number", "pk")
    return {key: version for key, number, version in rows if numbers[key] == number}


def _event(ens: Ens, ens_version: int, at: datetime) -> NewEvent:
    return NewEvent(
        kind=ENS_CONSIDERED_COMPLETE,
        at=at,
        stream=ens.pk,
        data={
            "ens": ens.pk,
            "ens_version": ens_version,
            "version": ens.version,
            "mrn": ens.mrn,
        },
    )
