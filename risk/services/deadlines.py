"""Keeping on each open case the moment by which the queue orders it."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from declarations.clocks import Clock as ClockState
from declarations.models import Clock, Referral
from declarations.services.locks import lock_ens
from risk.deadline import last_moment
from risk.models import Case

FIXED = (Case.Cause.NOT_DELIVERED, Case.Cause.BREACHED, Case.Cause.ALARM)
"""What is to be done at once, whatever the clocks say."""


def set_deadlines(ens: Collection[int], *, at: datetime) -> None:
    """Let the open cases of the ENS be due by their clocks as these run now.

    The caller holds the locks of the ENS rows, or has just written them.
    """
    if not ens:
        return
    cases = list(Case.objects.open().filter(ens__in=ens).order_by("ens"))
    keys = [case.ens_id for case in cases]
    clocks, replies = _clocks(keys), _replies(keys)
    changed = [
        case for case in cases if _is_moved(case, clocks[case.ens_id], replies.get(case.ens_id), at)
    ]
    Case.objects.bulk_update(changed, ["due_at", "due_by"])


def _clocks(ens: Collection[int]) -> dict[int, list[ClockState]]:
    found: dict[int, list[ClockState]] = defaultdict(list)
    for clock in Clock.objects.filter(ens__in=ens, stopped_at__isnull=True):
        found[clock.ens_id].append(clock.state())
    return found


def _replies(ens: Collection[int]) -> dict[int, datetime]:
    """Return by ENS until when its first open question is to be answered."""
    found: dict[int, datetime] = {}
    asked = Referral.objects.open().filter(ens__in=ens).order_by("reply_by")
    for key, reply_by in asked.values_list("ens_id", "reply_by"):
        found.setdefault(key, reply_by)
    return found


def _is_moved(
    case: Case, clocks: list[ClockState], reply_by: datetime | None, at: datetime
) -> bool:
    """Put the moment on the case; say whether that changes it."""
    before = (case.due_at, case.due_by)
    if case.cause in FIXED:
        case.due_by = Case.DueBy.AT_ONCE
    elif found := last_moment(clocks, reply_by, at):
        case.due_at, case.due_by = found
    return (case.due_at, case.due_by) != before


AT_A_TIME = 500


def move_on(*, at: datetime) -> int:
    """Let cases whose do-not-load window is over be due by what ends next; return how many.

    Nothing becomes lawful or unlawful by this: it only moves rows of the queue.
    """
    over = Case.objects.open().filter(due_by=Case.DueBy.DO_NOT_LOAD, due_at__lte=at)
    found = lock_ens(list(over.order_by("due_at").values_list("ens_id", flat=True)[:AT_A_TIME]))
    set_deadlines(found, at=at)
    return len(found)
