"""How many processes work on back-tests at once: as many as there are places."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from risk.models import BackTest, BackTestPart

PLACES = 2


@contextmanager
def place() -> Iterator[bool]:
    """Take a place for the block; False where all are taken. It is freed with the process."""
    taken = next(
        (number for number in range(PLACES) if _lock("pg_try_advisory_lock", number)), None
    )
    try:
        yield taken is not None
    finally:
        if taken is not None:
            _lock("pg_advisory_unlock", taken)


def _lock(function: str, number: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(hashtext('back_test'), %s)", [number])
        return bool(cursor.fetchone()[0])


def is_work_left() -> bool:
    """Tell whether a part of a running back-test is not done."""
    running = BackTest.State.RUNNING
    return BackTestPart.objects.filter(done=False, back_test__state=running).exists()
