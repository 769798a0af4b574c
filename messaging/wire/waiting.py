"""What waits for partners: counts, ages, and what is too late to wait any longer."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.conf import settings
from django.db import connection

from messaging.models import Dispatch, OutboundMessage, Partner

INSTRUCTIVE = ("CD319A", "CD301A")
"""What tells another State of a do-not-load or a hold, if there is one on the ENS."""
_BELONGS = """
o.recipient = p.code AND (o.channel = 'partner') = (p.kind <> 'trader')
AND o.state IN ('waiting', 'told')
"""
OVERDUE = """
o.state = 'waiting' AND o.created_at <= %(before)s AND o.kind = ANY(%(kinds)s) AND EXISTS (
    SELECT 1 FROM declarations_measure m
    WHERE m.ens_id = o.ens_id AND m.kind IN ('hold', 'do_not_load')
      AND m.status IN ('in_force', 'breached'))
"""
NO_OUTAGE = """
NOT EXISTS (
    SELECT 1 FROM messaging_partneroutage u JOIN messaging_partner q ON q.id = u.partner_id
    WHERE q.code = o.recipient AND u.from_at <= %(at)s AND u.to_at > %(at)s)
"""
_COUNT = f"""
SELECT p.id, count(*), min(o.created_at), count(*) FILTER (WHERE {OVERDUE} AND {NO_OUTAGE}),
       count(*) FILTER (WHERE d.state = 'stopped')
FROM messaging_partner p
JOIN messaging_outboundmessage o ON {_BELONGS}
LEFT JOIN messaging_dispatch d ON d.message_id = o.id
WHERE p.active GROUP BY p.id
"""  # noqa: S608  no value of anybody's


class WaitingFor(msgspec.Struct, frozen=True, kw_only=True):
    """What waits for one partner; `overdue` are messages with a do-not-load or hold."""

    count: int = 0
    since: datetime | None = None
    overdue: int = 0
    stopped: int = 0


def overdue_values(at: datetime) -> dict[str, Any]:
    """Return what the query of what is overdue needs."""
    before = at - timedelta(minutes=settings.UNDELIVERED_AFTER_MINUTES)
    return {"at": at, "before": before, "kinds": list(INSTRUCTIVE)}


def waiting_by_partner(at: datetime) -> dict[int, WaitingFor]:
    """Return what waits, by partner; partners for whom nothing waits are left out."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, overdue_values(at))
        rows = cursor.fetchall()
    return {
        key: WaitingFor(count=count, since=since, overdue=overdue, stopped=stopped)
        for key, count, since, overdue, stopped in rows
    }


def waiting_for(partner: Partner, *, limit: int) -> Sequence[Dispatch]:
    """Return what waits for a partner, the oldest first; what was never tried has no state."""
    own = OutboundMessage.objects.filter(recipient=partner.code, state__in=("waiting", "told"))
    trader = partner.kind == Partner.Kind.TRADER
    own = own.exclude(channel="partner") if trader else own.filter(channel="partner")
    rows = own.select_related("dispatch").order_by("pk")[:limit]
    return [_tried(row, partner) for row in rows]


def _tried(row: OutboundMessage, partner: Partner) -> Dispatch:
    found = getattr(row, "dispatch", None)
    return found or Dispatch(message=row, partner=partner, state="")
