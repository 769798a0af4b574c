"""One message, laid out: what it is, its findings beside its lines, its fields, its delivery."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.urls import reverse
from django.utils.translation import gettext as _

from customs_portal.accounts.models import User
from customs_portal.accounts.policies import name_for
from customs_portal.findings import Finding
from customs_portal.pages.reads.message_log import answers_test
from declarations.models import Ens
from messaging.formats.lines import Line, Listing, listing
from messaging.formats.outline import MOST_FIELDS, Field, outline
from messaging.models import InboundMessage, OutboundMessage, RawBody
from messaging.reads import may_read_body


class FindingLine(msgspec.Struct, frozen=True, kw_only=True):
    """A finding with its number in the list and the line that it stands on, 0 where unknown."""

    number: int
    code: str
    rule: str
    location: str
    value: str
    text: str
    line: int


class ShownLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the message with the findings beside it."""

    line: Line
    findings: list[FindingLine]


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """A message to somebody: where it stands and when it was written and collected."""

    address: str
    download: str
    kind: str
    recipient: str
    state: str
    written_at: datetime
    delivered_at: datetime | None


class MessageView(msgspec.Struct, frozen=True, kw_only=True):
    """One message as its sender, its recipient and officials read it."""

    title: str
    direction: str
    kind: str
    other: str
    lrn: str
    mrn: str
    ens: str
    message_identification: str
    correlation: str
    state: str
    is_test: bool
    at: datetime
    judged_at: datetime | None
    size: int
    digest: str
    download: str
    repeats: str
    findings: list[FindingLine]
    lines: list[ShownLine]
    listing: Listing
    fields: list[Field]
    more_fields: bool
    deliveries: list[Delivery]
    is_open: bool
    is_kept: bool
    reason_address: str


def address_of(message: InboundMessage | OutboundMessage) -> str:
    """Return the address of the page of a message."""
    if isinstance(message, InboundMessage):
        return reverse("message", args=[message.correlation])
    return reverse("message_sent", args=[message.pk])


def received(message: InboundMessage, user: User, at: datetime) -> MessageView:
    """Return a message received, with its findings beside its lines and its answer."""
    raw = RawBody.objects.filter(pk=message.body_id, month=message.body_month).first()
    is_open = raw is not None and may_read_body(message, user, at)
    findings = msgspec.convert(message.findings, list[Finding])
    if not is_open:
        findings = [msgspec.structs.replace(found, value="") for found in findings]
    body = bytes(raw.body) if raw and is_open else b""
    laid_out = listing(body, findings)
    numbered = _numbered(findings, laid_out.places)
    first = message.repeats or message
    fields = outline(body, most=MOST_FIELDS + 1)
    return MessageView(
        title=f"{message.kind or _('Message')} {message.lrn}".strip(),
        direction="in",
        kind=message.kind,
        other=f"{name_for(user, message.operator)}, {message.operator.eori}",
        lrn=message.lrn,
        mrn=first.mrn,
        ens=_ens(first.mrn, user),
        message_identification=message.message_identification,
        correlation=str(message.correlation),
        state=first.get_state_display(),
        is_test=message.is_test,
        at=message.received_at,
        judged_at=message.judged_at,
        size=message.size,
        digest=bytes(raw.digest).hex() if raw else "",
        download=reverse("message_raw", args=[message.correlation]),
        repeats=str(message.repeats.correlation) if message.repeats else "",
        findings=numbered,
        lines=_beside(laid_out.lines, numbered),
        listing=laid_out,
        fields=fields[:MOST_FIELDS],
        more_fields=len(fields) > MOST_FIELDS,
        deliveries=[delivery(first.answer)] if first.answer else [],
        is_open=is_open,
        is_kept=raw is not None,
        reason_address=reverse("message_persons", args=[message.correlation]),
    )


def sent(message: OutboundMessage, user: User, at: datetime) -> MessageView:
    """Return a message written, with its lines and its delivery."""
    raw = RawBody.objects.filter(pk=message.body_id, month=message.body_month).first()
    is_open = raw is not None and may_read_body(message, user, at)
    body = bytes(raw.body) if raw and is_open else b""
    laid_out = listing(body, ())
    question = getattr(message, "answers", None)
    fields = outline(body, most=MOST_FIELDS + 1)
    return MessageView(
        title=f"{message.kind} {message.lrn or message.mrn}".strip(),
        direction="out",
        kind=message.kind,
        other=message.recipient,
        lrn=message.lrn,
        mrn=message.mrn,
        ens=_ens(message.mrn, user),
        message_identification=message.message_identification,
        correlation=str(question.correlation) if question else "",
        state=message.get_state_display(),
        is_test=answers_test(message),
        at=message.created_at,
        judged_at=None,
        size=len(raw.body) if raw else 0,
        digest=bytes(raw.digest).hex() if raw else "",
        download=reverse("message_written", args=[message.pk]),
        repeats="",
        findings=[],
        lines=_beside(laid_out.lines, []),
        listing=laid_out,
        fields=fields[:MOST_FIELDS],
        more_fields=len(fields) > MOST_FIELDS,
        deliveries=[delivery(message)],
        is_open=is_open,
        is_kept=raw is not None,
        reason_address=reverse("message_sent_persons", args=[message.pk]),
    )


def delivery(message: OutboundMessage) -> Delivery:
    """Return where a message to somebody stands."""
    return Delivery(
        address=reverse("message_sent", args=[message.pk]),
        download=reverse("message_written", args=[message.pk]),
        kind=message.kind,
        recipient=message.recipient,
        state=message.get_state_display(),
        written_at=message.created_at,
        delivered_at=message.delivered_at,
    )


def _numbered(findings: Sequence[Finding], places: Sequence[int]) -> list[FindingLine]:
    return [
        FindingLine(
            number=number,
            code=found.code,
            rule=found.rule,
            location=found.location,
            value=found.value,
            text=found.text,
            line=place,
        )
        for number, (found, place) in enumerate(zip(findings, places, strict=True), 1)
    ]


def _beside(lines: Sequence[Line], findings: Sequence[FindingLine]) -> list[ShownLine]:
    return [
        ShownLine(line=line, findings=[findings[number - 1] for number in line.findings])
        for line in lines
    ]


def _ens(mrn: str, user: User) -> str:
    """Return the MRN of the ENS that officials can go to, empty where there is none."""
    return mrn if mrn and Ens.objects.visible_to(user).filter(mrn=mrn).exists() else ""
