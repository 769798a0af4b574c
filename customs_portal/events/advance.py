"""Draining the pipeline round-robin, one batch of each local consumer after the other."""

import time
from datetime import datetime

from customs_portal import clock
from customs_portal.bulk import fetch_prepared
from customs_portal.events import wake
from customs_portal.events.delivery import run_batch
from customs_portal.events.routing import Consumer, pipeline

SLICE_SECONDS = 0.5
PAUSE_SECONDS = 0.25
EMPTY_ROUNDS = 2
_DUE = """
SELECT name FROM unnest(%(names)s::text[]) AS name WHERE EXISTS (
    SELECT 1 FROM events_delivery
    WHERE consumer = name AND parked_at IS NULL AND not_before <= %(at)s
      AND (leased_until IS NULL OR leased_until <= %(at)s))
"""


def local_consumers() -> list[Consumer]:
    """Return the consumers that `advance` drains, in the order of the pipeline."""
    return [consumer for consumer in pipeline().consumers if consumer.task is None]


def advance_slice() -> bool:
    """Drain for one time slice; return whether work is left over.

    Leaves early after rounds without work, and rests when no batch was full, so that the next
    batches are worth taking. A full batch frees the wake, so that another process may come.
    """
    end = time.monotonic() + SLICE_SECONDS
    empty = 0
    while time.monotonic() < end:
        full = _round()
        empty = 0 if full is not None else empty + 1
        if empty == EMPTY_ROUNDS:
            return False
        if full:
            wake.begin(wake.ADVANCE)
        else:
            time.sleep(PAUSE_SECONDS)
    return True


def _round() -> bool | None:
    """Run one batch of each consumer that has something due, or is given it by one before it.

    Return whether a batch was full; None where there was no work. What is due is asked after each
    batch: to look in vain at one consumer costs as much as to ask about all.
    """
    due = set(due_consumers(at=clock.now()))
    counts: list[float] = []
    for consumer in local_consumers():
        if consumer in due:
            counts.append(run_batch(consumer, at=clock.now()) / consumer.batch)
            due |= set(due_consumers(at=clock.now()))
    return max(counts) >= 1 if any(counts) else None


def drain(*, at: datetime | None = None, rounds: int = 1000) -> int:
    """Run every consumer, local or not, until nothing is due; return how many were delivered.

    Raises RuntimeError when the work does not end within that many rounds.
    """
    total = 0
    for _ in range(rounds):
        counts = [run_batch(consumer, at=at or clock.now()) for consumer in pipeline().consumers]
        if not any(counts):
            return total
        total += sum(counts)
    raise RuntimeError("The pipeline does not come to rest.")


def due_consumers(*, at: datetime) -> list[Consumer]:
    """Return the consumers that have something due."""
    consumers = pipeline().consumers
    values = {"names": [consumer.name for consumer in consumers], "at": at}
    names = {row[0] for row in fetch_prepared(_DUE, values)}
    return [consumer for consumer in consumers if consumer.name in names]
