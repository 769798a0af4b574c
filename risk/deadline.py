"""The last moment that still allows the strongest action on an ENS (LIFECYCLE section 9)."""

from collections.abc import Iterable
from datetime import datetime

from declarations.clocks import Clock, ClockKind
from risk.models import Case

DueBy = Case.DueBy
_FIRST = (DueBy.DO_NOT_LOAD, DueBy.PRELOADING, DueBy.ANALYSIS, DueBy.REPLY, DueBy.ARRIVAL)
Moment = tuple[datetime, DueBy]


def last_moment(clocks: Iterable[Clock], reply_by: datetime | None, at: datetime) -> Moment | None:
    """Return the earliest end that still counts and what ends then; None where no clock runs.

    The window of a do-not-load counts until it is over. An analysis that rests is replaced by the
    answer that it waits for and by the arrival, so that the case never vanishes from the queue.
    """
    live = {clock.kind: clock for clock in clocks if clock.stopped_at is None}
    found: list[Moment] = []
    window, analysis = live.get(ClockKind.DO_NOT_LOAD), live.get(ClockKind.ANALYSIS)
    if window and window.left(at).total_seconds() > 0:
        found.append((window.ends_at, DueBy.DO_NOT_LOAD))
    early = live.get(ClockKind.PRELOADING)
    if early and early.suspended_at is None:
        found.append((early.ends_at, DueBy.PRELOADING))
    if analysis and analysis.suspended_at is None:
        found.append((analysis.ends_at, DueBy.ANALYSIS))
    else:
        found += _while_resting(live, reply_by)
    return min(found, key=_place, default=None)


def _while_resting(live: dict[ClockKind, Clock], reply_by: datetime | None) -> list[Moment]:
    arrival = live.get(ClockKind.ARRIVAL)
    found = [(arrival.ends_at, DueBy.ARRIVAL)] if arrival else []
    return [*found, (reply_by, DueBy.REPLY)] if reply_by else found


def _place(moment: Moment) -> tuple[datetime, int]:
    return moment[0], _FIRST.index(moment[1])
