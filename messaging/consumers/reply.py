"""Replying: IE328 if registered, IE316 if rejected, IE917 if it is no message at all."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

import msgspec
from django.conf import settings
from django.db import connection

from customs_portal.accounts.querysets import connected_eoris
from customs_portal.events.models import Event
from customs_portal.findings import Finding
from declarations.document import Document, decode
from declarations.events import FILING_REGISTERED, FILING_REJECTED
from messaging.events import MESSAGE_UNREADABLE
from messaging.formats.answers import Acknowledgement, Envelope, Rejection, SyntaxRejection
from messaging.formats.ics1.writing import (
    write_acknowledgement,
    write_rejection,
    write_syntax_rejection,
)
from messaging.outbox import Draft, Numbered, Written, number, write

_LOAD = """
SELECT m.id, o.eori, m.message_identification, m.lrn, m.findings::text, m.received_at
FROM messaging_inboundmessage m JOIN accounts_operator o ON o.id = m.operator_id
WHERE m.id = ANY(%s)
"""
_ANSWERED = """
UPDATE messaging_inboundmessage m SET answer_id = f.answer, state = 'answered'
FROM unnest(%s::bigint[], %s::bigint[]) AS f(message, answer) WHERE m.id = f.message
"""


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """A judged message that waits for its answer."""

    id: int
    eori: str
    message_identification: str
    lrn: str
    findings: list[Finding]
    received_at: datetime


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """One answer to one recipient; a copy answers nobody's message."""

    draft: Draft
    question: Question
    event: Event
    document: Document | None = None
    is_copy: bool = False


def handle(batch: Sequence[Event], *, at: datetime) -> None:
    """Write the answers of the batch, and copies where the law wants them."""
    questions = _load([event.data["message"] for event in batch])
    documents = _documents(batch)
    connected = connected_eoris(_candidates(documents.values()), at=at)
    replies = [
        reply
        for event in batch
        for reply in _replies(event, questions[event.data["message"]], documents, connected)
    ]
    numbered = number([reply.draft for reply in replies])
    written = [_written(reply, own, at) for reply, own in zip(replies, numbered, strict=True)]
    write(written, at=at)
    _mark_answered(replies, written)


def _load(ids: list[int]) -> dict[int, Question]:
    with connection.cursor() as cursor:
        cursor.execute(_LOAD, [ids])
        rows = cursor.fetchall()
    return {
        row[0]: Question(
            id=row[0],
            eori=row[1],
            message_identification=row[2],
            lrn=row[3],
            findings=msgspec.json.decode(row[4], type=list[Finding]),
            received_at=row[5],
        )
        for row in rows
    }


def _documents(batch: Sequence[Event]) -> dict[int, Document]:
    ids = [event.data.get("filing_version") for event in batch if "filing_version" in event.data]
    return documents_of(ids)


def documents_of(filing_versions: Sequence[int | None]) -> dict[int, Document]:
    """Return the documents of filing versions by id."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, document_json::text FROM declarations_filingversion WHERE id = ANY(%s)",
            [list(filing_versions)],
        )
        return {row[0]: decode(row[1]) for row in cursor.fetchall()}


def _replies(
    event: Event,
    question: Question,
    documents: dict[int, Document],
    connected: frozenset[str],
) -> list[Reply]:
    kind = KINDS[event.kind]
    document = documents.get(event.data.get("filing_version", 0))
    first = Reply(
        draft=_draft(kind, question.eori, event, question),
        question=question,
        event=event,
        document=document,
    )
    if document is None:
        return [first]
    copies = [
        Reply(
            draft=_draft(kind, eori, event, question),
            question=question,
            event=event,
            document=document,
            is_copy=True,
        )
        for eori in _people(document)
        if eori != question.eori and eori in connected
    ]
    return [first, *copies]


def _candidates(documents: Iterable[Document]) -> set[str]:
    return {eori for document in documents for eori in _people(document)}


def _people(document: Document) -> list[str]:
    """Return who is told of the MRN besides the sender, if connected: person lodging and carrier.

    Implementing Regulation (EU) 2015/2447 Art. 185(3); a carrier without a connection is not told.
    """
    carrier = document.carrier.identifier if document.carrier else None
    people = (document.declarant.identifier, carrier)
    return list(dict.fromkeys(eori for eori in people if eori))


def _draft(kind: str, recipient: str, event: Event, question: Question) -> Draft:
    return Draft(
        kind=kind,
        channel="trader",
        recipient=recipient,
        event_id=event.id,
        ens=event.data.get("ens"),
        ens_version=event.data.get("version"),
        mrn=event.data.get("mrn", ""),
        lrn=question.lrn,
    )


def envelope(own: Numbered, at: datetime, correlation: str | None = None) -> Envelope:
    """Return the header of a message of ours."""
    return Envelope(
        sender=f"NTA.{settings.CUSTOMS_COUNTRY}",
        recipient=own.draft.recipient,
        message_id=own.message_identification,
        prepared_at=at,
        correlation=correlation,
    )


def _written(reply: Reply, own: Numbered, at: datetime) -> Written:
    correlation = None if reply.is_copy else reply.question.message_identification[:14] or None
    body = WRITERS[reply.draft.kind](reply, envelope(own, at, correlation), at)
    return Written(
        draft=reply.draft,
        id=own.id,
        message_identification=own.message_identification,
        body=body,
    )


def _acknowledgement(reply: Reply, header: Envelope, at: datetime) -> bytes:
    assert reply.document is not None
    return write_acknowledgement(
        Acknowledgement(
            envelope=header,
            document=reply.document,
            mrn=reply.draft.mrn,
            registered_at=reply.event.at,
        )
    )


def _rejection(reply: Reply, header: Envelope, at: datetime) -> bytes:
    return write_rejection(
        Rejection(
            envelope=header,
            lrn=reply.question.lrn,
            rejected_at=reply.event.at,
            findings=reply.question.findings,
        )
    )


def _syntax_rejection(reply: Reply, header: Envelope, at: datetime) -> bytes:
    return write_syntax_rejection(
        SyntaxRejection(envelope=header, findings=reply.question.findings)
    )


KINDS = {
    FILING_REGISTERED.name: "CC328A",
    FILING_REJECTED.name: "CC316A",
    MESSAGE_UNREADABLE.name: "CD917B",
}
WRITERS: dict[str, Callable[[Reply, Envelope, datetime], bytes]] = {
    "CC328A": _acknowledgement,
    "CC316A": _rejection,
    "CD917B": _syntax_rejection,
}


def _mark_answered(replies: Sequence[Reply], written: Sequence[Written]) -> None:
    pairs = [
        (reply.question.id, message.id)
        for reply, message in zip(replies, written, strict=True)
        if not reply.is_copy
    ]
    with connection.cursor() as cursor:
        cursor.execute(_ANSWERED, [[pair[0] for pair in pairs], [pair[1] for pair in pairs]])
