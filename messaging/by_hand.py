"""Messages that a person writes on a page: the same bytes as from a system, judged and received.

They are judged before they are sent, so that whoever writes can mend them; what is sent goes the
way of every message.
"""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from uuid import uuid4

import msgspec
from django.conf import settings

from customs_portal.findings import Finding
from customs_portal.reference import snapshot
from declarations.document import Party
from messaging.formats.answers import Envelope
from messaging.formats.ics1.arriving import ArrivalRequest, write_arrival
from messaging.formats.ics1.sending import write_diversion
from messaging.formats.ics2.arriving import write_arrival as write_means_arrival
from messaging.formats.requests import DiversionRequest, MeansArrival
from messaging.judging import judge
from messaging.received.kinds import KINDS
from messaging.received.message import Received

BRANCH = "0000000001"
"""The branch that a person writes for: the register of operators knows no others."""


def arrival_of(request: ArrivalRequest, *, eori: str, at: datetime) -> bytes:
    """Return the UK347A of an operator."""
    own = msgspec.structs.replace(request, sender=f"{eori}/{BRANCH}", trader=eori)
    return write_arrival(own, _envelope(eori, at))


def means_arrival_of(told: MeansArrival, *, email: str, eori: str, at: datetime) -> bytes:
    """Return the IE3N06 of an operator."""
    return write_means_arrival(msgspec.structs.replace(told, notifier=eori), email=email, at=at)


def diversion_of(request: DiversionRequest, *, eori: str, at: datetime) -> bytes:
    """Return the IE323 of an operator."""
    own = msgspec.structs.replace(request, requester=Party(identifier=eori))
    return write_diversion(own, _envelope(eori, at))


def _envelope(eori: str, at: datetime) -> Envelope:
    return Envelope(
        sender=eori,
        recipient=f"NTA.{settings.CUSTOMS_COUNTRY}",
        message_id=f"W{uuid4().hex[:13].upper()}",
        prepared_at=at,
    )


def findings_of(body: bytes, *, eori: str, at: datetime) -> Sequence[Finding]:
    """Return with what the message would be refused if it came now; nothing is written."""
    received = Received(
        id=0,
        correlation=uuid4(),
        eori=eori,
        received_at=at,
        digest=sha256(body).digest(),
        body=body,
    )
    judged = judge(
        received,
        reference=snapshot.current(at),
        country=settings.CUSTOMS_COUNTRY,
        limit=settings.MESSAGE_SIZE_LIMIT,
    )
    if judged.findings:
        return judged.findings
    [findings] = KINDS[judged.reading.kind].try_out([judged], at)
    return findings
