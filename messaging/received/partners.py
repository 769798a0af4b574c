"""Refusing what another administration sent (IE906), and dropping notices that are of no use."""

from collections.abc import Sequence
from datetime import datetime

from customs_portal.events.services import NewEvent, record_many
from messaging.events import MESSAGE_DISCARDED, PARTNER_REFUSED
from messaging.received.message import Fate


def record_refusals(fates: Sequence[Fate], at: datetime) -> None:
    """Record the messages with findings as refused, so that they are answered."""
    record_many([_refused(fate, at) for fate in fates if fate.findings])


def _refused(fate: Fate, at: datetime) -> NewEvent:
    received, reading = fate.message.received, fate.message.reading
    data = {
        "message": received.id,
        "country": received.partner,
        "reference": reading.reference or "",
        "mrn": reading.mrn or "",
    }
    return NewEvent(kind=PARTNER_REFUSED, at=at, correlation=received.correlation, data=data)


def record_discarded(fates: Sequence[Fate], at: datetime) -> None:
    """Record the notices of errors with findings of their own, which nobody is told of."""
    record_many(
        [
            NewEvent(
                kind=MESSAGE_DISCARDED,
                at=at,
                correlation=fate.message.received.correlation,
                data={
                    "message": fate.message.received.id,
                    "kind": fate.message.reading.kind,
                    "country": fate.message.received.partner,
                },
            )
            for fate in fates
            if fate.findings
        ]
    )
