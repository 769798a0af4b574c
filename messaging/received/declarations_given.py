"""IE303: another State answers our IE302 with declarations of goods that arrived with us."""

from collections.abc import Sequence
from datetime import datetime

from customs_portal.findings import Finding
from customs_portal.reference.snapshot import Snapshot
from declarations.models import DeclarationRequest, Ens
from declarations.services.answered import settle_lines
from declarations.services.asking import (
    AnswerRow,
    against_answer,
    keep_answer,
    locked_requests,
)
from declarations.services.results import Refused
from declarations.services.take_over import TakenOver, TakeOver, take_over
from messaging.formats.transmissions import DeclarationsResponse
from messaging.received.hand_overs import supersede_taken
from messaging.received.message import Fate, Judged
from messaging.received.partners import record_refusals
from messaging.received.transmissions import invalid_mrn, told_of

MESSAGE = "IE303"


def check(judged: Judged, reference: Snapshot, country: str) -> list[Finding]:
    """Return what stands against the MRNs that are given."""
    given = _content(judged).given
    return [found for each in given for found in invalid_mrn(each.transmitted.mrn)]


def take_in(messages: Sequence[Judged], at: datetime) -> list[Fate]:
    """Take over what is given, each request for itself; hold what is refused."""
    requests = locked_requests([_content(each).reference for each in messages])
    fates = [_take_in(each, requests.get(_content(each).reference), at) for each in messages]
    record_refusals(fates, at)
    return fates


def try_out(messages: Sequence[Judged], at: datetime) -> list[Sequence[Finding]]:
    """Return what stands against answers that passed every check so far."""
    references = [_content(each).reference for each in messages]
    found = DeclarationRequest.objects.filter(reference__in=references)
    requests = {each.reference: each for each in found}
    return [against_answer(_row(each), requests.get(_content(each).reference)) for each in messages]


def _content(judged: Judged) -> DeclarationsResponse:
    content = judged.reading.content
    assert isinstance(content, DeclarationsResponse)
    return content


def _row(judged: Judged) -> AnswerRow:
    content = _content(judged)
    return AnswerRow(
        reference=content.reference,
        country=judged.received.partner,
        given=tuple(each.transmitted.mrn for each in content.given),
        refused=tuple((each.mrn, each.code) for each in content.refused),
    )


def _take_in(message: Judged, request: DeclarationRequest | None, at: datetime) -> Fate:
    row = _row(message)
    findings = list(message.findings) or against_answer(row, request)
    if findings or request is None:
        return Fate(message=message, findings=findings)
    results = take_over(_orders(message, request), at=at)
    supersede_taken(results, at)
    taken = [each for each in results if isinstance(each, TakenOver)]
    keep_answer(request, row, at=at)
    settle_lines(request, Ens.objects.in_bulk([each.ens for each in taken]), at=at)
    refused = [each for each in results if isinstance(each, Refused)]
    return Fate(
        message=message,
        findings=[finding for each in refused for finding in each.findings],
        mrn=taken[0].mrn if len(taken) == 1 else "",
    )


def _orders(message: Judged, request: DeclarationRequest) -> list[TakeOver]:
    return [
        TakeOver(
            told=told_of(each.document, each.transmitted, message.received, MESSAGE),
            office=request.office,
        )
        for each in _content(message).given
    ]
