"""A reply on its way: the message that it answers, the event that asks for it, its header."""

from datetime import datetime

import msgspec
from django.conf import settings

from customs_portal.events.models import Event
from customs_portal.findings import Finding
from declarations.document import Document
from messaging.formats.answers import Envelope
from messaging.outbox import Draft, Numbered


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """A judged message that waits for its answer.

    `partner` is the country of the administration that sent it, empty for a trader.
    """

    id: int
    eori: str
    kind: str
    message_identification: str
    lrn: str
    findings: list[Finding]
    received_at: datetime
    is_test: bool = False
    partner: str = ""


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """One answer to one recipient; a copy answers nobody's message."""

    draft: Draft
    question: Question
    event: Event
    document: Document | None = None
    is_copy: bool = False


def envelope(
    own: Numbered,
    at: datetime,
    correlation: str | None = None,
    test_indicator: str | None = None,
) -> Envelope:
    """Return the header of a message of ours; administrations are named as we are."""
    draft = own.draft
    return Envelope(
        sender=f"NTA.{settings.CUSTOMS_COUNTRY}",
        recipient=f"NTA.{draft.recipient}" if draft.channel == "partner" else draft.recipient,
        message_id=own.message_identification,
        prepared_at=at,
        correlation=correlation,
        test_indicator=test_indicator,
    )
