"""Intake: received bytes are judged, and lodged or refused."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.conf import settings
from django.db import connection

from customs_portal.events.models import Event
from customs_portal.events.services import NewEvent, record_many
from customs_portal.findings import Finding, encode
from customs_portal.reference import snapshot
from declarations.services import Lodged, Lodgement, Refused, Rejection, lodge, reject
from messaging.claims import claim
from messaging.events import MESSAGE_REPEATED, MESSAGE_UNREADABLE
from messaging.judging import Judged, Received, judge
from messaging.pointers import pointed

FILING_TYPES = {"CC315A": "IE315"}
_LOAD = """
SELECT m.id, m.correlation, o.eori, m.received_at, b.digest, b.body
FROM messaging_inboundmessage m
JOIN accounts_operator o ON o.id = m.operator_id
JOIN messaging_rawbody b ON b.id = m.body_id AND b.month = m.body_month
WHERE m.id = ANY(%s) AND m.judged_at IS NULL ORDER BY m.id
"""


class Fate(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a message."""

    message: Judged
    findings: Sequence[Finding]
    mrn: str = ""


def handle(batch: Sequence[Event], *, at: datetime) -> None:
    """Judge the messages and do what follows, all in the caller's transaction."""
    reference = snapshot.current(at)
    messages = claim(
        [
            judge(
                received,
                reference=reference,
                country=settings.CUSTOMS_COUNTRY,
                limit=settings.MESSAGE_SIZE_LIMIT,
            )
            for received in _load([event.data["message"] for event in batch])
        ]
    )
    fates = [*_lodge(messages, at), *_repeat(messages, at), *_refuse_unreadable(messages, at)]
    _store(fates, at)


def _load(ids: list[int]) -> list[Received]:
    with connection.cursor() as cursor:
        cursor.execute(_LOAD, [ids])
        rows = cursor.fetchall()
    return [
        Received(
            id=row[0],
            correlation=row[1],
            eori=row[2],
            received_at=row[3],
            digest=bytes(row[4]),
            body=bytes(row[5]),
        )
        for row in rows
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
    findings = f.findings::jsonb, repeats_id = f.repeats, judged_at = %s
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::bigint[])
    AS f(id, kind, message_identification, lrn, mrn, findings, repeats)
WHERE m.id = f.id
"""


def _store(fates: Sequence[Fate], at: datetime) -> None:
    """Keep with each message what it was and what was found."""
    if not fates:
        return
    columns = [list(column) for column in zip(*map(_row, fates), strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(_STORE, [at, *columns])


def _row(fate: Fate) -> tuple[object, ...]:
    reading = fate.message.reading
    return (
        fate.message.received.id,
        reading.kind[:8],
        (reading.message_id or "")[:35],
        (reading.lrn or "")[:22],
        fate.mrn,
        encode(fate.findings).decode(),
        fate.message.repeats,
    )
