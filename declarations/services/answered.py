"""What an answer to our request means for the goods that wait: declared, or held as undeclared."""

from collections.abc import Mapping
from datetime import datetime

from django.db.models import Max

from declarations.models import ArrivalLine, DeclarationRequest, Ens
from declarations.services.locks import assert_in_transaction, lock_ens
from declarations.services.matching import Declared, declared
from declarations.services.reconcile import resolve_line
from declarations.services.unmatched import treat_as_undeclared


def settle_lines(request: DeclarationRequest, given: Mapping[int, Ens], *, at: datetime) -> None:
    """Give the open lines of the request their declarations; hold what is not given.

    The caller holds the lock of the request.
    """
    assert_in_transaction()
    known = declared(lock_ens(given))
    by_mrn = {each.ens.mrn: each for each in known.values()}
    lines = _open_lines(request)
    for line in lines:
        if line.mrn in by_mrn:
            resolve_line(line, by_mrn[line.mrn], at=at)
    if not request.mrns:
        _by_key(request, [line for line in lines if not line.mrn], list(known.values()), at)
    waiting = [line for line in lines if line.state == ArrivalLine.State.ASKED]
    treat_as_undeclared(waiting, at=at)


def _open_lines(request: DeclarationRequest) -> list[ArrivalLine]:
    lines = ArrivalLine.objects.select_for_update(of=("self",)).filter(
        arrival=request.arrival_id, state__in=ArrivalLine.OPEN
    )
    found = lines.select_related("arrival").order_by("number")
    wanted = set(request.mrns)
    return [
        line
        for line in found
        if line.declared_in == request.country and (line.mrn in wanted or not line.mrn)
    ]


def _by_key(
    request: DeclarationRequest, lines: list[ArrivalLine], found: list[Declared], at: datetime
) -> None:
    """Let everything that was declared for the means arrive with it, a line for each."""
    if not lines or not found:
        return
    first, *others = found
    lines[0].mrn = first.ens.mrn
    resolve_line(lines[0], first, at=at)
    last = request.arrival.lines.aggregate(last=Max("number"))["last"] or 0
    for number, each in enumerate(others, start=last + 1):
        line = ArrivalLine(
            arrival=request.arrival,
            number=number,
            state=ArrivalLine.State.ASKED,
            mrn=each.ens.mrn,
            country=request.country,
            from_outside=True,
        )
        resolve_line(line, each, at=at)
