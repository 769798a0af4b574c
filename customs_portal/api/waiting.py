"""Waiting for the answer to a message, in few threads at once, so that others are served."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from uuid import UUID

from django.conf import settings

from messaging.reads import is_answered

LONGEST_WAIT = 20
FIRST_PAUSE = 0.05
LONGEST_PAUSE = 0.25
GROWTH = 1.5


class WaitingPlaces:
    """MESSAGE_WAITERS places; whoever finds none does not wait."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._taken = 0

    @contextmanager
    def one(self) -> Iterator[bool]:
        """Give a place for the length of the block; False where none is free."""
        free = self._take()
        try:
            yield free
        finally:
            if free:
                self._leave()

    def _take(self) -> bool:
        with self._lock:
            free = self._taken < settings.MESSAGE_WAITERS
            self._taken += free
            return free

    def _leave(self) -> None:
        with self._lock:
            self._taken -= 1


places = WaitingPlaces()


def wait_seconds(text: str | None) -> int | None:
    """Return how long the caller wants to wait, 0 where it did not say, None for a bad value."""
    if text is None:
        return 0
    if not (text.isascii() and text.isdigit()) or len(text) > 2 or int(text) > LONGEST_WAIT:
        return None
    return int(text)


def answered_within(correlation: UUID, seconds: int) -> bool:
    """Whether the message has its answer, now or within that many seconds."""
    if not seconds:
        return is_answered(correlation)
    with places.one() as free:
        return _poll(correlation, seconds if free else 0)


def _poll(correlation: UUID, seconds: int) -> bool:
    end = time.monotonic() + seconds
    pause = FIRST_PAUSE
    while not is_answered(correlation):
        left = end - time.monotonic()
        if left <= 0:
            return False
        time.sleep(min(pause, left))
        pause = min(pause * GROWTH, LONGEST_PAUSE)
    return True
