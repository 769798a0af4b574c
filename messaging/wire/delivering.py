"""[deliver]: claim a line, send what waits on it outside any transaction, keep what came of it.

One process serves a line at a time, by a committed lease, for a bounded time: order is kept, and
a slow partner holds nobody else up. Message n+1 to a recipient waits for n about the same MRN.
"""

import random
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import structlog
from django.db import connection, transaction

from customs_portal import clock
from customs_portal.bulk import fetch_prepared
from messaging.models import Dispatch, OutboundMessage, Partner, PartnerLine
from messaging.reads import raw_body
from messaging.wire import concluding
from messaging.wire.outcomes import Delivered, Handed, Later, Outcome, Stopped
from messaging.wire.sending import Parcel, send

SLICE = timedelta(seconds=10)
"""How long a line is served at a time."""
LEASE = timedelta(seconds=60)
"""After which a line whose process has gone is free again; longer than slice and time limit."""
BATCH = 50
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=10)
BREAKS_AFTER = 3
"""Failures in a row after which the line is left alone for a while."""
FIRST_BREAK = timedelta(seconds=5)
LONGEST_BREAK = timedelta(minutes=2)

_log = structlog.get_logger(__name__)
_LINES = """
INSERT INTO messaging_partnerline (partner_id, failures, error, refusal)
SELECT p.id, 0, '', '' FROM messaging_partner p
WHERE NOT EXISTS (SELECT 1 FROM messaging_partnerline l WHERE l.partner_id = p.id)
ON CONFLICT DO NOTHING
"""
_WAITING = """
SELECT o.id FROM messaging_outboundmessage o
LEFT JOIN messaging_dispatch d ON d.message_id = o.id
WHERE o.recipient = p.code AND o.state IN ('waiting', 'told') AND o.kind = ANY(p.we_send)
  AND (o.channel = 'partner') = (p.kind <> 'trader')
  AND (d.message_id IS NULL OR d.state IN ('trying', 'handed') AND d.next_try_at <= %(at)s)
  AND NOT EXISTS (
      SELECT 1 FROM messaging_outboundmessage earlier
      WHERE earlier.recipient = o.recipient AND earlier.mrn = o.mrn AND o.mrn <> ''
        AND earlier.id < o.id AND earlier.state IN ('waiting', 'told')
        AND earlier.channel = o.channel AND earlier.kind = ANY(p.we_send))
"""
_OPEN = """
p.active AND p.transport <> 'collect'
AND (p.agreed_from IS NULL OR p.agreed_from <= %(today)s)
AND (p.agreed_to IS NULL OR p.agreed_to > %(today)s)
AND NOT EXISTS (
    SELECT 1 FROM messaging_partneroutage u
    WHERE u.partner_id = p.id AND u.from_at <= %(at)s AND u.to_at > %(at)s)
"""
_CLAIM = f"""
UPDATE messaging_partnerline SET lease = %(lease)s, leased_until = %(until)s, served_at = %(at)s
WHERE partner_id = (
    SELECT p.id FROM messaging_partnerline l JOIN messaging_partner p ON p.id = l.partner_id
    WHERE {_OPEN} AND p.id <> ALL(%(served)s)
      AND (l.leased_until IS NULL OR l.leased_until <= %(at)s)
      AND (l.open_until IS NULL OR l.open_until <= %(at)s)
      AND EXISTS ({_WAITING})
    ORDER BY l.served_at NULLS FIRST, l.partner_id LIMIT 1 FOR UPDATE OF l SKIP LOCKED)
RETURNING partner_id
"""  # noqa: S608  no value of anybody's
_NEXT = f"SELECT w.id FROM messaging_partner p, LATERAL ({_WAITING} ORDER BY o.id LIMIT %(limit)s) w WHERE p.id = %(partner)s"  # noqa: E501, S608  no value of anybody's
_FREE = """
UPDATE messaging_partnerline SET lease = NULL, leased_until = NULL
WHERE partner_id = %(partner)s AND lease = %(lease)s
"""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A line that we hold."""

    partner: int
    lease: UUID


def deliver() -> bool:
    """Serve each line with work once, for at most a slice each; return whether any had work."""
    with connection.cursor() as cursor:
        cursor.execute(_LINES)
    served: list[int] = []
    until = time.monotonic() + SLICE.total_seconds()
    while time.monotonic() < until:
        line = _claim(served)
        if line is None:
            break
        served.append(line.partner)
        try:
            _serve(line)
        finally:
            fetch_prepared(_FREE, {"partner": line.partner, "lease": line.lease})
    return bool(served)


def _claim(served: Sequence[int]) -> Line | None:
    at, lease = clock.now(), uuid4()
    values = {**_moment(at), "lease": lease, "until": at + LEASE, "served": list(served)}
    rows = fetch_prepared(_CLAIM, values)
    return Line(partner=rows[0][0], lease=lease) if rows else None


def _moment(at: datetime) -> dict[str, Any]:
    return {"at": at, "today": at.date()}


def _serve(line: Line) -> None:
    """Send what waits, in its order, until nothing does, the time is up, or the line breaks."""
    partner = Partner.objects.get(pk=line.partner)
    until = time.monotonic() + SLICE.total_seconds()
    while True:
        found = PartnerLine.objects.get(pk=line.partner)
        limit = 1 if found.failures >= BREAKS_AFTER else BATCH
        due = _due(line, limit)
        for message in due:
            if not _one(partner, line, message) or time.monotonic() >= until:
                return
        if not due:
            return


def _due(line: Line, limit: int) -> list[int]:
    values = {**_moment(clock.now()), "partner": line.partner, "limit": limit}
    return [row[0] for row in fetch_prepared(_NEXT, values)]


def _one(partner: Partner, line: Line, message: int) -> bool:
    """Send one message and keep what came of it; False where the line is to be left alone."""
    row = OutboundMessage.objects.get(pk=message)
    parcel = Parcel(
        message_id=row.message_identification,
        kind=row.kind,
        media_type=row.media_type,
        body=raw_body(row),
    )
    outcome = send(partner, parcel, at=clock.now())
    with transaction.atomic():
        return keep(partner, row, outcome, at=clock.now())


def keep(partner: Partner, message: OutboundMessage, outcome: Outcome, *, at: datetime) -> bool:
    """Keep what came of a try, in the caller's transaction; return whether to go on."""
    attempts = _attempts(message)
    if isinstance(outcome, Delivered):
        concluding.delivered(partner, message, receipt=outcome.receipt, at=at)
    elif isinstance(outcome, Stopped):
        concluding.stopped(partner, message, reason=outcome.reason, at=at)
    else:
        _store_try(partner, message, outcome, attempts, at)
    if isinstance(outcome, Later):
        return _failed(partner, outcome, at)
    _succeeded(partner, at)
    return True


