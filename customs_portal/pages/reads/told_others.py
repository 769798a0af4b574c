"""What we told other administrations, where it stands, and what they told back."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.db.models import QuerySet
from django.urls import reverse

from customs_portal.accounts.models import User
from declarations.models import SubsequentEntryFeedback
from messaging.models import OutboundMessage

KINDS = {"CD319A": "IE319", "CD301A": "IE301", "XF319A": "XF319"}


class SentRow(msgspec.Struct, frozen=True, kw_only=True):
    """One message to another administration; `feedback` are what its offices did."""

    name: str
    address: str
    mrn: str
    country: str
    state: str
    written_at: datetime
    delivered_at: datetime | None
    feedback: tuple[str, ...]


def sent(user: User) -> QuerySet[OutboundMessage]:
    """Return what was told of the declarations that the user sees, newest first."""
    seen = OutboundMessage.objects.visible_to(user)
    return seen.filter(channel="partner", kind__in=KINDS, ens__isnull=False).order_by(
        "-created_at", "-pk"
    )


def rows(messages: Sequence[OutboundMessage]) -> list[SentRow]:
    """Return the messages as rows."""
    told = _feedback({message.ens_id or 0 for message in messages})
    return [
        SentRow(
            name=KINDS[message.kind],
            address=reverse("message_written", args=[message.pk]),
            mrn=message.mrn,
            country=message.recipient,
            state=str(message.get_state_display()),
            written_at=message.created_at,
            delivered_at=message.delivered_at,
            feedback=told.get((message.ens_id or 0, message.recipient), ())
            if message.kind == "CD319A"
            else (),
        )
        for message in messages
    ]


def _feedback(ens: set[int]) -> dict[tuple[int, str], tuple[str, ...]]:
    found: dict[tuple[int, str], tuple[str, ...]] = {}
    for each in SubsequentEntryFeedback.objects.filter(ens__in=ens).order_by("pk"):
        key = (each.ens_id, each.country)
        line = f"{each.office}: {each.get_action_display()}, {each.result}"
        found[key] = (*found.get(key, ()), line)
    return found
