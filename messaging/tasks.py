"""The Celery tasks of messaging that are not part of the common drain."""

from celery import shared_task

from customs_portal.events.tasks import run_consumer


@shared_task(name="messaging.tasks.notify_subsequent_offices")
def notify_subsequent_offices() -> None:
    """Write what offices of subsequent entry must be told."""
    run_consumer("notify_subsequent_offices")
