"""Intake: received bytes are judged, and lodged or refused."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings

from customs_portal.bulk import fetch_prepared, recordset
from customs_portal.events.models import Event
from customs_portal.events.services import NewEvent, record_many
from customs_portal.reference import snapshot
from declarations.services import Lodged, Lodgement, Refused, Rejection, lodge, reject
from messaging.claims import claim
from messaging.events import MESSAGE_REPEATED, MESSAGE_UNREADABLE
from messaging.judging import Fate, Judged, Received, judge
from messaging.pointers import pointed
from messaging.trials import try_out

FILING_TYPES = {"CC315A": "IE315"}
_LOAD = """
SELECT m.id, m.correlation, o.eori, m.received_at, b.digest, b.body, m.is_test
FROM messaging_inboundmessage m
JOIN accounts_operator o ON o.id = m.operator_id
JOIN messaging_rawbody b ON b.id = m.body_id AND b.month = m.body_month
WHERE m.id = ANY(%s::bigint[]) AND m.judged_at IS NULL ORDER BY m.id
"""


def handle(batch: Sequence[Event], *, at: datetime) -> None:
    """Judge the messages and do what follows, all in the caller's transaction."""
    reference = snapshot.current(at)
    judged = [
        judge(
            received,
            reference=reference,
            country=settings.CUSTOMS_COUNTRY,
            limit=settings.MESSAGE_SIZE_LIMIT,
        )
        for received in _load([event.data["message"] for event in batch])
    ]
    messages = claim([message for message in judged if not message.is_test])
    fates = [*_lodge(messages, at), *_repeat(messages, at), *_refuse_unreadable(messages, at)]
    fates += try_out([message for message in judged if message.is_test], at=at)
    _store(fates, at)


def _load(ids: list[int]) -> list[Received]:
    return [
        Received(
            id=row[0],
            correlation=row[1],
            eori=row[2],
            received_at=row[3],
            digest=bytes(row[4]),
            body=bytes(row[5]),
            test_token=row[6],
        )
        for row in fetch_prepared(_LOAD, [ids])
    ]


def _lodge(messages: Sequence[Judged], at: datetime) -> list[Fate]:
    """Lodge what has no findings and reject the rest of what could be read."""
    readable = [m for m in messages if m.is_readable and m.repeats is None]
    clean = [message for message in readable if not message.findings]
    results = lodge([_lodgement(message) for message in clean], at=at)
    fates = [_fate(message, result) for message, result in zip(clean, results, strict=True)]
    fates += [Fate(message=m, findings=pointed(m.findings)) for m in readable if m.findings]
    reject([_rejection(fate) for fate in fates if fate.findings], at=at)
    return fates


def _lodgement(message: Judged) -> Lodgement:
    document = message.reading.document
    assert document is not None
    received = message.received
    return Lodgement(
        document=document,
        message_id=received.id,
        sender=received.eori,
        received_at=received.received_at,
        correlation=received.correlation,
    )


def _fate(message: Judged, result: Lodged | Refused) -> Fate:
    if isinstance(result, Refused):
        return Fate(message=message, findings=pointed(result.findings))
    return Fate(message=message, findings=(), mrn=result.mrn)


def _rejection(fate: Fate) -> Rejection:
    received, reading = fate.message.received, fate.message.reading
    return Rejection(
        type=FILING_TYPES[reading.kind],
        lrn=(reading.lrn or "")[:22],
        message_id=received.id,
        sender=received.eori,
        received_at=received.received_at,
        findings=list(fate.findings),
        document=reading.document,
        correlation=received.correlation,
    )


def _repeat(messages: Sequence[Judged], at: datetime) -> list[Fate]:
    repeats = [message for message in messages if message.repeats is not None]
    record_many(
        [
            NewEvent(
                kind=MESSAGE_REPEATED,
                at=at,
                correlation=message.received.correlation,
                data={"message": message.received.id, "first": message.repeats},
            )
            for message in repeats
        ]
    )
    return [Fate(message=message, findings=message.findings) for message in repeats]


def _refuse_unreadable(messages: Sequence[Judged], at: datetime) -> list[Fate]:
    unreadable = [m for m in messages if not m.is_readable and m.repeats is None]
    record_many(
        [
            NewEvent(
                kind=MESSAGE_UNREADABLE,
                at=at,
                correlation=message.received.correlation,
                data={"message": message.received.id},
            )
            for message in unreadable
        ]
    )
    return [Fate(message=message, findings=message.findings) for message in unreadable]


_STORE = """
UPDATE messaging_inboundmessage m
SET kind = f.kind, message_identification = f.message_identification, lrn = f.lrn, mrn = f.mrn,
    findings = f.findings, repeats_id = f.repeats, is_test = f.is_test, judged_at = %s
FROM json_to_recordset(%s::json) AS f(
    id bigint, kind text, message_identification text, lrn text, mrn text, findings jsonb,
    repeats bigint, is_test boolean)
WHERE m.id = f.id
"""


def _store(fates: Sequence[Fate], at: datetime) -> None:
    """Keep with each message what it was and what was found."""
    if fates:
        fetch_prepared(_STORE, [at, recordset(map(_row, fates))])


def _row(fate: Fate) -> dict[str, object]:
    reading = fate.message.reading
    return {
        "id": fate.message.received.id,
        "kind": reading.kind[:8],
        "message_identification": (reading.message_id or "")[:35],
        "lrn": (reading.lrn or "")[:22],
        "mrn": fate.mrn,
        "findings": fate.findings,
        "repeats": fate.message.repeats,
        "is_test": fate.message.is_test,
    }
