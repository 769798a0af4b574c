"""Celery tasks of risk analysis."""

import time
from contextlib import suppress

from celery import shared_task
from django.db import transaction
from kombu.exceptions import OperationalError

from customs_portal import clock
from customs_portal.events.tasks import run_consumer
from risk.names.screening import wait_for_all
from risk.services import back_test, failsafe, linking, rescreening, screening_answers
from risk.services.deadlines import move_on
from risk.services.idle import release_idle
from risk.services.reassessment import reassess_portion
from risk.services.reviewing import ask_for_reviews


@shared_task(name="risk.tasks.assess")
def assess() -> None:
    """Assess what waits for it."""
    run_consumer("assess")


@shared_task(name="risk.tasks.open_unassessed")
def open_unassessed() -> None:
    """Open cases for what was not assessed in time; does not depend on the pipeline."""
    with transaction.atomic():
        failsafe.open_unassessed(at=clock.now())


SLICE = 1.0
"""Seconds after which a background job lets other work have the process."""


@shared_task(name="risk.tasks.run_back_tests", soft_time_limit=300, time_limit=330)
def run_back_tests() -> None:
    """Do parts of back-tests for a slice, and ask to be called again while some are left.

    Where enough processes do so already, this one leaves.
    """
    end = time.monotonic() + SLICE
    with back_test.place() as taken:
        is_left = taken
        while is_left and time.monotonic() < end:
            is_left = back_test.run_part(at=clock.now())
    if is_left:
        run_back_tests.delay()


def wake_back_tests() -> None:
    """Let workers begin at once; where the broker is away, the next sweep wakes them."""
    with suppress(OperationalError):
        run_back_tests.apply_async(ignore_result=True, retry=False)


@shared_task(name="risk.tasks.continue_back_tests")
def continue_back_tests() -> None:
    """Wake the work on back-tests that a dead worker or a lost wake has left lying."""
    if back_test.is_work_left():
        for _process in range(back_test.PLACES):
            run_back_tests.delay()


@shared_task(name="risk.tasks.reassess", soft_time_limit=25, time_limit=40)
def reassess() -> None:
    """Hold some more open declarations against a new rule set, where one asks for it."""
    end, is_left = time.monotonic() + SLICE, True
    while is_left and time.monotonic() < end:
        with transaction.atomic():
            is_left = reassess_portion(at=clock.now())


@shared_task(name="risk.tasks.rescreen", soft_time_limit=60, time_limit=90)
def rescreen() -> None:
    """Hold names seen before against some more of what came to lists, where a list asks for it."""
    end, is_left = time.monotonic() + SLICE, True
    while is_left and time.monotonic() < end:
        with transaction.atomic():
            is_left = rescreening.match_portion(at=clock.now())
        is_left = follow_matches() or is_left


def follow_matches() -> bool:
    """Look at the open declarations of new matches; return whether there were any."""
    waiting = rescreening.waiting_matches()
    if waiting:
        wait_for_all()
    for match in waiting:
        is_left = True
        while is_left:
            with transaction.atomic():
                is_left = rescreening.follow(match, at=clock.now())
    return bool(waiting)


@shared_task(name="risk.tasks.link_waiting")
def link_waiting() -> None:
    """Let houses join their masters once analysed before loading; let old filings expire."""
    for step in (linking.link_waiting, linking.expire_filings):
        done = linking.AT_A_TIME
        while done >= linking.AT_A_TIME:
            with transaction.atomic():
                done = step(at=clock.now())


@shared_task(name="risk.tasks.ask_for_reviews")
def ask_for_reviews_due() -> None:
    """Ask for the reviews of rules whose day comes."""
    with transaction.atomic():
        ask_for_reviews(at=clock.now())


@shared_task(name="risk.tasks.end_silent_screenings")
def end_silent_screenings() -> None:
    """Count States that were asked and did not answer in time as without a hit."""
    with transaction.atomic():
        screening_answers.end_silent(at=clock.now())


@shared_task(name="risk.tasks.tidy_queue")
def tidy_queue() -> None:
    """Release what inactive officers have claimed; let cases be due by the clock that is next."""
    with transaction.atomic():
        release_idle(at=clock.now())
    with transaction.atomic():
        move_on(at=clock.now())
