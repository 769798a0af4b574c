"""Waking the delivery to partners."""

from functools import partial

from django.db import transaction

from customs_portal.events import wake

DELIVER = "messaging.tasks.deliver"


def wake_delivery() -> None:
    """Have what waits for partners sent once the caller's transaction is committed."""
    transaction.on_commit(partial(wake.wake_task, DELIVER))
