"""Celery tasks of declarations."""

from celery import shared_task
from django.db import transaction

from customs_portal import clock
from declarations.services.clocks import end_clocks


@shared_task(name="declarations.tasks.tell_ended_clocks")
def tell_ended_clocks() -> None:
    """Tell of the clocks that have run out."""
    ended = 1
    while ended:
        with transaction.atomic():
            ended = end_clocks(at=clock.now())
