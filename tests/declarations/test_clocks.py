"""Clocks: pure functions, rows, and the sweep that tells of their end once."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from declarations.clocks import ClockError, ClockKind, resume, start, stop, suspend

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
spans = st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=3))


def test_a_clock_ends_at_its_limit_and_not_before() -> None:
    clock = start(ClockKind.ANALYSIS, at=AT, length=HOUR)
    assert not clock.has_ended(AT + HOUR - timedelta(microseconds=1))
    assert clock.has_ended(AT + HOUR)
    assert clock.left(AT + timedelta(minutes=20)) == timedelta(minutes=40)


@given(before=spans, rest=spans)
def test_a_rest_moves_the_end_by_its_length(before: timedelta, rest: timedelta) -> None:
    clock = start(ClockKind.ANALYSIS, at=AT, length=HOUR)
    resting = suspend(clock, at=AT + before)
    running = resume(resting, at=AT + before + rest)
    assert running.ends_at == clock.ends_at + rest
    assert running.left(AT + before + rest) == resting.left(AT + before + rest)


def test_a_resting_or_stopped_clock_never_ends() -> None:
    clock = start(ClockKind.ANALYSIS, at=AT, length=HOUR)
    assert not suspend(clock, at=AT).has_ended(AT + 9 * HOUR)
    assert not stop(clock, at=AT).has_ended(AT + 9 * HOUR)


def test_what_a_clock_cannot_do_is_an_error() -> None:
    clock = start(ClockKind.ANALYSIS, at=AT, length=HOUR)
    with pytest.raises(ClockError):
        resume(clock, at=AT)
    with pytest.raises(ClockError):
        suspend(suspend(clock, at=AT), at=AT)
    with pytest.raises(ClockError):
        suspend(stop(clock, at=AT), at=AT)
    assert stop(stop(clock, at=AT), at=AT + HOUR).stopped_at == AT
