"""Messages as they are stored."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from itertools import count
from uuid import uuid4

import msgspec
from django.db import transaction

from customs_portal.bulk import next_ids
from customs_portal.events.partitions import month_of
from customs_portal.findings import Finding
from declarations.models import Ens
from messaging.models import InboundMessage, OutboundMessage, RawBody
from messaging.outbox import Draft, Written, number, write
from tests.factories.people import operator

_events = count(1)


def written(
    kind: str,
    recipient: str,
    at: datetime,
    *,
    ens: Ens | None = None,
    lrn: str = "",
    body: bytes = b"<x/>",
) -> OutboundMessage:
    """Return a message to a trader."""
    draft = Draft(
        kind=kind,
        channel="trader",
        recipient=recipient,
        event_id=next(_events),
        ens=ens.pk if ens else None,
        mrn=ens.mrn if ens else "",
        lrn=lrn,
    )
    with transaction.atomic():
        [own] = number([draft])
        message = Written(
            draft=draft, id=own.id, message_identification=own.message_identification, body=body
        )
        write([message], at=at)
    return OutboundMessage.objects.get(pk=own.id)


def received(
    sender: str,
    at: datetime,
    *,
    lrn: str = "",
    body: bytes = b"<x/>",
    findings: Sequence[Finding] = (),
    answer: OutboundMessage | None = None,
) -> InboundMessage:
    """Return a message from a trader."""
    key = next_ids({"messaging_rawbody_id_seq": 1})["messaging_rawbody_id_seq"][0]
    RawBody.objects.create(id=key, month=month_of(at), body=body, digest=sha256(body).digest())
    return InboundMessage.objects.create(
        correlation=uuid4(),
        operator=operator(sender),
        state="answered" if answer else "received",
        received_at=at,
        body_id=key,
        body_month=month_of(at),
        size=len(body),
        lrn=lrn,
        findings=msgspec.to_builtins(list(findings)),
        answer=answer,
    )
