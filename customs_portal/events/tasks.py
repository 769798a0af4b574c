"""The Celery tasks of the engine. They may come at any time and any number of times."""

from celery import shared_task

from customs_portal import clock
from customs_portal.events import digests, wake
from customs_portal.events.advance import advance_slice, due_consumers
from customs_portal.events.delivery import run_batch
from customs_portal.events.partitions import make_all_partitions
from customs_portal.events.routing import pipeline


@shared_task(name=wake.ADVANCE)
def advance() -> None:
    """Drain the local consumers for a slice; ask to be called again if work is left.

    While it rests between batches nobody else is woken: two would halve each other's batches. A
    full batch calls another process (see `advance_slice`).
    """
    wake.hold(wake.ADVANCE)
    is_left = advance_slice()
    wake.begin(wake.ADVANCE)
    if is_left or any(consumer.task is None for consumer in due_consumers(at=clock.now())):
        wake.wake_task(wake.ADVANCE)


@shared_task(name="customs_portal.events.tasks.sweep")
def sweep() -> None:
    """Wake whoever has something due; finds what a lost wake left lying."""
    wake.wake(due_consumers(at=clock.now()))


@shared_task(name="customs_portal.events.tasks.make_partitions")
def make_partitions() -> None:
    """Make the partitions of the months ahead."""
    make_all_partitions(today=clock.now().date())


@shared_task(name="customs_portal.events.tasks.close_months", soft_time_limit=3600, time_limit=3700)
def close_months() -> None:
    """Close the months of the event log that are over."""
    digests.close_months(at=clock.now())


def run_consumer(name: str) -> None:
    """Run one consumer that has a task of its own until nothing is due for it."""
    consumer = pipeline().consumer(name)
    wake.begin(consumer.task or wake.ADVANCE)
    while run_batch(consumer, at=clock.now()):
        pass
