"""The Celery tasks of messaging that are not part of the common drain."""

from celery import shared_task
from django.db import transaction

from customs_portal import clock
from customs_portal.events.tasks import run_consumer
from messaging import open_cases, undelivered


@shared_task(name="messaging.tasks.notify_subsequent_offices")
def notify_subsequent_offices() -> None:
    """Write what offices of subsequent entry must be told."""
    run_consumer("notify_subsequent_offices")


@shared_task(name="messaging.tasks.open_undelivered")
def open_undelivered() -> None:
    """Open cases for instructions that nobody collected; does not depend on the pipeline."""
    with transaction.atomic():
        undelivered.open_undelivered(at=clock.now())


@shared_task(name="messaging.tasks.tell_of_open_cases")
def tell_of_open_cases() -> None:
    """Tell later offices of analyses that are still open shortly before first entry."""
    with transaction.atomic():
        open_cases.tell_of_open_cases(at=clock.now())
