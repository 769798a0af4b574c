"""Questions to filers: as officers follow them, and as traders are asked."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import msgspec
from django.db.models import Exists, OuterRef

from customs_portal.accounts.models import User
from customs_portal.accounts.models.operators import initials
from customs_portal.pages.reads.queue import person
from declarations.models import Attachment, Ens, Filing, Referral
from declarations.persons import is_masked
from declarations.querysets import ReferralQuerySet
from declarations.screening import ScreeningResult, method_name, results_of
from messaging.models import OutboundMessage

ASKING = ("NOTICE", "IE3Q02", "IE3Q03")
"""The messages by which a filer is asked."""
COLOURS = {
    "open": "blue",
    "answered": "yellow",
    "amended": "yellow",
    "settled": "green",
    "insufficient": "orange",
    "withdrawn": "grey",
    "cancelled": "grey",
}


class File(msgspec.Struct, frozen=True, kw_only=True):
    """A file with its state; only a clean one is given out."""

    pk: int
    name: str
    size: int
    scan: str
    words: str
    is_clean: bool
    who: str
    at: datetime


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """A question as officers read it."""

    pk: int
    reference: str
    type: str
    status: str
    colour: str
    is_open: bool
    is_answered: bool
    is_overdue: bool
    question: str
    elements: tuple[str, ...]
    addressee: str
    who: str
    asked_at: datetime
    reply_by: datetime
    answer: str
    codes: tuple[tuple[str, str], ...]
    consignment: str
    methods: str
    screenings: tuple[ScreeningResult, ...]
    answered_at: datetime | None
    follows: str
    files: tuple[File, ...]


def questions_of(ens: Ens, user: User, at: datetime) -> list[Question]:
    """Return the questions on an ENS, the newest first, with the files of their answers."""
    masked = is_masked(ens.mrn, user, at)
    found = list(ens.referrals.select_related("asked_by", "follows").order_by("-number"))
    files: dict[int, list[File]] = {}
    for each in Attachment.objects.filter(referral__in=found).select_related("added_by"):
        assert each.referral_id is not None
        files.setdefault(each.referral_id, []).append(file_of(each))
    shown = [_question(each, files.get(each.pk, ()), at) for each in found]
    return [_without_persons(each) for each in shown] if masked else shown


def _without_persons(question: Question) -> Question:
    """Return a question whose results of screening name persons by initials."""
    results = tuple(
        msgspec.structs.replace(each, person=initials(each.person), person_identifier="")
        for each in question.screenings
    )
    return msgspec.structs.replace(question, screenings=results)


def _question(asked: Referral, files: Sequence[File], at: datetime) -> Question:
    return Question(
        pk=asked.pk,
        reference=asked.reference,
        type=asked.get_type_display(),
        status=asked.get_status_display(),
        colour=COLOURS[asked.status],
        is_open=asked.is_open,
        is_answered=asked.status == Referral.Status.ANSWERED,
        is_overdue=asked.is_open and asked.reply_by <= at,
        question=asked.question,
        elements=tuple(asked.elements),
        addressee=asked.addressee,
        who=person(asked.asked_by),
        asked_at=asked.asked_at,
        reply_by=asked.reply_by,
        answer=asked.answer,
        codes=tuple((code, value) for code, value in asked.answer_codes),
        consignment=asked.consignment,
        methods=", ".join(map(method_name, asked.methods)),
        screenings=results_of(asked.screenings),
        answered_at=asked.answered_at,
        follows=asked.follows.reference if asked.follows else "",
        files=tuple(files),
    )


def file_of(attachment: Attachment) -> File:
    """Return a file as it is listed."""
    return File(
        pk=attachment.pk,
        name=attachment.name,
        size=attachment.size,
        scan=attachment.scan,
        words=attachment.get_scan_display(),
        is_clean=attachment.scan == Attachment.Scan.CLEAN,
        who=attachment.sender or (person(attachment.added_by) if attachment.added_by else ""),
        at=attachment.added_at,
    )


def files_of(ens: Ens) -> list[File]:
    """Return the files that officials added to an ENS, the newest first."""
    found = ens.attachments.filter(referral__isnull=True).select_related("added_by")
    return [file_of(each) for each in found.order_by("-pk")]


def told_questions(eoris: frozenset[str], at: datetime) -> ReferralQuerySet[Referral]:
    """Return the questions of which a message was written to one of the EORI numbers."""
    told = OutboundMessage.objects.filter(
        ens=OuterRef("ens"),
        kind__in=ASKING,
        recipient=OuterRef("addressee"),
        created_at__gte=OuterRef("sent_at"),
    )
    return Referral.objects.sent(at).filter(Exists(told), addressee__in=eoris)


def open_by_filing(
    filings: Iterable[int], eoris: frozenset[str], at: datetime
) -> Mapping[int, datetime]:
    """Return by filing until when its first open question is to be answered."""
    asked = told_questions(eoris, at).open().filter(filing__in=list(filings))
    found: dict[int, datetime] = {}
    for filing, reply_by in asked.order_by("reply_by").values_list("filing", "reply_by"):
        found.setdefault(filing, reply_by)
    return found


class AskedOfTrader(msgspec.Struct, frozen=True, kw_only=True):
    """A question as its trader reads it: never why it was asked."""

    reference: str
    type: str
    type_code: str
    mrn: str
    filing: int
    status: str
    status_code: str
    is_open: bool
    is_late: bool
    question: str
    elements: tuple[str, ...]
    asked_at: datetime
    reply_by: datetime
    answer: str
    codes: tuple[tuple[str, str], ...]
    consignment: str
    methods: tuple[str, ...]
    method_names: str
    wants_screening: bool
    screenings: tuple[ScreeningResult, ...]
    answered_at: datetime | None
    files: tuple[File, ...]


def asked_of(
    eoris: frozenset[str], at: datetime, *, filing: Filing | None = None, only_open: bool = False
) -> list[AskedOfTrader]:
    """Return the questions that the operators were told of, those to be answered first."""
    found = told_questions(eoris, at).select_related("filing")
    found = found.filter(filing=filing) if filing else found
    found = found.open() if only_open else found
    rows = list(found.order_by("-status", "reply_by")[:100])
    return [for_trader(each, at) for each in rows]


STATUS_OF_TRADER = {
    Referral.Status.SETTLED: Referral.Status.ANSWERED,
    Referral.Status.INSUFFICIENT: Referral.Status.ANSWERED,
}
"""What an officer thinks of an answer is not told."""


def for_trader(asked: Referral, at: datetime) -> AskedOfTrader:
    """Return a question as the trader who was asked reads it."""
    files = asked.attachments.select_related("added_by").order_by("pk")
    status = STATUS_OF_TRADER.get(Referral.Status(asked.status), Referral.Status(asked.status))
    return AskedOfTrader(
        reference=asked.reference,
        type=asked.get_type_display(),
        type_code=asked.type,
        mrn=asked.filing.mrn or "",
        filing=asked.filing_id,
        status=str(status.label),
        status_code=status.value,
        is_open=asked.is_open,
        is_late=asked.is_open and asked.reply_by <= at,
        question=asked.question,
        elements=tuple(asked.elements),
        asked_at=asked.asked_at,
        reply_by=asked.reply_by,
        answer=asked.answer,
        codes=tuple((code, value) for code, value in asked.answer_codes),
        consignment=asked.consignment,
        methods=tuple(asked.methods),
        method_names=", ".join(map(method_name, asked.methods)),
        wants_screening=asked.type == Referral.Type.RFS,
        screenings=results_of(asked.screenings),
        answered_at=asked.answered_at,
        files=tuple(file_of(each) for each in files),
    )
