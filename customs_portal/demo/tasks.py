"""The Celery task of the demo."""

from celery import shared_task

from customs_portal import clock
from customs_portal.demo import neighbours


@shared_task(name="customs_portal.demo.tasks.meet_neighbours")
def meet_neighbours() -> None:
    """Get to know the portals of the demo that run beside this one."""
    neighbours.meet(at=clock.now())
