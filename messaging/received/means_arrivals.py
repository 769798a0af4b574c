"""IE3N06: the arrival of a ship or an aircraft of ICS2 is registered, or the message refused."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import msgspec
from django.db import transaction

from customs_portal.events.services import record_many
from customs_portal.findings import Finding, Stage
from customs_portal.reference.snapshot import Snapshot
from declarations.arrivals import Generation, Notification, Reported
from declarations.mrn import is_valid
from declarations.services import arrive as arriving
from declarations.services.results import Refused
from messaging.formats.ics2.arriving import IDENTITIES
from messaging.formats.requests import MeansArrival
from messaging.received.arrivals import INVALID_MRN, rejected_event
from messaging.received.message import Fate, Judged
from messaging.received.senders import WRONG_VALUE

CLOCKS_DIFFER = timedelta(minutes=10)
"""A time of arrival that is no farther in the future is one of a clock that goes fast."""
_MEANS = "/IE3N06/activeBorderTransportMeans"
_POINTERS = {
    arriving.MEANS: _MEANS,
    arriving.REFERENCE: "/IE3N06/LRN",
    "HEAHEA.ActualDateOfArrival": f"{_MEANS}/actualDateAndTimeOfArrival",
    "CUSTOMSOFFICEOFARRIVAL.ReferenceNumber": "/IE3N06/actualCustomsOfficeOfFirstEntry"
    "/referenceNumber",
}
_LINE = re.compile(r"IMPOPE200(\[[0-9]+\])\.MRN")


def check(judged: Judged, reference: Snapshot, country: str) -> list[Finding]:
    """Return what stands against the person, the mode, the office, the time and the MRNs."""
    told = _told(judged)
    offices = [row.reference for row in reference.offices.values() if row.country == country]
    return [
        *_foreign_person(told, judged.received.eori),
        *_without_arrivals(told),
        *_pointed(arriving.check(_notification(judged), offices), told),
        *_invalid_mrns(told),
    ]


def take_in(messages: Sequence[Judged], at: datetime) -> list[Fate]:
    """Register the arrivals without findings, refuse the rest."""
    clean = [message for message in messages if not message.findings]
    fates = [
        Fate(message=message, findings=findings)
        for message, findings in zip(clean, _arrive(clean, at), strict=True)
    ]
    fates += [Fate(message=each, findings=each.findings) for each in messages if each.findings]
    record_many([rejected_event(fate, at) for fate in fates if fate.findings])
    return fates


def try_out(messages: Sequence[Judged], at: datetime) -> list[Sequence[Finding]]:
    """Return with what the messages would be refused; nothing of it stays."""
    with transaction.atomic():
        found = _arrive(messages, at)
        transaction.set_rollback(True)
    return found


def _arrive(messages: Sequence[Judged], at: datetime) -> list[Sequence[Finding]]:
    results = arriving.arrive([_notification(message) for message in messages], at=at)
    return [
        _pointed(result.findings, _told(message)) if isinstance(result, Refused) else ()
        for message, result in zip(messages, results, strict=True)
    ]


def _told(judged: Judged) -> MeansArrival:
    content = judged.reading.content
    assert isinstance(content, MeansArrival)
    return content


def _notification(judged: Judged) -> Notification:
    told, received = _told(judged), judged.received
    is_fast = received.received_at < told.arrived_at <= received.received_at + CLOCKS_DIFFER
    return Notification(
        generation=Generation.ICS2,
        reference=told.reference,
        mode=told.mode,
        means=told.means,
        office=told.office,
        arrived_at=received.received_at if is_fast else told.arrived_at,
        received_at=received.received_at,
        expected_at=told.expected_at,
        notified_by=received.eori,
        notify_parties=told.notify_parties,
        message=received.id,
        lines=(
            *(Reported(mrn=mrn) for mrn in told.mrns),
            *(Reported(document=paper.reference) for paper in told.documents),
        ),
    )


def _foreign_person(told: MeansArrival, eori: str) -> list[Finding]:
    if told.notifier == eori:
        return []
    return [
        Finding(
            code=WRONG_VALUE,
            location="/IE3N06/personNotifyingTheArrival/identificationNumber",
            value=told.notifier,
            text="The person notifying the arrival is not the owner of the token.",
            stage=Stage.SENDER,
        )
    ]


def _without_arrivals(told: MeansArrival) -> list[Finding]:
    if told.mode in IDENTITIES:
        return []
    return [
        Finding(
            code=WRONG_VALUE,
            location=f"{_MEANS}/ModeOfTransport",
            value=told.mode,
            text="Arrivals are notified by sea, by inland waterway and by air only.",
            stage=Stage.LIFECYCLE,
        )
    ]


def _invalid_mrns(told: MeansArrival) -> list[Finding]:
    return [
        Finding(
            code=INVALID_MRN,
            location=f"/IE3N06/relatedMRN[{number}]/identification",
            value=mrn,
            text="This is no MRN.",
            stage=Stage.LIFECYCLE,
        )
        for number, mrn in enumerate(told.mrns, start=1)
        if not is_valid(mrn)
    ]


def _pointed(findings: Iterable[Finding], told: MeansArrival) -> list[Finding]:
    """Return the findings with pointers of the message in place of those of phase 1."""
    return [
        msgspec.structs.replace(found, location=_pointer(found.location, told))
        for found in findings
    ]


def _pointer(location: str, told: MeansArrival) -> str:
    line = _LINE.fullmatch(location)
    if line is None:
        return _POINTERS.get(location, location)
    if told.mrns:
        return f"/IE3N06/relatedMRN{line[1]}/identification"
    return f"/IE3N06/relatedTransportDocument{line[1]}/documentNumber"
