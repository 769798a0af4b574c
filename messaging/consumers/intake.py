"""Intake: received bytes are judged, and lodged or refused."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings

from customs_portal.bulk import fetch_prepared, recordset
from customs_portal.events.models import Event
from customs_portal.events.services import NewEvent, record_many
from customs_portal.reference import snapshot
from messaging.claims import claim
from messaging.events import MESSAGE_DISCARDED, MESSAGE_REPEATED, MESSAGE_UNREADABLE
from messaging.judging import judge
from messaging.received.kinds import KINDS, is_answered
from messaging.received.message import Fate, Judged, Received
from messaging.trials import try_out
from messaging.turns import turns

_LOAD = """
SELECT m.id, m.correlation, o.eori, m.received_at, b.digest, b.body, m.is_test,
       coalesce(p.country, '')
FROM messaging_inboundmessage m
JOIN accounts_operator o ON o.id = m.operator_id
JOIN messaging_rawbody b ON b.id = m.body_id AND b.month = m.body_month
LEFT JOIN messaging_partner p ON p.operator_id = m.operator_id AND p.active
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
    fates = [*_take_in(messages, at), *_repeat(messages, at), *_refuse_unreadable(messages, at)]
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
            partner=row[7],
        )
        for row in fetch_prepared(_LOAD, [ids])
    ]


def _take_in(messages: Sequence[Judged], at: datetime) -> list[Fate]:
    """Give the readable messages to the handlers of their kinds, in their turns."""
    readable = [m for m in messages if m.is_readable and m.repeats is None]
    fates: list[Fate] = []
    handlers = dict.fromkeys(kind.take_in for kind in KINDS.values())
    for turn in turns(readable, tuple(KINDS)):
        for take_in in handlers:
            own = [message for message in turn if KINDS[message.reading.kind].take_in is take_in]
            fates += take_in(own, at) if own else []
    return fates


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
                kind=MESSAGE_UNREADABLE if _gets_answer(message) else MESSAGE_DISCARDED,
                at=at,
                correlation=message.received.correlation,
                data={"message": message.received.id, "kind": message.reading.kind},
            )
            for message in unreadable
        ]
    )
    return [Fate(message=message, findings=message.findings) for message in unreadable]


def _gets_answer(message: Judged) -> bool:
    return is_answered(message.reading.kind, message.findings)


_STORE = """
UPDATE messaging_inboundmessage m
SET kind = f.kind, message_identification = f.message_identification, lrn = f.lrn, mrn = f.mrn,
    findings = f.findings, repeats_id = f.repeats, is_test = f.is_test, judged_at = %s,
    state = CASE WHEN f.answered THEN m.state ELSE 'taken_in' END
FROM json_to_recordset(%s::json) AS f(
    id bigint, kind text, message_identification text, lrn text, mrn text, findings jsonb,
    repeats bigint, is_test boolean, answered boolean)
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
        "answered": is_answered(reading.kind, fate.findings),
    }
