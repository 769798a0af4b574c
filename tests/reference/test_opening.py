"""When an office is open."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from customs_portal.reference.models import OfficeHours
from customs_portal.reference.opening import Opening, opening

ZONE = ZoneInfo("Europe/Amsterdam")
WORKDAYS = range(5)


def hours(*spans: tuple[int, str, str]) -> list[OfficeHours]:
    return [
        OfficeHours(weekday=day, opens=time.fromisoformat(start), closes=time.fromisoformat(end))
        for day, start, end in spans
    ]


OFFICE = hours(*((day, "08:00", "17:00") for day in WORKDAYS))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "is_open", "until"),
    [
        ("2026-11-20T07:00", True, "2026-11-20T16:00"),  # Friday, 08:00 in winter
        ("2026-11-20T06:59", False, "2026-11-20T07:00"),
        ("2026-11-20T16:00", False, "2026-11-23T07:00"),
        ("2026-11-22T12:00", False, "2026-11-23T07:00"),
        ("2026-07-06T06:00", True, "2026-07-06T15:00"),  # Monday, 08:00 in summer
        ("2026-10-23T15:00", False, "2026-10-26T07:00"),  # the clocks go back on the Sunday
    ],
)
def test_hours_are_of_the_clock_of_the_office(at: str, is_open: bool, until: str) -> None:
    assert opening(OFFICE, ZONE, utc(at)) == Opening(is_open=is_open, until=utc(until))


def test_without_hours_it_is_always_open() -> None:
    assert opening([], ZONE, utc("2026-11-20T07:00")) == Opening(is_open=True, until=None)


def test_all_day_every_day_never_ends() -> None:
    always = hours(*((day, "00:00", "00:00") for day in range(7)))
    assert opening(always, ZONE, utc("2026-11-20T07:00")) == Opening(is_open=True, until=None)


def test_hours_that_touch_are_one_and_a_break_is_none() -> None:
    night = hours((4, "22:00", "00:00"), (5, "00:00", "06:00"), (5, "07:00", "08:00"))
    assert opening(night, ZONE, utc("2026-11-20T21:30")).until == utc("2026-11-21T05:00")
    assert opening(night, ZONE, utc("2026-11-21T05:30")) == Opening(
        is_open=False, until=utc("2026-11-21T06:00")
    )
