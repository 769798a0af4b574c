"""Noting that a token was used, away from the short way of lodging."""

import time
from datetime import datetime, timedelta

from django.db import Error
from django.db.models import Q

from customs_portal.accounts.models import ApiToken

NOTED_EVERY = timedelta(minutes=1)
MOST_REMEMBERED = 10_000
_noted: dict[str, float] = {}
"""When this process last wrote down the use of a token, by digest."""


def note_use(digest: str, at: datetime) -> None:
    """Write down that a token was used, once a minute for each process at most.

    A token whose use cannot be written down is used all the same.
    """
    tick = time.monotonic()
    if tick - _noted.get(digest, -NOTED_EVERY.total_seconds()) < NOTED_EVERY.total_seconds():
        return
    if len(_noted) >= MOST_REMEMBERED:
        _noted.clear()
    _noted[digest] = tick
    stale = Q(last_used_at=None) | Q(last_used_at__lte=at - NOTED_EVERY)
    try:
        ApiToken.objects.filter(stale, digest=digest).update(last_used_at=at)
    except Error:
        _noted.pop(digest, None)


def forget() -> None:
    """Forget what was written down, as a new process does."""
    _noted.clear()
