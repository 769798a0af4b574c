"""IE313 and IE3Axx: a declaration is replaced, or the amendment refused."""

from collections.abc import Sequence
from datetime import UTC, datetime

from customs_portal.events.services import record_many
from customs_portal.findings import Finding, Stage
from customs_portal.reference.snapshot import Snapshot
from declarations.checks.amendment import MAY_NOT, OTHER
from declarations.services.amend import (
    Amended,
    Amendment,
    AmendmentRefused,
    RefusedAmendment,
    amend,
    judge_amendments,
    refused_event,
)
from messaging.pointers import pointed
from messaging.received.message import Fate, Judged
from risk.services.supersede import supersede


def check(_judged: Judged, _reference: Snapshot, _country: str) -> list[Finding]:
    """Find nothing: what stands against an amendment depends on what it amends."""
    return []


def take_in(messages: Sequence[Judged], at: datetime) -> list[Fate]:
    """Amend what has no findings, refuse the rest; a new version is to be analysed anew."""
    clean = [message for message in messages if not message.findings]
    wrong = [message for message in messages if message.findings]
    results = amend([_amendment(message) for message in clean], at=at)
    supersede({result.ens for result in results if isinstance(result, Amended)}, at=at)
    record_many([refused_event(_refused(message), at) for message in wrong])
    return [
        *(_fate(message, result) for message, result in zip(clean, results, strict=True)),
        *(_refused_fate(message, message.findings) for message in wrong),
    ]


def try_out(messages: Sequence[Judged], at: datetime) -> list[Sequence[Finding]]:
    """Return what stands against amendments that passed every check so far."""
    results = judge_amendments([_amendment(message) for message in messages], at=at)
    return [result.against.findings if result else () for result in results]


def _amendment(message: Judged) -> Amendment:
    document = message.reading.document
    assert document is not None
    received = message.received
    return Amendment(
        document=document,
        message_id=received.id,
        sender=received.eori,
        received_at=received.received_at,
        correlation=received.correlation,
    )


def _fate(message: Judged, result: Amended | AmendmentRefused) -> Fate:
    if isinstance(result, AmendmentRefused):
        return _refused_fate(message, result.against.findings, result.mrn)
    return Fate(message=message, findings=(), mrn=result.mrn)


def _refused_fate(message: Judged, findings: Sequence[Finding], mrn: str = "") -> Fate:
    found = pointed(findings, message.reading.kind)
    return Fate(message=message, findings=found, mrn=mrn)


def _refused(message: Judged) -> RefusedAmendment:
    reading, received = message.reading, message.received
    by_stranger = any(finding.stage is Stage.SENDER for finding in message.findings)
    return RefusedAmendment(
        message_id=received.id,
        sender=received.eori,
        mrn=reading.mrn or "",
        office=reading.office or "",
        amended_at=_time(reading.amended_at) or received.received_at,
        motivation=MAY_NOT if by_stranger else OTHER,
        correlation=received.correlation,
    )


def _time(text: str | None) -> datetime | None:
    """Return a time of the form YYYYMMDDHHMM; None for none, and for one not in the calendar."""
    try:
        return datetime.strptime(text or "", "%Y%m%d%H%M").replace(tzinfo=UTC)
    except ValueError:
        return None
