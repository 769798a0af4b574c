"""The answers to a declaration: IE328 if registered, IE316 if rejected, IE917 if unreadable."""

from datetime import datetime

from declarations.document import Document
from messaging.formats.answers import Acknowledgement, Envelope, Rejection, SyntaxRejection
from messaging.formats.ics1.writing import (
    write_acknowledgement,
    write_rejection,
    write_syntax_rejection,
)
from messaging.replying.reply import Reply


def acknowledgement(reply: Reply, header: Envelope, _at: datetime) -> bytes:
    """Return the IE328 of a registered declaration."""
    assert reply.document is not None
    return write_acknowledgement(
        Acknowledgement(
            envelope=header,
            document=reply.document,
            mrn=reply.draft.mrn,
            registered_at=reply.event.at,
        )
    )


def rejection(reply: Reply, header: Envelope, _at: datetime) -> bytes:
    """Return the IE316 of a rejected declaration."""
    return write_rejection(
        Rejection(
            envelope=header,
            lrn=reply.question.lrn,
            rejected_at=reply.event.at,
            findings=reply.question.findings,
        )
    )


def syntax_rejection(reply: Reply, header: Envelope, _at: datetime) -> bytes:
    """Return the IE917 of what could not be read."""
    return write_syntax_rejection(
        SyntaxRejection(envelope=header, findings=reply.question.findings)
    )


def told_of_the_mrn(document: Document) -> list[str]:
    """Return who is told of the MRN besides the sender, if connected: person lodging and carrier.

    Implementing Regulation (EU) 2015/2447 Art. 185(3); a carrier without a connection is not told.
    """
    carrier = document.carrier.identifier if document.carrier else None
    people = (document.declarant.identifier, carrier)
    return list(dict.fromkeys(eori for eori in people if eori))
