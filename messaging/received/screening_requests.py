"""XF4Q01: another State asks us to screen a filing of ICS2 that was lodged with it."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from customs_portal.findings import Finding, Stage
from customs_portal.reference.snapshot import Snapshot
from declarations.document import Document
from declarations.lifecycle.out_of_sequence import DUPLICATE
from declarations.services.results import Refused
from declarations.services.screening import (
    MESSAGE,
    ScreeningRequested,
    ToScreen,
    judge_to_screen,
    receive_to_screen,
)
from declarations.whole import whole
from messaging.formats.ics2.tables import is_whole
from messaging.formats.registry import read
from messaging.formats.transmissions import ScreeningRequest
from messaging.received.message import Fate, Judged
from messaging.received.partners import record_refusals
from messaging.received.transmissions import WRONG_VALUE, invalid_mrn, told_of
from risk.models import Screening
from risk.services.screened import Asked, note_requests
from risk.services.supersede import supersede


def check(judged: Judged, reference: Snapshot, country: str) -> list[Finding]:
    """Return what stands against the MRN, and against the filings by their own rules."""
    content = _content(judged)
    found = invalid_mrn(content.mrn)
    for place, body in enumerate(content.filings, start=1):
        found += _against_filing(body, place)
    return found


def take_in(messages: Sequence[Judged], at: datetime) -> list[Fate]:
    """Have the filings screened that have no findings, refuse the rest."""
    messages = _new(messages)
    clean = [message for message in messages if not message.findings]
    results = receive_to_screen([_requested(message) for message in clean], at=at)
    pairs = list(zip(clean, results, strict=True))
    taken = [(message, result) for message, result in pairs if isinstance(result, ToScreen)]
    supersede({result.ens for _, result in taken if result.is_again}, at=at)
    note_requests([_asked(message, result) for message, result in taken], at=at)
    fates = [
        *(_fate(message, result) for message, result in pairs),
        *(Fate(message=each, findings=each.findings) for each in messages if each.findings),
    ]
    record_refusals(fates, at)
    return fates


def try_out(messages: Sequence[Judged], at: datetime) -> list[Sequence[Finding]]:
    """Return what stands against requests that passed every check so far."""
    new = _new(messages)
    against = judge_to_screen([_requested(message).told for message in new])
    return [each.findings or found for each, found in zip(new, against, strict=True)]


def _new(messages: Sequence[Judged]) -> list[Judged]:
    """Return the messages; one whose reference that State has used before is refused (26)."""
    named = [each for each in messages if not each.findings]
    used = set(
        Screening.objects.filter(
            is_ours=False, reference__in={_content(each).reference for each in named}
        ).values_list("country", "reference")
    )
    found = []
    for message in messages:
        key = (message.received.partner, _content(message).reference) if message in named else None
        found.append(_used(message) if key in used else message)
        used |= {key} if key else set()
    return found


def _used(message: Judged) -> Judged:
    finding = Finding(
        code=DUPLICATE,
        location="SCRREQ1.RefSCQ2",
        value=_content(message).reference,
        text="This reference was used for another request.",
        stage=Stage.LIFECYCLE,
    )
    return msgspec.structs.replace(message, findings=(finding,))


def _content(judged: Judged) -> ScreeningRequest:
    content = judged.reading.content
    assert isinstance(content, ScreeningRequest)
    return content


def _against_filing(body: bytes, place: int) -> list[Finding]:
    """Return the finding on what is no filing of ICS2 or not right; its value tells where."""
    reading = read(body)
    if reading.document is not None and is_whole(reading.kind):
        return []
    first = reading.findings[0] if reading.findings else None
    return [
        Finding(
            code=WRONG_VALUE,
            location=f"FILENS1[{place}].ConFIL2",
            value=f"{first.code} {first.location}" if first else reading.kind,
            text="This is no filing or amendment of ICS2, or breaks its rules.",
            stage=Stage.LIFECYCLE,
        )
    ]


def _document(content: ScreeningRequest) -> Document:
    """Return what the filings say together, a master with its houses as one."""
    documents = [read(body).document for body in content.filings]
    return whole([document for document in documents if document is not None])


def _requested(message: Judged) -> ScreeningRequested:
    content = _content(message)
    told = told_of(_document(content), content, message.received, MESSAGE)
    return ScreeningRequested(told=told, answer_by=content.answer_by)


def _asked(message: Judged, result: ToScreen) -> Asked:
    content, received = _content(message), message.received
    return Asked(
        ens=result.ens,
        ens_version=result.ens_version,
        country=received.partner,
        kind=content.kind,
        reference=content.reference,
        asked_at=received.received_at,
        ends_at=content.answer_by,
    )


def _fate(message: Judged, result: ToScreen | Refused) -> Fate:
    if isinstance(result, Refused):
        return Fate(message=message, findings=result.findings)
    return Fate(message=message, findings=(), mrn=_content(message).mrn)
