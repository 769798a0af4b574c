"""The answers to a diversion request: IE325 if acknowledged, IE324 with its errors if refused."""

from datetime import datetime

from declarations.document import Party
from messaging.formats.answers import DiversionAnswer, Envelope
from messaging.formats.ics1.writing import (
    write_diversion_acknowledgement,
    write_diversion_rejection,
)
from messaging.replying.reply import Reply


def acknowledgement(reply: Reply, header: Envelope, _at: datetime) -> bytes:
    """Return the IE325 of a request that was carried out."""
    return write_diversion_acknowledgement(_answer(reply, header))


def rejection(reply: Reply, header: Envelope, _at: datetime) -> bytes:
    """Return the IE324 of a refused request; its text is the first finding in words."""
    return write_diversion_rejection(_answer(reply, header))


def _answer(reply: Reply, header: Envelope) -> DiversionAnswer:
    told, findings = reply.event.data, reply.question.findings
    return DiversionAnswer(
        envelope=header,
        reference=told["reference"],
        decided_at=reply.event.at,
        requester=Party(identifier=told["requester"]),
        office_of_first_entry=told["office"] or None,
        findings=findings,
        reason=findings[0].text if findings else None,
    )
