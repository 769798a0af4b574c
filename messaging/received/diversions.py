"""IE323: a means is diverted to another Member State, or the request refused."""

from collections.abc import Sequence
from datetime import UTC, datetime

from django.conf import settings

from customs_portal.events.services import record_many
from customs_portal.findings import Finding, Stage
from customs_portal.reference.snapshot import Snapshot
from declarations.checks.diversion import DiversionOrder, check_form
from declarations.services.divert import (
    DiversionRefused,
    Diverted,
    divert,
    judge_diversions,
    refused_event,
)
from messaging.formats.requests import DeclarationsRequest, DiversionRequest
from messaging.received.message import Fate, Judged
from messaging.received.senders import wrong_sender
from risk.services.supersede import end_analysis


def check(judged: Judged, reference: Snapshot, country: str) -> list[Finding]:
    """Return what stands against the sender, the form, and the actual office."""
    order = _order(judged)
    if order.requester != judged.received.eori:
        return [wrong_sender(judged.reading)]
    return [*check_form(order, country), *unknown_office(order, reference)]


def unknown_office(order: DiversionOrder, reference: Snapshot) -> list[Finding]:
    """Return the finding on an actual office that is not in the list of offices."""
    if reference.office(order.actual_office):
        return []
    return [
        Finding(
            code="12",
            location="CUSOFFENTACTOFF700.RefNumCUSOFFENTACTOFF701",
            value=order.actual_office,
            text="The actual office of first entry is not known.",
            stage=Stage.LIFECYCLE,
        )
    ]


def take_in(messages: Sequence[Judged], at: datetime) -> list[Fate]:
    """Divert what has no findings and refuse the rest; analysis of the diverted ends."""
    clean = [message for message in messages if not message.findings]
    wrong = [message for message in messages if message.findings]
    orders = [_order(message) for message in clean]
    results = divert(orders, country=settings.CUSTOMS_COUNTRY, at=at)
    end_analysis({e for r in results if isinstance(r, Diverted) for e in r.ens}, at=at)
    record_many([refused_event(_order(message), at) for message in wrong])
    return [
        *(_fate(message, result) for message, result in zip(clean, results, strict=True)),
        *(Fate(message=message, findings=message.findings) for message in wrong),
    ]


def try_out(messages: Sequence[Judged], at: datetime) -> list[Sequence[Finding]]:
    """Return what stands against requests that passed every check so far."""
    orders = [_order(message) for message in messages]
    return list(judge_diversions(orders, country=settings.CUSTOMS_COUNTRY, at=at))


def _fate(message: Judged, result: Diverted | DiversionRefused) -> Fate:
    findings = result.findings if isinstance(result, DiversionRefused) else ()
    return Fate(message=message, findings=findings)


def _order(message: Judged) -> DiversionOrder:
    """Return the request; of one that could not be read, what its answer repeats."""
    content, received = message.reading.content, message.received
    if isinstance(content, DiversionRequest):
        requester = content.requester.identifier or ""
        return order_of(content, requester, at=received.received_at, message_id=received.id)
    return DiversionOrder(
        reference=message.reading.reference or "",
        requester=received.eori,
        received_on=received.received_at.astimezone(UTC).date(),
        message_id=received.id,
    )


def order_of(
    request: DiversionRequest | DeclarationsRequest,
    requester: str,
    *,
    at: datetime,
    message_id: int | None = None,
) -> DiversionOrder:
    """Return a request, or one for declarations, which has the same form, as it is checked."""
    return DiversionOrder(
        information_type=request.information_type,
        reference=request.reference,
        transport_mode=request.key.transport_mode,
        means=request.key.means,
        expected_on=request.key.expected_on,
        country=request.key.country,
        office=request.key.office,
        actual_office=request.actual_office,
        mrns=tuple(operation.mrn for operation in request.operations),
        requester=requester,
        message_id=message_id,
        received_on=at.astimezone(UTC).date(),
    )
