"""Whether an office is open, and until when."""

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

from customs_portal.bulk import read_prepared
from customs_portal.reference.models import OfficeHours

_OF_OFFICE = "t.office_id = (SELECT o.id FROM reference_office o WHERE o.reference = %s::text)"
DAY = timedelta(days=1)
DAYS_AHEAD = 8
"""A week and the day itself: hours come again every week."""


class Opening(msgspec.Struct, frozen=True, kw_only=True):
    """Whether an office is open at a time, and when that changes; None where it never does."""

    is_open: bool
    until: datetime | None


def opening(hours: Sequence[OfficeHours], zone: ZoneInfo, at: datetime) -> Opening:
    """Return whether an office with these hours is open; one without hours always is.

    Hours that touch, also over midnight, are one. Times are of the zone's clock on that day, so
    that summer time moves them.
    """
    if not hours:
        return Opening(is_open=True, until=None)
    until: datetime | None = None
    for start, end in _spans(hours, zone, at):
        if until is not None and start > until:
            break
        if end <= at:
            continue
        if until is None and start > at:
            return Opening(is_open=False, until=start)
        until = end if until is None else max(until, end)
    is_always = until is not None and until - at > (DAYS_AHEAD - 1) * DAY
    return Opening(is_open=True, until=None if is_always else until)


def _spans(
    hours: Sequence[OfficeHours], zone: ZoneInfo, at: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """Yield openings from yesterday to a week ahead, the earliest first."""
    today = at.astimezone(zone).date()
    for offset in range(-1, DAYS_AHEAD + 1):
        day = today + offset * DAY
        for row in sorted(hours, key=lambda each: each.opens):
            if row.weekday == day.weekday():
                last = day + DAY if row.closes == time(0) else day
                start = datetime.combine(day, row.opens, tzinfo=zone)
                yield start, datetime.combine(last, row.closes, tzinfo=zone)


def opening_of(office: str, zone: ZoneInfo, at: datetime) -> Opening:
    """Return whether the office of that reference number is open, in one query."""
    return opening(read_prepared(OfficeHours, _OF_OFFICE, [office]), zone, at)
