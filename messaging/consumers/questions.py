"""Telling filers of questions: in ICS phase 1 as notices, in ICS2 by IE3Q02 and IE3Q03.

No EU message asks in phase 1 (LIFECYCLE section 5). ICS2 knows neither reminder nor withdrawal, so
those are notices for either. A carrier that subscribed gets copies, IE3N04 and IE3N05.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec
from django.db.models import F

from customs_portal.events.models import Event
from declarations import events as declared
from declarations.document import Document
from declarations.filing_types import filing_types
from declarations.models import FilingVersion, Referral
from messaging.consumers.notices import KIND
from messaging.formats.ics2.asking import Request, write_request
from messaging.outbox import Draft, Numbered, Written, number, write
from messaging.subscribed import carrier_of, subscribed

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


MESSAGES = {
    Referral.Type.RFI.value: ("IE3Q02", "IE3N04"),
    Referral.Type.AMD.value: ("IE3Q02", "IE3N04"),
    Referral.Type.RFS.value: ("IE3Q03", "IE3N05"),
}
"""By type of question the message of ICS2 that asks it, and its copy to the carrier."""


def handle(batch: Sequence[Event], *, at: datetime) -> None:
    """Write one message for each event, to whom the question was addressed, and copies.

    One that was taken back before it left is told of to nobody.
    """
    keys = [event.data["referral"] for event in batch]
    found = Referral.objects.select_related("filing").in_bulk(keys)
    pairs = [(event, found[key]) for event, key in zip(batch, keys, strict=True)]
    told = [(event, asked) for event, asked in pairs if _was_sent(event, asked)]
    asking = [(event, asked) for event, asked in told if _is_asked_of_ics2(event, asked)]
    plain = [pair for pair in told if pair not in asking]
    numbered = number([_draft(event, asked) for event, asked in plain])
    bodies = [msgspec.json.encode(_body(event, asked)) for event, asked in plain]
    notices = [own.filled(body) for own, body in zip(numbered, bodies, strict=True)]
    write([*notices, *_requests(asking, at)], at=at)


def _is_asked_of_ics2(event: Event, asked: Referral) -> bool:
    return event.kind == declared.REFERRAL_ASKED.name and asked.filing.type in filing_types()


def _requests(pairs: Sequence[tuple[Event, Referral]], at: datetime) -> Iterator[Written]:
    """Yield the questions to filers of ICS2, and the copies to carriers."""
    documents = _documents([asked for _event, asked in pairs])
    drafts = [
        (asked, msgspec.structs.replace(_draft(event, asked), kind=kind, recipient=eori))
        for event, asked in pairs
        for kind, eori in _recipients(asked, documents[asked.filing_id], at)
    ]
    numbered = number([draft for _asked, draft in drafts])
    for (asked, _each), own in zip(drafts, numbered, strict=True):
        yield _request(asked, documents[asked.filing_id], own)


def _documents(asked: Sequence[Referral]) -> dict[int, Document]:
    """Return by filing what it declares now."""
    filings = {each.filing_id for each in asked}
    current = FilingVersion.objects.filter(filing__in=filings, number=F("filing__version"))
    return {version.filing_id: version.document() for version in current}


def _recipients(asked: Referral, document: Document, at: datetime) -> list[tuple[str, str]]:
    question, copy = MESSAGES[asked.type]
    carrier = carrier_of(document, asked.addressee)
    copies = subscribed(copy, [carrier], at=at) if document.carrier else ()
    return [(question, asked.addressee), *((copy, eori) for eori in copies)]


def _request(asked: Referral, document: Document, own: Numbered) -> Written:
    pointers = [each for each in asked.elements if each.startswith("/")]
    words = [each for each in asked.elements if each not in pointers]
    request = Request(
        reference=asked.reference,
        type=asked.type,
        text="\n".join([asked.question, *words]),
        pointers=pointers,
        methods=asked.methods,
        consignment=asked.consignment,
    )
    body = write_request(
        document, request, message=own.draft.kind, mrn=asked.filing.mrn or "", at=asked.sent_at
    )
    return own.filled(body)


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
