"""The one source of the current time; everything that decides receives `at` from here."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the current time in UTC, aware, with microseconds."""
    return datetime.now(UTC)
