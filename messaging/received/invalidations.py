"""IE3Q04: a filing of ICS2 is invalidated, or the request refused."""

from collections.abc import Sequence
from datetime import datetime

from customs_portal.events.services import record_many
from customs_portal.findings import Finding
from customs_portal.reference.snapshot import Snapshot
from declarations.services.invalidate import (
    Invalidated,
    InvalidationOrder,
    InvalidationRefused,
    invalidate,
    judge_invalidations,
    refused_event,
)
from messaging.formats.requests import Invalidation
from messaging.pointers import pointed
from messaging.received.message import Fate, Judged
from messaging.received.senders import wrong_sender
from risk.services.supersede import end_analysis


def check(judged: Judged, _reference: Snapshot, _country: str) -> list[Finding]:
    """Return what stands against the sender: declarant or representative of the request."""
    content = judged.reading.content
    assert isinstance(content, Invalidation)
    people = (content.declarant, content.representative)
    return [] if judged.received.eori in people else [wrong_sender(judged.reading)]


def take_in(messages: Sequence[Judged], at: datetime) -> list[Fate]:
    """Invalidate what has no findings and refuse the rest; analysis of the invalidated ends."""
    clean = [message for message in messages if not message.findings]
    wrong = [message for message in messages if message.findings]
    results = invalidate([_order(message) for message in clean], at=at)
    end_analysis({r.ens for r in results if isinstance(r, Invalidated) and r.ens}, at=at)
    record_many([refused_event(_order(message), at) for message in wrong])
    return [
        *(_fate(message, result) for message, result in zip(clean, results, strict=True)),
        *(_refused(message, message.findings) for message in wrong),
    ]


def try_out(messages: Sequence[Judged], at: datetime) -> list[Sequence[Finding]]:
    """Return what stands against requests that passed every check so far."""
    results = judge_invalidations([_order(message) for message in messages], at=at)
    return [against.findings if against else () for against in results]


def _fate(message: Judged, result: Invalidated | InvalidationRefused) -> Fate:
    if isinstance(result, InvalidationRefused):
        return _refused(message, result.against.findings)
    return Fate(message=message, findings=(), mrn=result.mrn)


def _refused(message: Judged, findings: Sequence[Finding]) -> Fate:
    return Fate(message=message, findings=pointed(findings, message.reading.kind))


def _order(message: Judged) -> InvalidationOrder:
    return InvalidationOrder(
        mrn=message.reading.mrn or "",
        sender=message.received.eori,
        message_id=message.received.id,
        correlation=message.received.correlation,
    )
