"""Arrivals as they are notified."""

from datetime import datetime
from itertools import count

import msgspec
from django.db import transaction

from declarations.arrivals import Notification, Reported
from declarations.models import Arrival
from declarations.services.arrive import Registered, arrive
from declarations.services.results import Refused
from tests.factories.declarations import OFFICE, SENDER

_numbers = count(1)
SHIP = "9074729"


def notification(at: datetime, *lines: Reported, **changes: object) -> Notification:
    """Return the arrival of a ship at our office, notified by who lodges in these tests."""
    number = next(_numbers)
    base = Notification(
        reference=f"ARR{number}",
        mode="1",
        means=SHIP,
        office=OFFICE,
        arrived_at=at,
        received_at=at,
        notified_by=SENDER,
        message=number,
        lines=lines,
    )
    return msgspec.structs.replace(base, **changes)


def notified(*notifications: Notification) -> list[Registered | Refused]:
    """Return what became of the notifications, in one transaction."""
    with transaction.atomic():
        return arrive(notifications, at=notifications[-1].received_at)


def arrived(at: datetime, *lines: Reported, **changes: object) -> Arrival:
    """Return an arrival that was accepted."""
    [result] = notified(notification(at, *lines, **changes))
    assert isinstance(result, Registered), result
    return Arrival.objects.get(pk=result.arrival)