def _attempts(message: OutboundMessage) -> int:
    found = Dispatch.objects.filter(pk=message.pk).values_list("attempts", flat=True).first()
    return (found or 0) + 1


def _store_try(
    partner: Partner, message: OutboundMessage, outcome: Later | Handed, attempts: int, at: datetime
) -> None:
    if isinstance(outcome, Handed):
        state, pause, error = Dispatch.State.HANDED, concluding.RECEIPT_LIMIT, ""
    else:
        state, pause, error = Dispatch.State.TRYING, _pause(outcome, attempts), outcome.reason
    Dispatch.objects.update_or_create(
        pk=message.pk,
        defaults={
            "partner": partner,
            "state": state,
            "attempts": attempts,
            "tried_at": at,
            "next_try_at": at + pause,
            "error": error[: concluding.REASON_LENGTH],
        },
    )


def _pause(outcome: Outcome, attempts: int) -> timedelta:
    """Return how long to wait after that many attempts: longer each time, never the same for all.

    A partner that asks for more gets it.
    """
    asked = outcome.wait if isinstance(outcome, Later) and outcome.wait else timedelta(0)
    return max(asked, jittered(FIRST_PAUSE * 2 ** min(attempts - 1, 10), LONGEST_PAUSE))


def jittered(length: timedelta, longest: timedelta) -> timedelta:
    """Return a length between half and the whole of it, so that not all come back at once."""
    return min(length, longest) * random.uniform(0.5, 1.0)  # noqa: S311  no secret


def _failed(partner: Partner, outcome: Later, at: datetime) -> bool:
    """Count a failure of the line; return whether it may go on."""
    line = PartnerLine.objects.select_for_update().get(pk=partner.pk)
    line.failures += 1
    line.error, line.failed_at = outcome.reason[: concluding.REASON_LENGTH], at
    broken = line.failures >= BREAKS_AFTER
    if broken:
        extra = min(line.failures - BREAKS_AFTER, 10)
        rest = jittered(FIRST_BREAK * 2**extra, LONGEST_BREAK)
        line.open_until = at + max(rest, outcome.wait or rest)
        _log.warning("partner_line_open", partner=partner.code, failures=line.failures)
    line.save(update_fields=["failures", "error", "failed_at", "open_until"])
    return not broken


def _succeeded(partner: Partner, at: datetime) -> None:
    """Close the breaker; what failed with the line before is tried at once."""
    line = PartnerLine.objects.select_for_update().get(pk=partner.pk)
    if line.failures >= BREAKS_AFTER:
        Dispatch.objects.filter(partner=partner, state=Dispatch.State.TRYING).update(next_try_at=at)
    line.failures, line.open_until, line.succeeded_at = 0, None, at
    line.save(update_fields=["failures", "open_until", "succeeded_at"])
