"""Draining the pipeline round-robin, one batch of each local consumer after the other."""

import time
from datetime import datetime

from django.db import connection

from customs_portal import clock
from customs_portal.events.delivery import run_batch
from customs_portal.events.routing import Consumer, pipeline

SLICE_SECONDS = 0.5
PAUSE_SECONDS = 0.03
EMPTY_ROUNDS = 2


def local_consumers() -> list[Consumer]:
    """Return the consumers that `advance` drains, in the order of the pipeline."""
    return [consumer for consumer in pipeline().consumers if consumer.task is None]


def advance_slice() -> bool:
    """Drain for one time slice; return whether work is left over.

    Leaves early after rounds without work, and rests when no batch was full, so that the next
    batches are worth taking.
    """
    consumers = local_consumers()
    end = time.monotonic() + SLICE_SECONDS
    empty = 0
    while time.monotonic() < end:
        counts = [run_batch(consumer, at=clock.now()) for consumer in consumers]
        empty = 0 if any(counts) else empty + 1
        if empty == EMPTY_ROUNDS:
            return False
        if all(count < consumer.batch for count, consumer in zip(counts, consumers, strict=True)):
            time.sleep(PAUSE_SECONDS)
    return True


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
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT consumer FROM events_delivery WHERE parked_at IS NULL"
            " AND not_before <= %s AND (leased_until IS NULL OR leased_until <= %s)",
            [at, at],
        )
        names = {row[0] for row in cursor.fetchall()}
    return [consumer for consumer in pipeline().consumers if consumer.name in names]
