"""Asking another State for declarations of goods that arrived with us (IE302)."""

from collections.abc import Sequence
from datetime import UTC, datetime

from customs_portal.events.models import Event
from declarations.models import DeclarationRequest
from messaging.formats.ics1.asking import Asking, write_declarations_request
from messaging.outbox import Draft, Numbered, Written, number, write
from messaging.replying.reply import envelope


def handle(batch: Sequence[Event], *, at: datetime) -> None:
    """Write one IE302 for each request that still waits, to the State that it asks."""
    rows = DeclarationRequest.objects.filter(state=DeclarationRequest.State.ASKED)
    found = rows.select_related("arrival").in_bulk([event.data["request"] for event in batch])
    pairs = [
        (event, found[event.data["request"]]) for event in batch if event.data["request"] in found
    ]
    numbered = number([_draft(event, request) for event, request in pairs])
    write(
        [_written(request, own, at) for (_, request), own in zip(pairs, numbered, strict=True)],
        at=at,
    )


def _draft(event: Event, request: DeclarationRequest) -> Draft:
    return Draft(
        kind="CD302A",
        channel="partner",
        recipient=request.country,
        event_id=event.id,
        mrn=request.mrns[0] if len(request.mrns) == 1 else "",
    )


def _written(request: DeclarationRequest, own: Numbered, at: datetime) -> Written:
    arrival = request.arrival
    asking = Asking(
        envelope=envelope(own, at),
        reference=request.reference,
        country=request.country,
        office=request.office,
        transport_mode=arrival.transport_mode,
        means=arrival.means,
        expected_on=arrival.expected_on or arrival.arrived_at.astimezone(UTC).date(),
        mrns=request.mrns,
    )
    return own.filled(write_declarations_request(asking))
