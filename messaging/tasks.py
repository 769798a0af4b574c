"""The Celery tasks of messaging that are not part of the common drain."""

import structlog
from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction

from customs_portal import clock
from customs_portal.events import wake
from customs_portal.events.tasks import run_consumer
from messaging import open_cases, undelivered
from messaging.models import Partner
from messaging.wire import collecting, delivering
from messaging.wire.partner_keys import KeysRefused
from messaging.wire.sending import fetch_keys
from messaging.wire.waking import DELIVER

_log = structlog.get_logger(__name__)


@shared_task(name="messaging.tasks.notify_subsequent_offices")
def notify_subsequent_offices() -> None:
    """Write what offices of subsequent entry must be told."""
    run_consumer("notify_subsequent_offices")


@shared_task(name=DELIVER, soft_time_limit=40, time_limit=50)
def deliver() -> None:
    """Send what waits for partners, line by line, and come again if there was work."""
    wake.begin(DELIVER)
    try:
        if delivering.deliver():
            wake.wake_task(DELIVER)
    except SoftTimeLimitExceeded:
        _log.warning("deliver_took_too_long")


@shared_task(name="messaging.tasks.collect_folders", soft_time_limit=40, time_limit=50)
def collect_folders() -> None:
    """Take in what gateways have left in their folders."""
    collecting.collect_all()


@shared_task(name="messaging.tasks.fetch_partner_keys", soft_time_limit=240, time_limit=300)
def fetch_partner_keys() -> None:
    """Take over new keys that partners publish, signed with those that we know."""
    for partner in Partner.objects.filter(active=True, transport=Partner.Transport.HTTP):
        try:
            fetch_keys(partner, at=clock.now())
        except KeysRefused as error:
            _log.warning("partner_keys_refused", partner=partner.code, reason=str(error))


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
