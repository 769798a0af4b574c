"""Goods that somebody finds aboard or ashore and that the arrival did not name."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.db.models import Max
from django.utils.translation import gettext as _

from customs_portal.accounts.models import User
from customs_portal.events.services import NewEvent, record_many
from declarations import policies
from declarations.arrivals import Reported
from declarations.events import ARRIVAL_FOUND
from declarations.models import Arrival, ArrivalLine, SearchKey
from declarations.services.locks import assert_in_transaction
from declarations.services.reconcile import resolve_declared
from declarations.services.results import Changed, Refused, refused
from declarations.services.unmatched import ask_or_hold

MOST_AT_ONCE = 999


class FoundGoods(msgspec.Struct, frozen=True, kw_only=True):
    """What was found with an arrival, and who told it."""

    arrival: int
    lines: tuple[Reported, ...]
    note: str = ""


def report_found(
    reports: Sequence[FoundGoods], *, officer: User, at: datetime
) -> list[Changed | Refused]:
    """Add goods to arrivals; what has no declaration is asked about or held. One result for each.

    Goods of a declaration that is waited for have arrived by this.
    """
    assert_in_transaction()
    rows = Arrival.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
    arrivals = rows.in_bulk([report.arrival for report in reports])
    return [_report(each, arrivals.get(each.arrival), officer, at) for each in reports]


def _report(
    report: FoundGoods, arrival: Arrival | None, officer: User, at: datetime
) -> Changed | Refused:
    if arrival is None or not policies.may_reconcile(officer, arrival, at):
        return refused("not_found", _("There is no such arrival for you."))
    against = _against(report)
    if against:
        return against
    lines = _store(report, arrival)
    data = {"arrival": arrival.pk, "means": arrival.means or arrival.reference, "note": report.note}
    what = ", ".join(map(str, lines[:5]))
    record_many(
        [NewEvent(kind=ARRIVAL_FOUND, at=at, actor=officer.pk, data={**data, "what": what})]
    )
    resolve_declared(_perhaps(report.lines), at=at)
    left = ArrivalLine.objects.open().filter(pk__in=[line.pk for line in lines])
    ask_or_hold(list(left.order_by("number")), arrival=arrival, at=at)
    return Changed(id=arrival.pk)


def _against(report: FoundGoods) -> Refused | None:
    if not report.lines or len(report.lines) > MOST_AT_ONCE:
        return refused("lines", _("Name what was found, at most 999 lines at once."), "lines")
    if any(not (each.mrn or each.container or each.document) for each in report.lines):
        return refused("lines", _("Name an MRN, a container or a transport document."), "lines")
    return None


def _store(report: FoundGoods, arrival: Arrival) -> list[ArrivalLine]:
    last = arrival.lines.aggregate(last=Max("number"))["last"] or 0
    return ArrivalLine.objects.bulk_create(
        ArrivalLine(
            arrival=arrival,
            number=number,
            state=ArrivalLine.State.UNMATCHED,
            mrn=line.mrn,
            country=line.country,
            container=line.container,
            document=line.document,
            items=list(line.items),
            description=line.description,
            from_outside=line.from_outside,
        )
        for number, line in enumerate(report.lines, start=last + 1)
    )


def _perhaps(lines: Sequence[Reported]) -> list[int]:
    """Return the ENS whose goods these may be; the time of arrival is compared later."""
    values = {text for line in lines for text in (line.mrn, line.container, line.document) if text}
    keys = SearchKey.objects.filter(kind__in=("mrn", "equipment", "document"), value__in=values)
    return list(keys.values_list("ens", flat=True).distinct())
