"""UK347A: the arrival of a means of transport is registered, or the notification refused."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

from django.conf import settings
from django.db import transaction

from customs_portal.events.services import NewEvent, record_many
from customs_portal.findings import Finding, Stage
from customs_portal.reference.snapshot import Snapshot
from declarations.arrivals import Notification, Reported
from declarations.events import ARRIVAL_REJECTED
from declarations.mrn import is_valid as is_valid_mrn
from declarations.services import arrive as arriving
from declarations.services.results import Refused
from messaging.formats.ics1.arriving import ArrivalRequest
from messaging.received.message import Fate, Judged, Received

CLOCK_SKEW = timedelta(hours=24)
"""A day of arrival has no zone: one that has begun somewhere on earth is no day in the future."""
INVALID_MRN = "93"


def check(judged: Judged, reference: Snapshot, country: str) -> list[Finding]:
    """Return what stands against the trader, the office, the time and the MRNs."""
    request = _request(judged)
    offices = [row.reference for row in reference.offices.values() if row.country == country]
    return [
        *_foreign_trader(request, judged.received.eori),
        *arriving.check(_notification(judged), offices),
        *_in_the_future(request, judged.received.received_at),
        *_invalid_mrns(request),
    ]


def take_in(messages: Sequence[Judged], at: datetime) -> list[Fate]:
    """Register the arrivals without findings, refuse the rest."""
    clean = [message for message in messages if not message.findings]
    results = arriving.arrive([_notification(message) for message in clean], at=at)
    fates = [
        Fate(message=message, findings=result.findings if isinstance(result, Refused) else ())
        for message, result in zip(clean, results, strict=True)
    ]
    fates += [Fate(message=each, findings=each.findings) for each in messages if each.findings]
    record_many([rejected_event(fate, at) for fate in fates if fate.findings])
    return fates


def try_out(messages: Sequence[Judged], at: datetime) -> list[Sequence[Finding]]:
    """Return with what the notifications would be refused; nothing of it stays."""
    with transaction.atomic():
        results = arriving.arrive([_notification(message) for message in messages], at=at)
        transaction.set_rollback(True)
    return [result.findings if isinstance(result, Refused) else () for result in results]


def _request(judged: Judged) -> ArrivalRequest:
    content = judged.reading.content
    assert isinstance(content, ArrivalRequest)
    return content


def _notification(judged: Judged) -> Notification:
    request, received = _request(judged), judged.received
    return Notification(
        reference=request.reference,
        mode=request.transport_mode,
        means=request.means,
        office=request.office,
        arrived_at=_arrived_at(request, received),
        received_at=received.received_at,
        expected_on=request.expected_on,
        intended_office=request.intended_office,
        notified_by=received.eori,
        message=received.id,
        lines=tuple(
            Reported(mrn=each.mrn, country=each.country, items=each.items)
            for each in request.goods
            if each.mrn
        ),
        elsewhere=_elsewhere(request),
    )


def _elsewhere(request: ArrivalRequest) -> tuple[str, ...]:
    """Return the other States that are named without an MRN; they are asked by the entry key."""
    named = dict.fromkeys(each.country for each in request.goods if not each.mrn and each.country)
    named.pop(settings.CUSTOMS_COUNTRY, None)
    return tuple(named) if request.means else ()


def _arrived_at(request: ArrivalRequest, received: Received) -> datetime:
    """Return when the means arrived: only the day is told, and never after the message came."""
    if request.arrived_on is None:
        return received.received_at
    noon = datetime.combine(request.arrived_on, time(12), UTC)
    same_day = request.arrived_on == received.received_at.astimezone(UTC).date()
    return received.received_at if same_day else min(noon, received.received_at)


def _foreign_trader(request: ArrivalRequest, eori: str) -> list[Finding]:
    if request.trader == eori:
        return []
    return [
        Finding(
            code="12",
            location="TRADERATENTRY.EORI",
            value=request.trader,
            text="The trader at entry is not the owner of the token.",
            stage=Stage.SENDER,
        )
    ]


def _in_the_future(request: ArrivalRequest, received_at: datetime) -> list[Finding]:
    latest = (received_at + CLOCK_SKEW).astimezone(UTC).date()
    if request.arrived_on is None or request.arrived_on <= latest:
        return []
    day = f"{request.arrived_on:%Y%m%d}"
    return [
        Finding(
            code="12",
            location="HEAHEA.ActualDateOfArrival",
            value=day,
            text="This day is still to come.",
            stage=Stage.LIFECYCLE,
        )
    ]


def _invalid_mrns(request: ArrivalRequest) -> list[Finding]:
    return [
        Finding(
            code=INVALID_MRN,
            location=f"IMPOPE200[{number}].MRN",
            value=each.mrn,
            text="This is no MRN.",
            stage=Stage.LIFECYCLE,
        )
        for number, each in enumerate(request.goods, start=1)
        if each.mrn and not is_valid_mrn(each.mrn)
    ]


def rejected_event(fate: Fate, at: datetime) -> NewEvent:
    """Return the event that asks for the answer to a refused notification."""
    received = fate.message.received
    return NewEvent(
        kind=ARRIVAL_REJECTED,
        at=at,
        correlation=received.correlation,
        data={"message": received.id, "errors": len(fate.findings)},
    )
