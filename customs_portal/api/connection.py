"""Sparing the question whether the database connection lives, where it has just answered."""

import time
from threading import local

from django.db import connection

TRUSTED_SECONDS = 1.0
_own = local()


def trust_connection() -> None:
    """Do without the health check of this request if this thread made one a moment ago.

    The check is a round trip for each request. A connection that breaks in between costs one 503.
    """
    moment = time.monotonic()
    if moment - getattr(_own, "checked_at", -TRUSTED_SECONDS) < TRUSTED_SECONDS:
        connection.health_check_done = True  # type: ignore[attr-defined]
    else:
        _own.checked_at = moment
