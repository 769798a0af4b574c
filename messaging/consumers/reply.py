"""Replying: IE328 if registered, IE316 if rejected, IE917 if it is no message at all."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

import msgspec
from django.conf import settings

from customs_portal.accounts.querysets import connected_eoris
from customs_portal.bulk import fetch_prepared
from customs_portal.events.models import Event
from customs_portal.findings import Finding
from declarations.document import Document, decode
from declarations.events import FILING_REGISTERED, FILING_REJECTED
from messaging.events import MESSAGE_UNREADABLE, TEST_ACCEPTED, TEST_REFUSED
from messaging.formats.answers import Acknowledgement, Envelope, Rejection, SyntaxRejection
from messaging.formats.ics1.writing import (
    write_acknowledgement,
    write_rejection,
    write_syntax_rejection,
)
from messaging.formats.registry import read
from messaging.judging import TEST
from messaging.outbox import Draft, Numbered, Written, number, write

_LOAD = """
SELECT m.id, o.eori, m.message_identification, m.lrn, m.findings::text, m.received_at, m.is_test
FROM messaging_inboundmessage m JOIN accounts_operator o ON o.id = m.operator_id
WHERE m.id = ANY(%s::bigint[])
"""
_DOCUMENTS = """
SELECT id, document_json::text FROM declarations_filingversion WHERE id = ANY(%s::bigint[])
"""
_TESTS = """
SELECT m.id, b.body FROM messaging_inboundmessage m
JOIN messaging_rawbody b ON b.id = m.body_id AND b.month = m.body_month
WHERE m.id = ANY(%s::bigint[])
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
    is_test: bool = False


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
    rows = fetch_prepared(_LOAD, [ids])
    return {
        row[0]: Question(
            id=row[0],
            eori=row[1],
            message_identification=row[2],
            lrn=row[3],
            findings=msgspec.json.decode(row[4], type=list[Finding]),
            received_at=row[5],
            is_test=row[6],
        )
        for row in rows
    }


def _documents(batch: Sequence[Event]) -> dict[int, Document]:
    """Return by event the declarations that are answered."""
    named = {e.id: e.data["filing_version"] for e in batch if "filing_version" in e.data}
    stored = documents_of(list(named.values()))
    found = {event: stored[version] for event, version in named.items() if version in stored}
    tests = {e.data["message"]: e.id for e in batch if e.kind == TEST_ACCEPTED.name}
    return found | {tests[key]: document for key, document in _tried(list(tests)).items()}


def _tried(messages: list[int]) -> dict[int, Document]:
    """Return by message the declarations of accepted tests, which are stored nowhere."""
    rows = fetch_prepared(_TESTS, [messages]) if messages else []
    documents = {key: read(bytes(body)).document for key, body in rows}
    return {key: document for key, document in documents.items() if document is not None}


def documents_of(filing_versions: Sequence[int | None]) -> dict[int, Document]:
    """Return the documents of filing versions by id."""
    return {row[0]: decode(row[1]) for row in fetch_prepared(_DOCUMENTS, [list(filing_versions)])}


def _replies(
    event: Event,
    question: Question,
    documents: dict[int, Document],
    connected: frozenset[str],
) -> list[Reply]:
    kind = KINDS[event.kind]
    document = documents.get(event.id)
    first = Reply(
        draft=_draft(kind, question.eori, event, question),
        question=question,
        event=event,
        document=document,
    )
    if document is None or question.is_test:
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


def envelope(
    own: Numbered,
    at: datetime,
    correlation: str | None = None,
    test_indicator: str | None = None,
) -> Envelope:
    """Return the header of a message of ours."""
    return Envelope(
        sender=f"NTA.{settings.CUSTOMS_COUNTRY}",
        recipient=own.draft.recipient,
        message_id=own.message_identification,
        prepared_at=at,
        correlation=correlation,
        test_indicator=test_indicator,
    )


def _written(reply: Reply, own: Numbered, at: datetime) -> Written:
    correlation = None if reply.is_copy else reply.question.message_identification[:14] or None
    test_indicator = TEST if reply.question.is_test else None
    header = envelope(own, at, correlation, test_indicator)
    body = WRITERS[reply.draft.kind](reply, header, at)
    return own.filled(body)


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
    TEST_ACCEPTED.name: "CC328A",
    TEST_REFUSED.name: "CC316A",
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
    fetch_prepared(_ANSWERED, [[pair[0] for pair in pairs], [pair[1] for pair in pairs]])
