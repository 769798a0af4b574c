"""Times in words."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from customs_portal.pages.wording import moment, time_left

AT = datetime(2026, 11, 22, 9, 42, tzinfo=UTC)


@pytest.mark.parametrize(
    ("minutes", "words", "urgency"),
    [
        (16, "16 min", "soon"),
        (0, "0 min", "soon"),
        (60, "1 h 00", ""),
        (84, "1 h 24", ""),
        (60 * 47 + 5, "47 h 05", ""),
        (60 * 50, "2 d 2 h", ""),
        (-4, "4 min late", "late"),
        (-90, "1 h 30 late", "late"),
        (-1560, "26 h 00 late", "late"),
    ],
)
def test_time_left(minutes: int, words: str, urgency: str) -> None:
    left = time_left(AT + timedelta(minutes=minutes), AT)
    assert (left.words, left.urgency) == (words, urgency)


@pytest.mark.parametrize(
    ("when", "words"),
    [
        (AT, "10:42"),
        (AT + timedelta(days=2), "24 Nov 10:42"),
        (AT + timedelta(days=60), "21 Jan 2027 10:42"),
        (AT.replace(hour=23, minute=30), "23 Nov 00:30"),
    ],
)
def test_moments_are_in_the_local_time_of_the_office(when: datetime, words: str) -> None:
    with timezone.override(ZoneInfo("Europe/Amsterdam")):
        assert moment(when, AT) == words
