"""The answers to messages of ICS2: done, rejected for what it says, refused for a state."""

from collections.abc import Sequence
from datetime import datetime

from customs_portal.findings import Finding, Stage
from declarations.document import Document
from messaging.formats.answers import Envelope
from messaging.formats.ics2 import writing
from messaging.formats.ics2.arriving import write_registration
from messaging.formats.ics2.tables import filing_of
from messaging.formats.ics2.writing import Addressing, Entity, addressing
from messaging.formats.registry import read, read_leniently
from messaging.formats.requests import Invalidation, MeansArrival, ReferralAnswers
from messaging.models import InboundMessage
from messaging.reads import raw_body
from messaging.replying.reply import Reply
from messaging.subscribed import carrier_of

OF_THE_INTERFACE = frozenset({"12", "14", "90", "93", "94", "98", "80"})
"""Codes of later checks that are yet about the message, not about the state of a filing."""


def about_the_state(findings: Sequence[Finding]) -> bool:
    """Whether a message is refused for the state of a filing (IE3N01), not for what it says."""
    late = [found for found in findings if found.stage is Stage.LIFECYCLE]
    return bool(late) and all(found.code not in OF_THE_INTERFACE for found in late)


def carriers(document: Document) -> list[str]:
    """Return the carrier where another one filed."""
    carrier = carrier_of(document)
    return [carrier] if carrier else []


def registration(reply: Reply, _header: Envelope, _at: datetime) -> bytes:
    """Return the IE3R01 of a registered filing."""
    assert reply.document is not None
    return writing.write_registration(
        reply.document,
        lrn=reply.question.lrn,
        filing=filing_of(reply.question.kind),
        mrn=reply.draft.mrn,
        at=reply.event.at,
    )


def amendment(reply: Reply, _header: Envelope, _at: datetime) -> bytes:
    """Return the IE3N10 of an accepted amendment."""
    assert reply.document is not None
    return writing.write_amendment(reply.document, mrn=reply.draft.mrn, at=reply.event.at)


def invalidation(reply: Reply, _header: Envelope, _at: datetime) -> bytes:
    """Return the IE3R07 of an invalidated filing."""
    told = _addressing(reply)
    return writing.write_invalidation(told, mrn=reply.draft.mrn, at=reply.event.at)


def states(reply: Reply, _header: Envelope, _at: datetime) -> bytes:
    """Return the IE3R08 of a consultation."""
    entities = [Entity(type=a, identification=b, state=c) for a, b, c in reply.event.data["told"]]
    return writing.write_states(entities, reference=reply.event.data["reference"])


def arrival(reply: Reply, _header: Envelope, _at: datetime) -> bytes:
    """Return the IE3R04 of a registered arrival."""
    told = read(_body(reply)).content
    assert isinstance(told, MeansArrival)
    return write_registration(
        told,
        mrn=reply.draft.mrn,
        at=reply.event.at,
        notify_party=reply.draft.recipient if reply.is_copy else "",
    )


def refusal(reply: Reply, _header: Envelope, _at: datetime) -> bytes:
    """Return the IE3N99 of a message that is rejected for what it says."""
    return writing.write_rejection(
        _addressing(reply),
        reply.question.findings,
        reference=reply.question.lrn or str(reply.event.data.get("reference") or ""),
        at=reply.event.at,
    )


def refusal_by_state(reply: Reply, _header: Envelope, _at: datetime) -> bytes:
    """Return the IE3N01 of a message that is refused for the state of a filing."""
    return writing.write_refusal(
        _addressing(reply),
        reply.question.findings,
        lrn=reply.question.lrn,
        mrn=str(reply.event.data.get("mrn") or ""),
        at=reply.event.at,
    )


def _addressing(reply: Reply) -> Addressing:
    """Return what the answer repeats of the message, as far as that could be read."""
    body = _body(reply)
    document = read_leniently(body)
    if document:
        return addressing(document)
    content = read(body).content
    if isinstance(content, Invalidation):
        return Addressing(
            declarant=content.declarant,
            representative=content.representative,
            office=content.office,
            state=content.addressed_state,
        )
    if isinstance(content, MeansArrival):
        return Addressing(declarant=reply.question.eori, office=content.office)
    if isinstance(content, ReferralAnswers):
        return Addressing(declarant=content.declarant, representative=content.representative)
    return Addressing(declarant=reply.question.eori)


def _body(reply: Reply) -> bytes:
    return raw_body(InboundMessage.objects.get(pk=reply.question.id))
