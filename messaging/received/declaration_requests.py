"""IE302: the office where a means first arrives asks for declarations lodged with us."""

from collections.abc import Sequence
from datetime import datetime

from customs_portal.findings import Finding, Stage
from customs_portal.reference.snapshot import Snapshot
from declarations.checks.diversion import WRONG_VALUE, check_form
from declarations.services.requested import Wanted, ask_for
from messaging.formats.requests import DeclarationsRequest
from messaging.received.diversions import order_of
from messaging.received.message import Fate, Judged
from messaging.received.partners import record_refusals


def check(judged: Judged, reference: Snapshot, country: str) -> list[Finding]:
    """Return what stands against the form, which is that of IE323, and the requesting office."""
    request = _request(judged)
    found = check_form(
        order_of(request, judged.received.eori, at=judged.received.received_at), country
    )
    if request.actual_office[:2] != judged.received.partner:
        found.append(_foreign_office(request.actual_office))
    return found


def take_in(messages: Sequence[Judged], at: datetime) -> list[Fate]:
    """Have the requests without findings answered, refuse the rest."""
    ask_for([_wanted(message) for message in messages if not message.findings], at=at)
    fates = [Fate(message=message, findings=message.findings) for message in messages]
    record_refusals(fates, at)
    return fates


def try_out(messages: Sequence[Judged], at: datetime) -> list[Sequence[Finding]]:
    """Return that requests which passed every check are answered."""
    return [() for _ in messages]


def _request(judged: Judged) -> DeclarationsRequest:
    content = judged.reading.content
    assert isinstance(content, DeclarationsRequest)
    return content


def _wanted(judged: Judged) -> Wanted:
    request, received = _request(judged), judged.received
    return Wanted(
        reference=request.reference,
        country=received.partner,
        office=request.actual_office,
        message_id=received.id,
        mrns=tuple(operation.mrn for operation in request.operations),
        transport_mode=request.key.transport_mode,
        means=request.key.means,
        expected_on=request.key.expected_on,
        first_office=request.key.office or request.key.country,
        correlation=received.correlation,
    )


def _foreign_office(office: str) -> Finding:
    return Finding(
        code=WRONG_VALUE,
        location="CUSOFFREQ.RefNumEPR1",
        value=office,
        text="The requesting office is not one of the sender's country.",
        stage=Stage.SENDER,
    )
