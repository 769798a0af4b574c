"""The log of messages: what came in and what went out, the newest first, found by its numbers."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from heapq import merge
from itertools import islice
from uuid import UUID

import msgspec
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from customs_portal.accounts.models import Operator, User
from messaging.models import InboundMessage, OutboundMessage

PAGE_SIZE = 50
LAST_PAGE = 40
"""Further back one narrows the search: a page costs as much as all pages before it."""

RECEIVED, SENT = "received", "sent"


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What is looked for; everything is optional. Days are in the local time of the reader."""

    typed: str = ""
    direction: str = ""
    kind: str = ""
    state: str = ""
    first: date | None = None
    last: date | None = None
    page: int = 1


class LogLine(msgspec.Struct, frozen=True, kw_only=True):
    """One message of the log."""

    at: datetime
    reference: str
    address: str
    direction: str
    kind: str
    other: str
    lrn: str
    mrn: str
    state: str
    findings: int
    is_test: bool


class LogPage(msgspec.Struct, frozen=True, kw_only=True):
    """One page of the log; `is_last` also where the log goes on but nobody may page further."""

    lines: list[LogLine]
    is_last: bool
    goes_on: bool


def log(user: User, wanted: Wanted) -> LogPage:
    """Return the page of the messages that the user may see."""
    first = (wanted.page - 1) * PAGE_SIZE
    newest = merge(
        _received(user, wanted, first + PAGE_SIZE + 1),
        _sent(user, wanted, first + PAGE_SIZE + 1),
        key=lambda line: line.at,
        reverse=True,
    )
    lines = list(islice(newest, first, first + PAGE_SIZE + 1))
    goes_on = len(lines) > PAGE_SIZE
    is_last = not goes_on or wanted.page >= LAST_PAGE
    return LogPage(lines=lines[:PAGE_SIZE], is_last=is_last, goes_on=goes_on)


def _received(user: User, wanted: Wanted, most: int) -> Iterator[LogLine]:
    if wanted.direction == SENT or wanted.state not in ("", *InboundMessage.State.values):
        return iter(())
    found = InboundMessage.objects.visible_to(user).select_related("operator")
    rows = _narrowed(found, wanted, "received_at").filter(_received_as(wanted.typed))
    return map(_received_line, rows.order_by("-received_at", "-pk")[:most])


def _sent(user: User, wanted: Wanted, most: int) -> Iterator[LogLine]:
    if wanted.direction == RECEIVED or wanted.state not in ("", *OutboundMessage.State.values):
        return iter(())
    found = OutboundMessage.objects.visible_to(user).select_related("answers")
    rows = _narrowed(found, wanted, "created_at").filter(_sent_as(wanted.typed))
    return map(_sent_line, rows.order_by("-created_at", "-pk")[:most])


def _narrowed(rows: QuerySet, wanted: Wanted, field: str) -> QuerySet:  # type: ignore[type-arg]
    limits: dict[str, str | datetime] = {"kind": wanted.kind, "state": wanted.state}
    if wanted.first:
        limits[f"{field}__gte"] = _midnight(wanted.first)
    if wanted.last:
        limits[f"{field}__lt"] = _midnight(wanted.last + timedelta(days=1))
    return rows.filter(**{name: value for name, value in limits.items() if value})


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day))  # noqa: DTZ001


def _received_as(typed: str) -> Q:
    """Match what was typed with MRN, LRN, message id, EORI number or correlation id, whole."""
    correlation = as_uuid(typed)
    if correlation:
        return Q(correlation=correlation)
    if not typed:
        return Q()
    # As numbers: with a subquery here no index would be used.
    senders = list(Operator.objects.filter(eori=typed.upper()).values_list("pk", flat=True))
    return _numbers(typed) | Q(operator__in=senders)


def _sent_as(typed: str) -> Q:
    correlation = as_uuid(typed)
    if correlation:
        return Q(answers__correlation=correlation)
    return _numbers(typed) | Q(recipient=typed.upper()) if typed else Q()


def _numbers(typed: str) -> Q:
    return (
        Q(mrn=typed.upper()) | Q(lrn__in={typed, typed.upper()}) | Q(message_identification=typed)
    )


def as_uuid(text: str) -> UUID | None:
    """Return the UUID that a text is, None where it is none."""
    try:
        return UUID(text)
    except ValueError:
        return None


def _received_line(message: InboundMessage) -> LogLine:
    return LogLine(
        at=message.received_at,
        reference=str(message.correlation),
        address=reverse("message", args=[message.correlation]),
        direction=RECEIVED,
        kind=message.kind,
        other=message.operator.eori,
        lrn=message.lrn,
        mrn=message.mrn,
        state=message.get_state_display(),
        findings=len(message.findings),
        is_test=message.is_test,
    )


def _sent_line(message: OutboundMessage) -> LogLine:
    return LogLine(
        at=message.created_at,
        reference=message.message_identification,
        address=reverse("message_sent", args=[message.pk]),
        direction=SENT,
        kind=message.kind,
        other=message.recipient,
        lrn=message.lrn,
        mrn=message.mrn,
        state=message.get_state_display(),
        findings=0,
        is_test=answers_test(message),
    )


def answers_test(message: OutboundMessage) -> bool:
    """Whether the message is the answer to a test."""
    question = getattr(message, "answers", None)
    return question is not None and question.is_test
