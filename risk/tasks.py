"""Celery tasks of risk analysis, for hosts that do nothing else."""

from celery import shared_task

from customs_portal.events.tasks import run_consumer


@shared_task(name="risk.tasks.assess")
def assess() -> None:
    """Assess what waits for it."""
    run_consumer("assess")
