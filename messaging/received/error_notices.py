"""IE906 and IE917: another administration refuses a message of ours. Neither is ever answered."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from customs_portal.events.services import NewEvent, record_many
from customs_portal.findings import Finding, Stage
from customs_portal.reference.snapshot import Snapshot
from messaging.events import MESSAGE_REFUSED
from messaging.formats.transmissions import ErrorNotice
from messaging.models import OutboundMessage
from messaging.received.message import Fate, Judged
from messaging.received.partners import record_discarded

MOST_TOLD = 5


def check(judged: Judged, reference: Snapshot, country: str) -> list[Finding]:
    """Return nothing: whether there is such a message of ours is looked at when it is taken in."""
    return []


def take_in(messages: Sequence[Judged], at: datetime) -> list[Fate]:
    """Mark our messages refused, each once; what is about none of ours is of no use."""
    refused = _refused(messages)
    fates = [_fate(message, refused) for message in messages]
    told = [(message, refused[_key(message)]) for message in messages if _key(message) in refused]
    rows = OutboundMessage.objects.filter(pk__in=[ours.pk for _, ours in told])
    rows.update(state=OutboundMessage.State.REFUSED)
    record_many([_event(message, ours, at) for message, ours in told])
    record_discarded(fates, at)
    return fates


def try_out(messages: Sequence[Judged], at: datetime) -> list[Sequence[Finding]]:
    """Return what stands against notices of errors."""
    refused = _refused(messages)
    return [_fate(message, refused).findings for message in messages]


def _key(message: Judged) -> tuple[str, str]:
    return message.received.partner, message.reading.correlation or ""


def _refused(messages: Sequence[Judged]) -> dict[tuple[str, str], OutboundMessage]:
    """Return by State and message id those of our messages that the notices are about."""
    names = {message.reading.correlation for message in messages if message.reading.correlation}
    ours = OutboundMessage.objects.filter(message_identification__in=names, channel="partner")
    found = {(each.recipient, each.message_identification): each for each in ours}
    return {_key(each): found[_key(each)] for each in messages if _key(each) in found}


def _fate(message: Judged, refused: dict[tuple[str, str], OutboundMessage]) -> Fate:
    ours = refused.get(_key(message))
    if message.findings or ours is None:
        return Fate(message=message, findings=message.findings or (_unknown(message),))
    return Fate(message=message, findings=(), mrn=ours.mrn)


def _unknown(message: Judged) -> Finding:
    return Finding(
        code="12",
        location="MES.CorIdeMES25",
        value=message.reading.correlation or "",
        text="No message of ours to this administration has this identification.",
        stage=Stage.LIFECYCLE,
    )


def _event(message: Judged, ours: OutboundMessage, at: datetime) -> NewEvent:
    content = message.reading.content
    assert isinstance(content, ErrorNotice)
    errors = [f"{each.code} {each.location}".strip() for each in content.errors[:MOST_TOLD]]
    data = {
        "message": message.received.id,
        "refused": ours.pk,
        "kind": ours.kind,
        "country": ours.recipient,
        "errors": ", ".join(errors),
        "findings": [msgspec.to_builtins(each) for each in content.errors[:MOST_TOLD]],
    }
    correlation = message.received.correlation
    return NewEvent(
        kind=MESSAGE_REFUSED, at=at, stream=ours.ens_id, correlation=correlation, data=data
    )
