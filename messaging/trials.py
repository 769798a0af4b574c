"""Test messages: judged and answered as in earnest, never registered.

A test takes no LRN and no message id, and repeats nothing: each is judged as if it came first.
"""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings

from customs_portal.events.kinds import Kind
from customs_portal.events.services import NewEvent, record_many
from customs_portal.findings import Finding
from declarations.mrn import make_test_mrn
from declarations.services import rehearse
from messaging.claims import check_ids
from messaging.events import MESSAGE_UNREADABLE, TEST_ACCEPTED, TEST_REFUSED
from messaging.judging import Fate, Judged
from messaging.pointers import pointed


def try_out(messages: Sequence[Judged], *, at: datetime) -> list[Fate]:
    """Return what would become of the messages, and record it so that they are answered."""
    checked = check_ids(messages)
    refusals = _refusals([message for message in checked if _is_clean(message)])
    fates = [_fate(message, refusals.get(message.received.id, ()), at) for message in checked]
    record_many([_event(fate, at) for fate in fates])
    return fates


def _is_clean(message: Judged) -> bool:
    return not message.findings and message.reading.document is not None


def _refusals(messages: Sequence[Judged]) -> dict[int, Sequence[Finding]]:
    """Return by message what lodging would find against those that passed every check so far."""
    documents = [message.reading.document for message in messages]
    results = rehearse([document for document in documents if document is not None])
    return {
        message.received.id: result.findings
        for message, result in zip(messages, results, strict=True)
        if result is not None
    }


def _fate(message: Judged, refused: Sequence[Finding], at: datetime) -> Fate:
    if not message.is_readable:
        return Fate(message=message, findings=message.findings)
    findings = pointed([*message.findings, *refused])
    return Fate(message=message, findings=findings, mrn="" if findings else _mrn(message, at))


def _mrn(message: Judged, at: datetime) -> str:
    return make_test_mrn(country=settings.CUSTOMS_COUNTRY, number=message.received.id, at=at)


def _event(fate: Fate, at: datetime) -> NewEvent:
    received = fate.message.received
    return NewEvent(
        kind=_kind(fate),
        at=at,
        correlation=received.correlation,
        data={"message": received.id, "mrn": fate.mrn},
    )


def _kind(fate: Fate) -> Kind:
    if not fate.message.is_readable:
        return MESSAGE_UNREADABLE
    return TEST_REFUSED if fate.findings else TEST_ACCEPTED
