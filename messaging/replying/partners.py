"""The answers to another administration: IE303 with what it asked for, IE906 where it is wrong."""

from datetime import datetime
from typing import Any

from messaging.formats.answers import (
    DeclarationsAnswer,
    Envelope,
    FunctionalRejection,
    RefusedDeclaration,
    Transmission,
)
from messaging.formats.ics1.responding import write_declarations, write_functional_rejection
from messaging.replying.reply import Reply
from messaging.telling import Flagged, flagged_ens

REASONS = {
    "90": "No declaration is known here under this MRN.",
    "92": "This declaration has ended.",
}


def declarations(reply: Reply, header: Envelope, _at: datetime) -> bytes:
    """Return the IE303: each declaration as it stands now with its open risk results."""
    told: dict[str, Any] = reply.event.data
    given = flagged_ens(told.get("given", []))
    return write_declarations(
        DeclarationsAnswer(
            envelope=header,
            reference=told["reference"],
            office=told["office"],
            declarations=[_transmission(given[ens], header) for ens in told.get("given", [])],
            refused=[
                RefusedDeclaration(mrn=mrn, code=code, reason=REASONS[code])
                for mrn, code in told.get("refused", [])
            ],
        )
    )


def _transmission(flagged: Flagged, header: Envelope) -> Transmission:
    return Transmission(
        envelope=header,
        document=flagged.document,
        mrn=flagged.mrn,
        registered_at=flagged.registered_at,
        submitted_at=flagged.submitted_at,
        risk_results=flagged.results,
    )


def rejection(reply: Reply, header: Envelope, _at: datetime) -> bytes:
    """Return the IE906 of a message that was refused."""
    told = reply.event.data
    return write_functional_rejection(
        FunctionalRejection(
            envelope=header,
            findings=reply.question.findings,
            mrn=told.get("mrn") or None,
            reference=told.get("reference") or None,
        )
    )
