"""The end of a message's way to a partner: delivered, refused, set aside, or tried again."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from customs_portal.events.kinds import Kind
from customs_portal.events.services import NewEvent, record_many
from messaging.events import MESSAGE_DELIVERED, MESSAGE_SET_ASIDE, MESSAGE_STOPPED
from messaging.models import Dispatch, OutboundMessage, Partner, PartnerLine
from messaging.wire.waking import wake_delivery

RECEIPT_LIMIT = timedelta(hours=1)
"""After which a message without a receipt is handed to its gateway again."""
REASON_LENGTH = 200
UNSENT = (OutboundMessage.State.WAITING, OutboundMessage.State.TOLD)


def delivered(partner: Partner, message: OutboundMessage, *, receipt: str, at: datetime) -> None:
    """Keep the receipt, in the caller's transaction; a second one changes nothing."""
    _end(partner, message, Dispatch.State.DELIVERED, receipt=receipt, at=at)
    sent = OutboundMessage.objects.filter(pk=message.pk, state__in=UNSENT)
    if sent.update(state=OutboundMessage.State.DELIVERED, delivered_at=at):
        record_many([_event(MESSAGE_DELIVERED, message, at)])


def stopped(partner: Partner, message: OutboundMessage, *, reason: str, at: datetime) -> None:
    """Keep that the partner refuses it: it waits for a person, in the caller's transaction."""
    _end(partner, message, Dispatch.State.STOPPED, error=reason, at=at)
    record_many([_event(MESSAGE_STOPPED, message, at, reason=reason)])


def _end(
    partner: Partner,
    message: OutboundMessage,
    state: Dispatch.State,
    *,
    at: datetime,
    error: str = "",
    receipt: str = "",
) -> None:
    row, _ = Dispatch.objects.get_or_create(pk=message.pk, defaults={"partner": partner})
    row.state, row.attempts, row.tried_at = state, row.attempts + 1, at
    row.error, row.receipt, row.next_try_at = error[:REASON_LENGTH], receipt, None
    row.save()


@transaction.atomic
def try_again(partner: Partner, messages: Sequence[int] | None, *, at: datetime) -> int:
    """Have the chosen messages of a partner tried now, or all of them; return how many.

    The breaker is closed: a person has looked.
    """
    PartnerLine.objects.filter(partner=partner).update(failures=0, open_until=None)
    rows = Dispatch.objects.filter(partner=partner).exclude(
        state__in=(Dispatch.State.DELIVERED, Dispatch.State.SET_ASIDE)
    )
    if messages is not None:
        rows = rows.filter(pk__in=messages)
    wake_delivery()
    return rows.update(state=Dispatch.State.TRYING, next_try_at=at)


@transaction.atomic
def set_aside(
    partner: Partner, messages: Sequence[int], *, reason: str, by: int, at: datetime
) -> int:
    """Give messages of a partner up for a reason, so that what follows them goes on; count them."""
    rows = OutboundMessage.objects.select_for_update().filter(
        pk__in=messages, recipient=partner.code, state__in=UNSENT, dispatch__partner=partner
    )
    found = list(rows.order_by("pk"))
    ids = [message.pk for message in found]
    OutboundMessage.objects.filter(pk__in=ids).update(state=OutboundMessage.State.SET_ASIDE)
    Dispatch.objects.filter(pk__in=ids).update(
        state=Dispatch.State.SET_ASIDE, next_try_at=None, error=reason[:REASON_LENGTH]
    )
    record_many([_event(MESSAGE_SET_ASIDE, row, at, reason=reason, by=by) for row in found])
    wake_delivery()
    return len(ids)


def _event(
    kind: Kind, message: OutboundMessage, at: datetime, *, reason: str = "", by: int | None = None
) -> NewEvent:
    data: dict[str, object] = {
        "message": message.pk,
        "kind": message.kind,
        "recipient": message.recipient,
    }
    return NewEvent(
        kind=kind,
        at=at,
        stream=message.ens_id,
        actor=by,
        data={**data, "reason": reason} if reason else data,
    )
