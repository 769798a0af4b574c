"""Test messages: judged and answered as in earnest, never registered.

A test takes no LRN and no message id, and repeats nothing: each is judged as if it came first.
"""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings

from customs_portal.events.kinds import Kind
from customs_portal.events.services import NewEvent, record_many
from customs_portal.findings import Finding
from declarations.checks.amendment import OTHER
from declarations.mrn import make_test_mrn
from messaging.claims import check_ids
from messaging.events import (
    MESSAGE_UNREADABLE,
    TEST_ACCEPTED,
    TEST_REFUSED,
    TEST_WITHOUT_ANSWER,
)
from messaging.pointers import pointed
from messaging.received.kinds import KINDS, is_answered
from messaging.received.message import Fate, Judged


def try_out(messages: Sequence[Judged], *, at: datetime) -> list[Fate]:
    """Return what would become of the messages, and record it so that they are answered."""
    checked = check_ids(messages)
    refusals = _refusals([message for message in checked if not message.findings], at)
    fates = [_fate(message, refusals.get(message.received.id, ()), at) for message in checked]
    record_many([_event(fate, at) for fate in fates])
    return fates


def _refusals(messages: Sequence[Judged], at: datetime) -> dict[int, Sequence[Finding]]:
    """Return by message with what those that passed every check so far would be refused."""
    found: dict[int, Sequence[Finding]] = {}
    for kind in KINDS.values():
        own = [message for message in messages if message.reading.kind == kind.name]
        results = kind.try_out(own, at) if own else []
        found |= {m.received.id: findings for m, findings in zip(own, results, strict=True)}
    return found


def _fate(message: Judged, refused: Sequence[Finding], at: datetime) -> Fate:
    if not message.is_readable:
        return Fate(message=message, findings=message.findings)
    findings = pointed([*message.findings, *refused], message.reading.kind)
    return Fate(message=message, findings=findings, mrn="" if findings else _mrn(message, at))


def _mrn(message: Judged, at: datetime) -> str:
    """Return the MRN that the message names, or one that nobody has."""
    if message.reading.mrn:
        return message.reading.mrn
    return make_test_mrn(country=settings.CUSTOMS_COUNTRY, number=message.received.id, at=at)


def _event(fate: Fate, at: datetime) -> NewEvent:
    received = fate.message.received
    return NewEvent(
        kind=_kind(fate),
        at=at,
        correlation=received.correlation,
        data={"message": received.id, **_told(fate)},
    )


def _told(fate: Fate) -> dict[str, str]:
    """Return what the answer repeats of the message, or says of it."""
    reading = fate.message.reading
    return {
        "mrn": fate.mrn or reading.mrn or "",
        "office": reading.office or "",
        "amended_at": fate.message.received.received_at.isoformat(),
        "motivation": OTHER,
        "reference": reading.reference or "",
        "requester": fate.message.received.eori,
    }


def _kind(fate: Fate) -> Kind:
    if not is_answered(fate.message.reading.kind, fate.findings):
        return TEST_WITHOUT_ANSWER
    if not fate.message.is_readable:
        return MESSAGE_UNREADABLE
    return TEST_REFUSED if fate.findings else TEST_ACCEPTED
