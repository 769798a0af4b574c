"""Collecting from the folders of gateways: messages, receipts, and what the gateway took away."""

from datetime import datetime
from typing import Any

import msgspec
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from customs_portal import clock
from messaging.models import Dispatch, OutboundMessage, Partner
from messaging.reads import raw_body
from messaging.wire import folders
from messaging.wire.cover import PING, Cover, cover
from messaging.wire.delivering import keep
from messaging.wire.folders import Found
from messaging.wire.outcomes import Delivered, Later, Stopped
from messaging.wire.receiving import NotTaken, reason, take_in_file
from messaging.wire.sending import check_receipt

AT_A_TIME = 200


def collect_all() -> int:
    """Collect from the folder of every partner that has one; return how much was found."""
    partners = Partner.objects.filter(active=True, transport=Partner.Transport.FOLDER)
    return sum(collect(partner) for partner in partners)


def collect(partner: Partner) -> int:
    """Take in what lies in the partner's folder, and note what its gateway has taken away."""
    found = list(folders.waiting(partner, AT_A_TIME))
    for each in found:
        _take(partner, each, clock.now())
    if partner.gateway_vouches:
        _note_taken(partner, clock.now())
    return len(found)


def _take(partner: Partner, found: Found, at: datetime) -> None:
    if "receipt" in found.says or "refused" in found.says:
        problem = _receipt(partner, found.says, at)
    else:
        problem = _message(partner, found, at)
    if problem:
        folders.refuse(found, problem)
    else:
        folders.done(found)


def _message(partner: Partner, found: Found, at: datetime) -> str:
    """Take a message in and leave a receipt for it; return why not, empty where it was."""
    payload = folders.payload_of(found)
    try:
        said = msgspec.convert(found.says.get("cover"), type=Cover)
    except msgspec.ValidationError:
        return reason("bad_cover")
    if payload is None or payload.stat().st_size > settings.MESSAGE_SIZE_LIMIT:
        return _("There is no payload, or it is too large.")
    signature = str(found.says.get("signature") or "")
    result = take_in_file(partner, said, signature, payload.read_bytes(), at=at)
    if isinstance(result, NotTaken):
        return reason(result.code)
    _leave_receipt(partner, found, said, result.receipt)
    return ""


def _leave_receipt(partner: Partner, found: Found, said: Cover, receipt: str) -> None:
    content = msgspec.json.encode({"id": said.id, "receipt": receipt})
    folders.write(folders.folder_of(partner, "out") / f"{found.path.stem}.receipt.json", content)


def _receipt(partner: Partner, says: dict[str, Any], at: datetime) -> str:
    """Note what the other side says of a message of ours; return what is wrong with that."""
    message = OutboundMessage.objects.filter(
        recipient=partner.code, message_identification=str(says.get("id"))[:14]
    ).first()
    if message is None:
        is_test = str(says.get("id")).startswith(PING)
        return "" if is_test else _("There is no such message.")
    outcome = _outcome(partner, message, says, at)
    with transaction.atomic():
        keep(partner, message, outcome, at=at)
    return "" if isinstance(outcome, Delivered | Stopped) else outcome.reason


def _outcome(
    partner: Partner, message: OutboundMessage, says: dict[str, Any], at: datetime
) -> Delivered | Later | Stopped:
    if "refused" in says:
        return Stopped(reason=str(says["refused"]))
    sent = cover(
        message_id=message.message_identification,
        sender=settings.CUSTOMS_COUNTRY,
        recipient=partner.code,
        kind=message.kind,
        body=raw_body(message),
        at=at,
    )
    return check_receipt(partner, sent, str(says["receipt"]).encode(), at)


def _note_taken(partner: Partner, at: datetime) -> None:
    handed = Dispatch.objects.filter(partner=partner, state=Dispatch.State.HANDED)
    for dispatch in handed.select_related("message").order_by("pk")[:AT_A_TIME]:
        if folders.is_taken(partner, dispatch.message.message_identification):
            with transaction.atomic():
                keep(partner, dispatch.message, Delivered(receipt="gateway"), at=at)
