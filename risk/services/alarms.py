"""Alarms on top of every queue: loaded against an instruction, or an alarm at a screening."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import F

from declarations.models import Ens
from declarations.services.locks import lock_ens
from risk.engine.outcomes import Outcome, Severity
from risk.models import Case
from risk.services.cases import Flagged, open_cases


def raise_alarms(ens: Collection[int], *, at: datetime) -> None:
    """Open an urgent case on each ENS, or make the open one urgent."""
    locked = lock_ens(ens)
    urgent = {
        "cause": Case.Cause.BREACHED,
        "severity": Severity.CRITICAL,
        "due_at": at,
        "due_by": Case.DueBy.AT_ONCE,
    }
    cases = Case.objects.open().filter(ens__in=locked)
    known = set(cases.values_list("ens_id", flat=True))
    cases.update(revision=F("revision") + 1, **urgent)
    open_cases([_flagged(locked[key], at) for key in sorted(set(locked) - known)], at=at)


def heed_screenings(ens: Collection[int], *, at: datetime) -> None:
    """Put the open cases on top whose screening gave an alarm, proposing not to load.

    Whether the goods are loaded a person decides.
    """
    locked = lock_ens(ens)
    Case.objects.open().filter(ens__in=locked).update(
        cause=Case.Cause.ALARM,
        outcome=Outcome.DO_NOT_LOAD,
        severity=Severity.CRITICAL,
        due_at=at,
        due_by=Case.DueBy.AT_ONCE,
    )


def _flagged(ens: Ens, at: datetime) -> Flagged:
    return Flagged(
        ens=ens.pk,
        office=ens.office_of_first_entry,
        due_at=at,
        outcome=Outcome.HOLD,
        severity=Severity.CRITICAL,
        score=100,
        cause=Case.Cause.BREACHED,
    )
