"""Giving up on a message that cannot be judged, by a fault of ours: it is refused, never lost.

Its bytes stay. The trader learns it within minutes, and can send again or use the fallback.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from customs_portal.events.models import Event
from customs_portal.events.services import NewEvent, record_many
from customs_portal.findings import Finding, Stage
from messaging.events import MESSAGE_UNREADABLE
from messaging.models import InboundMessage

UNSPECIFIED = "18"
_FINDING = Finding(
    code=UNSPECIFIED,
    location="",
    text="The message could not be processed.",
    stage=Stage.PARSE,
)


def refuse_unprocessable(batch: Sequence[Event], *, at: datetime) -> None:
    """Refuse the messages of the batch that are not judged yet; nothing of them is read."""
    wanted = [event.data["message"] for event in batch]
    waiting = InboundMessage.objects.select_for_update().filter(
        pk__in=wanted, judged_at__isnull=True
    )
    messages = list(waiting.order_by("pk"))
    for message in messages:
        message.findings = [msgspec.to_builtins(_FINDING)]
        message.judged_at = at
    InboundMessage.objects.bulk_update(messages, ["findings", "judged_at"])
    record_many(
        [
            NewEvent(
                kind=MESSAGE_UNREADABLE,
                at=at,
                correlation=message.correlation,
                data={"message": message.pk},
            )
            for message in messages
        ]
    )
