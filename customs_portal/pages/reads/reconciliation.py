"""What was expected in a period, and what came: for an office, or for a trader's own filings."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from customs_portal.accounts import policies
from customs_portal.accounts.models import User
from customs_portal.pages.reads.voyages import LEG_WORDS
from declarations.lifecycle.entry_leg import LegState, leg_state
from declarations.models import ArrivalLine, ConsignmentLife, Ens, Filing
from declarations.outages import excused

MOST = 10_000


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One declaration, or something that came without one (then `mrn` may be empty)."""

    mrn: str
    what: str
    declarant: str
    means: str
    office: str
    expected: datetime
    state: str
    late: int | None
    excused: bool
    declared: bool = True


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """How many of the period stand where; what was diverted is expected elsewhere."""

    declared: int
    expected: int
    diverted: int
    arrived: int
    missing: int
    unmatched: int
    late: int


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """The report of a period; `complete` is False where it was cut off."""

    summary: Summary
    lines: list[Line]
    complete: bool


def of_office(user: User, begin: datetime, end: datetime, office: str) -> Report:
    """Return the report of what the user sees, or of one office."""
    seen = Ens.objects.visible_to(user).entering_here()
    ens = seen.filter(expected_arrival__range=(begin, end))
    unmatched = ArrivalLine.objects.visible_to(user).filter(
        arrival__arrived_at__range=(begin, end), ens__isnull=True
    )
    if office:
        ens = ens.filter(office_of_first_entry=office)
        unmatched = unmatched.filter(arrival__office=office)
    lines = unmatched.select_related("arrival").order_by("arrival__arrived_at", "pk")
    return _report(ens, list(lines[:MOST]))


def of_trader(user: User, begin: datetime, end: datetime) -> Report:
    """Return the report of the filings that the user's operators lodged themselves."""
    eoris = policies.operator_eoris(user)
    own = Filing.objects.visible_to(user).filter(sender__in=eoris, mrn__isnull=False)
    ens = Ens.objects.filter(members__filing__in=own, expected_arrival__range=(begin, end))
    return _report(ens, [])


def _report(ens: QuerySet[Ens], unmatched: Sequence[ArrivalLine]) -> Report:
    found = list(ens.order_by("expected_arrival", "pk")[: MOST + 1])
    complete, found = len(found) <= MOST, found[:MOST]
    filings = _filings(found)
    forgiven = excused(filings.values())
    states = _states(found)
    lines = [_line(each, filings[each.pk], states, forgiven) for each in found]
    coming = [each for each in found if each.status != Ens.Status.DIVERTED]
    legs = [states.get(each.pk, LegState.EXPECTED) for each in coming]
    summary = Summary(
        declared=len(found),
        expected=legs.count(LegState.EXPECTED),
        diverted=len(found) - len(coming),
        arrived=sum(leg not in (LegState.EXPECTED, LegState.NOT_ARRIVED) for leg in legs),
        missing=legs.count(LegState.NOT_ARRIVED),
        unmatched=sum(line.is_open for line in unmatched),
        late=sum(bool(line.late) and not line.excused for line in lines),
    )
    lines += [_undeclared(line) for line in unmatched]
    return Report(summary=summary, lines=lines, complete=complete)


def _filings(ens: Iterable[Ens]) -> dict[int, Filing]:
    ids = [each.pk for each in ens]
    rows = Filing.objects.filter(membership__ens__in=ids).select_related("membership")
    return {row.membership.ens_id: row for row in rows}


def _states(ens: Iterable[Ens]) -> dict[int, LegState]:
    ids = [each.pk for each in ens]
    goods: dict[int, set[str]] = {}
    rows = ConsignmentLife.objects.filter(filing__membership__ens__in=ids)
    for key, state in rows.values_list("filing__membership__ens", "goods").distinct():
        goods.setdefault(key, set()).add(state)
    return {key: leg_state(found) for key, found in goods.items()}


def _line(ens: Ens, filing: Filing, states: dict[int, LegState], forgiven: set[int]) -> Line:
    return Line(
        mrn=ens.mrn,
        what=filing.lrn,
        declarant=filing.declarant,
        means=ens.means,
        office=ens.office_of_first_entry,
        expected=ens.expected_arrival,
        state=_state(ens, filing, states),
        late=filing.late_minutes,
        excused=filing.pk in forgiven,
    )


def _state(ens: Ens, filing: Filing, states: dict[int, LegState]) -> str:
    if filing.status != Filing.Status.REGISTERED:
        return str(filing.get_status_display())
    if ens.status == Ens.Status.DIVERTED:
        return str(ens.get_status_display())
    return str(LEG_WORDS[states[ens.pk]][0])


def _undeclared(line: ArrivalLine) -> Line:
    return Line(
        mrn=line.mrn,
        what=str(line),
        declarant=line.arrival.notified_by,
        means=line.arrival.means,
        office=line.arrival.office,
        expected=line.arrival.arrived_at,
        state=str(line.get_state_display()),
        late=None,
        excused=False,
        declared=False,
    )


HEADINGS = (
    "MRN", "reference", "declarant", "means", "office", "expected (UTC)", "state", "minutes late",
)  # fmt: skip


def as_rows(report: Report) -> Iterable[tuple[str, ...]]:
    """Yield the report as rows of texts, the headings first."""
    yield HEADINGS
    for line in report.lines:
        late = "" if line.late is None else str(line.late)
        yield (
            line.mrn, line.what, line.declarant, line.means, line.office,
            f"{line.expected:%Y-%m-%d %H:%M}", line.state, late,
        )  # fmt: skip
    if not report.complete:
        yield (_("There are more; choose a shorter period."),)
