"""The reconciliation report, of an office and of a trader, as page and as CSV."""

from datetime import date, timedelta

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from customs_portal.clock import now
from customs_portal.looks import Look
from customs_portal.pages.access import READING, TRADERS, current_user, for_roles
from customs_portal.pages.days import day_of, midnight
from customs_portal.pages.exports import csv_response, watermark
from customs_portal.pages.frames import base_of
from customs_portal.pages.looking import How, What, note_looks
from customs_portal.pages.office import national_offices
from customs_portal.pages.reads import reconciliation as reads
from customs_portal.reference import snapshot as reference
from declarations.models import Ens

PAGE_SIZE = 100
DEFAULT, LONGEST = timedelta(days=7), timedelta(days=92)


@require_safe
@for_roles(READING | TRADERS)
def reconciliation(request: HttpRequest) -> HttpResponse:
    """Show what was expected in a period and what came; with `?csv=1` as a file."""
    user, at = current_user(request), now()
    first, last = _period(request, timezone.localtime(at).date())
    office = request.GET.get("office", "")
    begin, end = midnight(first), midnight(last + timedelta(days=1))
    is_trader = user.role in TRADERS
    report = (
        reads.of_trader(user, begin, end)
        if is_trader
        else reads.of_office(user, begin, end, office)
    )
    if "csv" in request.GET:
        _note(request, report.lines, How.EXPORTED)
        heading, *rows = reads.as_rows(report)
        return csv_response(watermark(request, f"Reconciliation {first} {last}"), heading, rows)
    page = Paginator(report.lines, PAGE_SIZE).get_page(request.GET.get("page"))
    _note(request, list(page.object_list), How.LISTED)
    context = {
        "base": base_of(request),
        "report": report,
        "page": page,
        "first": first,
        "last": last,
        "office": office,
        "offices": [] if is_trader else national_offices(reference.current(at)),
        "is_trader": is_trader,
    }
    return render(request, "pages/reconciliation.html", context)


def _note(request: HttpRequest, lines: list[reads.Line], how: How) -> None:
    """Log an official's looks; a trader's own filings are no look."""
    if current_user(request).role in TRADERS:
        return
    ids = dict(Ens.objects.filter(mrn__in=[line.mrn for line in lines]).values_list("mrn", "pk"))
    looks = [
        Look(what=What.ENS.value, reference=line.mrn, ens=ids[line.mrn])
        for line in lines
        if line.mrn in ids
    ]
    note_looks(request, looks, how=how)


def _period(request: HttpRequest, today: date) -> tuple[date, date]:
    """Return the first and the last day asked for, the last week where none is."""
    last = day_of(request.GET.get("to", "")) or today
    first = day_of(request.GET.get("from", "")) or last - DEFAULT
    return max(min(first, last), last - LONGEST), last
