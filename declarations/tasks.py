"""Celery tasks of declarations: what the passing of time alone brings about.

Called without a time they look at the present; a story that is told afterwards names its own.
"""

from datetime import datetime

from celery import shared_task
from django.db import transaction

from customs_portal import clock
from declarations.services.asking import ask_again, end_requests
from declarations.services.attachments import scan_waiting
from declarations.services.clocks import end_clocks
from declarations.services.completeness import AT_A_TIME as MOST_WAITING
from declarations.services.completeness import remind_missing, stop_waiting
from declarations.services.do_not_load import lapse_unsigned
from declarations.services.infringements import find_infringements
from declarations.services.reconcile import (
    AT_A_TIME,
    comply,
    miss_arrivals,
    resolve_declared,
    unresolved,
)
from declarations.services.reminders import remind
from declarations.services.subsequent_entry import miss_notices
from declarations.services.unmatched import give_up_asking


@shared_task(name="declarations.tasks.tell_ended_clocks")
def tell_ended_clocks(at: datetime | None = None) -> None:
    """Tell of the clocks that have run out, and let what waited for them lapse or begin."""
    at = at or clock.now()
    ended = 1
    while ended:
        with transaction.atomic():
            ended = end_clocks(at=at)
    reminded = MOST_WAITING
    while reminded >= MOST_WAITING:
        with transaction.atomic():
            reminded = remind_missing(at=at)
    waited = MOST_WAITING
    while waited >= MOST_WAITING:
        with transaction.atomic():
            waited = stop_waiting(at=at)
    with transaction.atomic():
        lapse_unsigned(at=at)
    with transaction.atomic():
        remind(at=at)


@shared_task(name="declarations.tasks.reconcile")
def reconcile(at: datetime | None = None) -> None:
    """Mark what did not arrive, count what was left behind, find late declarations again."""
    at = at or clock.now()
    for step in (
        miss_arrivals,
        comply,
        ask_again,
        end_requests,
        give_up_asking,
        miss_notices,
    ):
        done = AT_A_TIME
        while done >= AT_A_TIME:
            with transaction.atomic():
                done = step(at=at)
    with transaction.atomic():
        resolve_declared(unresolved(), at=at)


@shared_task(name="declarations.tasks.find_infringements")
def look_for_infringements(at: datetime | None = None) -> None:
    """Note what may have been an infringement."""
    at = at or clock.now()
    with transaction.atomic():
        find_infringements(at=at)


@shared_task(name="declarations.tasks.scan_files", soft_time_limit=240, time_limit=260)
def scan_files() -> None:
    """Have files in quarantine scanned."""
    scan_waiting(at=clock.now())
