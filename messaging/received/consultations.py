"""IE3Q05: who lodged asks in what state filings are; answered from what that person may know."""

from collections.abc import Sequence
from datetime import datetime

from customs_portal.events.services import NewEvent, record_many
from customs_portal.findings import Finding
from customs_portal.reference.snapshot import Snapshot
from declarations.consulting import Asked, Told, consult
from declarations.events import CONSULTATION_REFUSED, ENS_CONSULTED
from messaging.formats.requests import Consultation
from messaging.pointers import pointed
from messaging.received.message import Fate, Judged
from messaging.received.senders import wrong_sender


def check(judged: Judged, _reference: Snapshot, _country: str) -> list[Finding]:
    """The requester is the owner of the token."""
    content = judged.reading.content
    assert isinstance(content, Consultation)
    return [] if content.requester == judged.received.eori else [wrong_sender(judged.reading)]


def take_in(messages: Sequence[Judged], at: datetime) -> list[Fate]:
    """Find what each message asks for; nothing changes but that it was asked."""
    found = [message.findings or _found(message) for message in messages]
    pairs = list(zip(messages, found, strict=True))
    record_many([_event(message, told, at) for message, told in pairs])
    return [
        Fate(message=message, findings=pointed(_against(told), message.reading.kind))
        for message, told in pairs
    ]


def try_out(messages: Sequence[Judged], _at: datetime) -> list[Sequence[Finding]]:
    """Return what stands against questions that passed every check so far."""
    return [_against(_found(message)) for message in messages]


def _found(message: Judged) -> Sequence[Told] | Sequence[Finding]:
    content = message.reading.content
    assert isinstance(content, Consultation)
    told = consult(Asked(requester=content.requester, mrn=content.mrn, documents=content.documents))
    return (told,) if isinstance(told, Finding) else told


def _against(found: Sequence[Told] | Sequence[Finding]) -> list[Finding]:
    return [each for each in found if isinstance(each, Finding)]


def _event(message: Judged, found: Sequence[Told] | Sequence[Finding], at: datetime) -> NewEvent:
    refused = bool(_against(found))
    return NewEvent(
        kind=CONSULTATION_REFUSED if refused else ENS_CONSULTED,
        at=at,
        correlation=message.received.correlation,
        data={
            "message": message.received.id,
            "requester": message.received.eori,
            "reference": message.reading.reference or "",
            "told": [
                [each.type, each.identification, each.state]
                for each in found
                if isinstance(each, Told)
            ],
        },
    )
