"""Telling filers of questions: in ICS phase 1 as notices, collected like the rest.

No EU message asks in phase 1 (LIFECYCLE section 5). ICS2 has IE3Q02 and IE3Q03, and knows neither
reminder nor withdrawal.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from customs_portal.events.models import Event
from declarations import events as declared
from declarations.models import Referral
from messaging.consumers.notices import KIND
from messaging.outbox import Draft, number, write

NOTICES = {
    declared.REFERRAL_ASKED.name: "question_asked",
    declared.REFERRAL_REMINDED.name: "question_reminder",
    declared.REFERRAL_OVERDUE.name: "question_overdue",
    declared.REFERRAL_WITHDRAWN.name: "question_withdrawn",
    declared.REFERRAL_CANCELLED.name: "question_overtaken",
}
"""By kind of event what a notice of it is called."""


class Question(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The body of a notice about a question. Times are UTC."""

    notice: str
    mrn: str
    at: datetime
    reference: str
    type: str
    reply_by: datetime | None = None
    text: str = ""
    elements: tuple[str, ...] = ()
    why: str = ""


def handle(batch: Sequence[Event], *, at: datetime) -> None:
    """Write one notice for each event, to whom the question was addressed.

    One that was taken back before it left is told of to nobody.
    """
    keys = [event.data["referral"] for event in batch]
    found = Referral.objects.select_related("filing").in_bulk(keys)
    pairs = [(event, found[key]) for event, key in zip(batch, keys, strict=True)]
    told = [(event, asked) for event, asked in pairs if _was_sent(event, asked)]
    numbered = number([_draft(event, asked) for event, asked in told])
    bodies = [msgspec.json.encode(_body(event, asked)) for event, asked in told]
    write([own.filled(body) for own, body in zip(numbered, bodies, strict=True)], at=at)


def _was_sent(event: Event, asked: Referral) -> bool:
    return event.kind == declared.REFERRAL_ASKED.name or event.at >= asked.sent_at


def _draft(event: Event, asked: Referral) -> Draft:
    return Draft(
        kind=KIND,
        channel="trader",
        recipient=asked.addressee,
        event_id=event.id,
        ens=asked.ens_id,
        ens_version=asked.asked_on_version,
        mrn=asked.filing.mrn or "",
    )


def _body(event: Event, asked: Referral) -> Question:
    notice = Question(
        notice=NOTICES[event.kind],
        mrn=asked.filing.mrn or "",
        at=event.at,
        reference=asked.reference,
        type=asked.type,
        why=event.data.get("why", ""),
    )
    waits = notice.notice in ("question_asked", "question_reminder", "question_overdue")
    if not waits:
        return notice
    return msgspec.structs.replace(
        notice,
        reply_by=asked.reply_by,
        text=asked.question,
        elements=tuple(asked.elements),
    )
