"""Asking another State for declarations of goods that arrived with us (IE302), and its answer."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from django.conf import settings

from customs_portal.bulk import next_ids
from customs_portal.events.kinds import Kind
from customs_portal.events.services import NewEvent, record_many
from customs_portal.findings import Finding, Stage
from declarations.events import (
    DECLARATION_REQUEST_ANSWERED,
    DECLARATION_REQUEST_MADE,
    DECLARATION_REQUEST_TIMED_OUT,
)
from declarations.lifecycle.out_of_sequence import OUT_OF_SEQUENCE
from declarations.models import Arrival, ArrivalLine, DeclarationRequest
from declarations.services.locks import assert_in_transaction

SEQUENCE = "declarations_declarationrequest_id_seq"
ASK_AGAIN = timedelta(hours=1)
ANSWER_LIMIT = timedelta(hours=4)
AT_A_TIME = 200
State = DeclarationRequest.State


class AnswerRow(msgspec.Struct, frozen=True, kw_only=True):
    """What a State answers to one request: the MRNs it gives, and those it refuses with why."""

    reference: str
    country: str
    given: tuple[str, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()


def make_requests(arrival: Arrival, lines: Sequence[ArrivalLine], *, at: datetime) -> None:
    """Ask each State that the lines name for its declarations, from which IE302 follows."""
    assert_in_transaction()
    by_country: dict[str, list[str]] = {}
    for line in lines:
        by_country.setdefault(line.declared_in, []).append(line.mrn)
    keys = next_ids({SEQUENCE: len(by_country)})[SEQUENCE]
    requests = [
        DeclarationRequest(
            id=key,
            reference=f"{settings.CUSTOMS_COUNTRY}{key:012d}",
            country=country,
            office=arrival.office,
            arrival=arrival,
            mrns=[mrn for mrn in mrns if mrn],
            asked_at=at,
        )
        for key, (country, mrns) in zip(keys, sorted(by_country.items()), strict=True)
    ]
    DeclarationRequest.objects.bulk_create(requests)
    record_many([_event(DECLARATION_REQUEST_MADE, each, at) for each in requests])


def _event(kind: Kind, request: DeclarationRequest, at: datetime, **more: object) -> NewEvent:
    data = {
        "request": request.pk,
        "reference": request.reference,
        "country": request.country,
        "arrival": request.arrival_id,
        "attempt": request.attempts,
        **more,
    }
    return NewEvent(kind=kind, at=at, data=data)


def ask_again(*, at: datetime) -> int:
    """Ask once more, every hour, where no answer has come; return how many requests that were."""
    found = _waiting(at - ASK_AGAIN)
    late = [each for each in found if each.asked_at + each.attempts * ASK_AGAIN <= at]
    again = [each for each in late if each.asked_at + ANSWER_LIMIT > at]
    for each in again:
        each.attempts += 1
    DeclarationRequest.objects.bulk_update(again, ["attempts"])
    record_many([_event(DECLARATION_REQUEST_MADE, each, at) for each in again])
    return len(again)


def end_requests(*, at: datetime) -> int:
    """End the requests that were not answered in four hours; return how many."""
    late = _waiting(at - ANSWER_LIMIT)
    for each in late:
        each.state, each.ended_at = State.TIMED_OUT, at
    DeclarationRequest.objects.bulk_update(late, ["state", "ended_at"])
    record_many([_event(DECLARATION_REQUEST_TIMED_OUT, each, at) for each in late])
    return len(late)


def _waiting(before: datetime) -> list[DeclarationRequest]:
    assert_in_transaction()
    rows = DeclarationRequest.objects.select_for_update().filter(
        state=State.ASKED, asked_at__lte=before
    )
    return list(rows.order_by("pk")[:AT_A_TIME])


def locked_requests(references: Sequence[str]) -> dict[str, DeclarationRequest]:
    """Lock the requests and return them by reference."""
    assert_in_transaction()
    rows = DeclarationRequest.objects.select_for_update(of=("self",)).filter(
        reference__in=set(references)
    )
    return {row.reference: row for row in rows.select_related("arrival").order_by("pk")}


def against_answer(row: AnswerRow, request: DeclarationRequest | None) -> list[Finding]:
    """Return what stands against an answer: nobody asked for it, or it was given before."""
    asked = request is not None and request.country == row.country
    if asked and request is not None and (request.state != State.ANSWERED or request.attempts > 1):
        return []
    return [
        Finding(
            code=OUT_OF_SEQUENCE,
            location="HEAHEA.DecReqNumHEA1",
            value=row.reference,
            text="No request with this number waits for your answer.",
            stage=Stage.LIFECYCLE,
        )
    ]


def keep_answer(request: DeclarationRequest, row: AnswerRow, *, at: datetime) -> None:
    """Note what was given and refused; the caller holds the lock of the request."""
    request.state, request.ended_at = State.ANSWERED, at
    request.given = sorted({*request.given, *row.given})
    request.refused = [list(pair) for pair in row.refused]
    request.save(update_fields=["state", "ended_at", "given", "refused"])
    more = {"given": len(row.given), "refused": len(row.refused)}
    record_many([_event(DECLARATION_REQUEST_ANSWERED, request, at, **more)])
