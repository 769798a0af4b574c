"""IE315 and IE3Fxx: a declaration is lodged, or rejected with its findings."""

from collections.abc import Sequence
from datetime import datetime

from customs_portal.findings import Finding
from customs_portal.reference.snapshot import Snapshot
from declarations.checks.competence import check_office
from declarations.services import (
    Lodged,
    Lodgement,
    Refused,
    Rejection,
    lodge,
    rehearse,
    reject,
)
from messaging.formats.ics2.tables import filing_of
from messaging.pointers import pointed
from messaging.received.message import Fate, Judged
from messaging.received.senders import not_entitled

FILING_TYPE = "IE315"


def check(judged: Judged, reference: Snapshot, country: str) -> list[Finding]:
    """Return what stands against the sender and our competence."""
    document = judged.reading.document
    assert document is not None
    found = [*not_entitled(judged), *check_office(document, reference, country)]
    return pointed(found, judged.reading.kind)


def take_in(messages: Sequence[Judged], at: datetime) -> list[Fate]:
    """Lodge what has no findings and reject the rest."""
    clean = [message for message in messages if not message.findings]
    results = lodge([lodgement(message) for message in clean], at=at)
    fates = [fate_of(message, result) for message, result in zip(clean, results, strict=True)]
    fates += [refused_fate(message, message.findings) for message in messages if message.findings]
    reject([rejection(fate) for fate in fates if fate.findings], at=at)
    return fates


def try_out(messages: Sequence[Judged], at: datetime) -> list[Sequence[Finding]]:
    """Return what lodging would find against messages that passed every check so far."""
    documents = [message.reading.document for message in messages]
    results = rehearse([document for document in documents if document is not None])
    return [result.findings if result else () for result in results]


def lodgement(message: Judged) -> Lodgement:
    """Return a readable declaration as it is lodged."""
    document = message.reading.document
    assert document is not None
    received = message.received
    return Lodgement(
        document=document,
        message_id=received.id,
        sender=received.eori,
        received_at=received.received_at,
        correlation=received.correlation,
    )


def fate_of(message: Judged, result: Lodged | Refused) -> Fate:
    """Return what became of a declaration that was lodged."""
    if isinstance(result, Refused):
        return refused_fate(message, result.findings)
    return Fate(message=message, findings=(), mrn=result.mrn)


def refused_fate(message: Judged, findings: Sequence[Finding]) -> Fate:
    """Return the fate of a message with findings, which get their pointers."""
    return Fate(message=message, findings=pointed(findings, message.reading.kind))


def rejection(fate: Fate) -> Rejection:
    """Return a refused declaration as it is kept."""
    received, reading = fate.message.received, fate.message.reading
    return Rejection(
        type=filing_of(reading.kind) or FILING_TYPE,
        lrn=(reading.lrn or "")[:22],
        message_id=received.id,
        sender=received.eori,
        received_at=received.received_at,
        findings=list(fate.findings),
        document=reading.document,
        correlation=received.correlation,
    )
