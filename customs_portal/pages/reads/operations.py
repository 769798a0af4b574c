"""What an administrator watches: the pipeline, what is parked, outages, clocks."""

from datetime import datetime

import msgspec
from django.utils.translation import gettext as _

from customs_portal.events.backlog import Backlog, backlogs
from customs_portal.events.models import Delivery
from customs_portal.pages.reads.partners import PartnerRow, partners
from declarations.models import Outage
from declarations.outages import open_outages

MOST_PARKED = 100
MOST_OUTAGES = 10


class ParkedDelivery(msgspec.Struct, frozen=True, kw_only=True):
    """What failed too often and waits for a person."""

    id: int
    consumer: str
    event: int
    parked_at: datetime
    error: str


class Operations(msgspec.Struct, frozen=True, kw_only=True):
    """The page of operations."""

    backlogs: list[Backlog]
    parked: list[ParkedDelivery]
    more_parked: int
    outages: list[Outage]
    open_outages: list[Outage]
    alarms: list[PartnerRow]


def read(at: datetime) -> Operations:
    """Return how the pipeline stands."""
    counted = backlogs(at=at)
    parked = Delivery.objects.filter(parked_at__isnull=False).order_by("parked_at", "pk")
    shown = [_parked(delivery) for delivery in parked[:MOST_PARKED]]
    return Operations(
        backlogs=counted,
        parked=shown,
        more_parked=sum(each.parked for each in counted) - len(shown),
        outages=list(Outage.objects.select_related("declared_by")[:MOST_OUTAGES]),
        open_outages=open_outages(at),
        alarms=[row for row in partners(at) if row.waiting.overdue],
    )


def _parked(delivery: Delivery) -> ParkedDelivery:
    assert delivery.parked_at is not None
    return ParkedDelivery(
        id=delivery.pk,
        consumer=delivery.consumer,
        event=delivery.event_id,
        parked_at=delivery.parked_at,
        error=delivery.error.partition(":")[0] or _("unknown"),
    )
