"""The answers to an amendment: IE304 if accepted, IE305 with its motivation if refused."""

from datetime import datetime

from messaging.formats.answers import AmendmentAcceptance, AmendmentRejection, Envelope
from messaging.formats.ics1.writing import write_amendment_acceptance, write_amendment_rejection
from messaging.replying.reply import Reply


def acceptance(reply: Reply, header: Envelope, _at: datetime) -> bytes:
    """Return the IE304 of an accepted amendment."""
    assert reply.document is not None
    return write_amendment_acceptance(
        AmendmentAcceptance(
            envelope=header,
            document=reply.document,
            mrn=reply.document.mrn or reply.draft.mrn,
            amended_at=reply.document.declared_at or reply.question.received_at,
            accepted_at=reply.event.at,
        )
    )


def rejection(reply: Reply, header: Envelope, _at: datetime) -> bytes:
    """Return the IE305 of a refused amendment; its text is the first finding in words."""
    told, findings = reply.event.data, reply.question.findings
    return write_amendment_rejection(
        AmendmentRejection(
            envelope=header,
            mrn=told["mrn"],
            amended_at=datetime.fromisoformat(told["amended_at"]),
            rejected_at=reply.event.at,
            office_of_first_entry=told["office"],
            findings=findings,
            motivation=told["motivation"],
            reason=findings[0].text if findings else None,
        )
    )
