"""Replying: every received message gets the answer that its event asks for."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

import msgspec

from customs_portal.accounts.querysets import connected_eoris
from customs_portal.bulk import fetch_prepared
from customs_portal.events.models import Event
from customs_portal.findings import Finding
from declarations.document import Document, decode
from messaging.events import TEST_ACCEPTED
from messaging.formats.registry import read
from messaging.outbox import Draft, Numbered, Written, number, write
from messaging.received.message import TEST
from messaging.replying.kinds import AnswerKind, answer_kind
from messaging.replying.reply import Question, Reply, envelope
from messaging.subscribed import subscribed

_LOAD = """
SELECT m.id, o.eori, m.kind, m.message_identification, m.lrn, m.findings::text, m.received_at,
       m.is_test, coalesce(p.country, '')
FROM messaging_inboundmessage m JOIN accounts_operator o ON o.id = m.operator_id
LEFT JOIN messaging_partner p ON p.operator_id = m.operator_id
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


def handle(batch: Sequence[Event], *, at: datetime) -> None:
    """Write the answers of the batch, and copies where the law wants them."""
    questions = _load([event.data["message"] for event in batch])
    documents = _documents(batch)
    copied = _copied(batch, questions, documents, at)
    replies = [
        reply
        for event in batch
        for reply in _replies(event, questions[event.data["message"]], documents, copied)
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
            kind=row[2],
            message_identification=row[3],
            lrn=row[4],
            findings=msgspec.json.decode(row[5], type=list[Finding]),
            received_at=row[6],
            is_test=row[7],
            partner=row[8],
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
    copied: dict[str, frozenset[str]],
) -> list[Reply]:
    kind = answer_kind(event, question)
    document = documents.get(event.id)
    first = Reply(
        draft=_draft(kind.message, question.partner or question.eori, event, question),
        question=question,
        event=event,
        document=document,
    )
    if question.is_test:
        return [first]
    copies = [
        Reply(
            draft=_draft(kind.message, eori, event, question),
            question=question,
            event=event,
            document=document,
            is_copy=True,
        )
        for eori in _also_told(event, question, document)
        if eori != question.eori and eori in copied[kind.message]
    ]
    return [first, *copies]


def _copied(
    batch: Sequence[Event],
    questions: dict[int, Question],
    documents: dict[int, Document],
    at: datetime,
) -> dict[str, frozenset[str]]:
    """Return by kind of answer of the batch who gets a copy where it concerns them."""
    named: dict[AnswerKind, set[str]] = defaultdict(set)
    for event in batch:
        question = questions[event.data["message"]]
        told = _also_told(event, question, documents.get(event.id))
        named[answer_kind(event, question)].update(told)
    return {
        kind.message: subscribed(kind.message, eoris, at=at)
        if kind.subscribers_only
        else connected_eoris(eoris, at=at)
        for kind, eoris in named.items()
    }


def _also_told(event: Event, question: Question, document: Document | None) -> list[str]:
    """Return who gets a copy: whom the declaration names, or the message itself."""
    if document is not None:
        return answer_kind(event, question).copies(document)
    named: list[str] = event.data.get("also_told", [])
    return named


def _draft(kind: str, recipient: str, event: Event, question: Question) -> Draft:
    return Draft(
        kind=kind,
        channel="partner" if question.partner else "trader",
        recipient=recipient,
        event_id=event.id,
        ens=event.data.get("ens"),
        ens_version=event.data.get("version"),
        mrn=event.data.get("mrn", ""),
        lrn=question.lrn,
    )


def _written(reply: Reply, own: Numbered, at: datetime) -> Written:
    correlation = None if reply.is_copy else reply.question.message_identification[:14] or None
    test_indicator = TEST if reply.question.is_test else None
    header = envelope(own, at, correlation, test_indicator)
    body = answer_kind(reply.event, reply.question).write(reply, header, at)
    return own.filled(body)


def _mark_answered(replies: Sequence[Reply], written: Sequence[Written]) -> None:
    pairs = [
        (reply.question.id, message.id)
        for reply, message in zip(replies, written, strict=True)
        if not reply.is_copy
    ]
    fetch_prepared(_ANSWERED, [[pair[0] for pair in pairs], [pair[1] for pair in pairs]])
