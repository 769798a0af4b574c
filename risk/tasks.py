"""Celery tasks of risk analysis, for hosts that do nothing else."""

from celery import shared_task
from django.db import transaction

from customs_portal import clock
from customs_portal.events.tasks import run_consumer
from risk.services import failsafe


@shared_task(name="risk.tasks.assess")
def assess() -> None:
    """Assess what waits for it."""
    run_consumer("assess")


@shared_task(name="risk.tasks.open_unassessed")
def open_unassessed() -> None:
    """Open cases for what was not assessed in time; does not depend on the pipeline."""
    with transaction.atomic():
        failsafe.open_unassessed(at=clock.now())
