"""Audit: the trail of a day, unusual look-ups, and both as files."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from customs_portal.accounts.models import Role
from customs_portal.clock import now
from customs_portal.pages.access import current_user, for_roles
from customs_portal.pages.days import day_of_this_age
from customs_portal.pages.exports import (
    LONGEST_PURPOSE,
    csv_response,
    json_lines_response,
    watermark,
)
from customs_portal.pages.looking import How, What, note_look
from customs_portal.pages.reads import look_ups as look_up_reads
from customs_portal.pages.reads import trail as reads

AUDIT = frozenset({Role.AUDITOR})
LOOKING_AFTER = frozenset({Role.AUDITOR, Role.SUPERVISOR})
SHORTEST_PURPOSE = 10
Rows = Iterable[Sequence[object]]


@require_safe
@for_roles(AUDIT)
def trail(request: HttpRequest) -> HttpResponse:
    """Show the trail of a day."""
    wanted = _wanted(request.GET)
    note_look(request, What.TRAIL, _reference(wanted))
    lines = reads.trail(wanted, current_user(request))
    context = {"lines": lines, "wanted": wanted, "is_cut": len(lines) == reads.MOST_SHOWN}
    return render(request, "pages/trail.html", context)


@require_POST
@for_roles(AUDIT)
def export_trail(request: HttpRequest) -> HttpResponse:
    """Return the trail of a day as a file, for a purpose that is recorded."""
    wanted = _wanted(request.POST)
    if not _purpose(request):
        return _refuse(request, "audit")
    lines = reads.trail(wanted, current_user(request), most=reads.MOST_EXPORTED)
    return _file(request, "Audit trail", reads.COLUMNS, map(reads.cells, lines), _reference(wanted))


@require_safe
@for_roles(LOOKING_AFTER)
def look_ups(request: HttpRequest) -> HttpResponse:
    """Show unusual look-ups of a period."""
    first, last = _period(request.GET)
    note_look(request, What.TRAIL, f"look-ups {first} {last}")
    found = look_up_reads.look_ups(current_user(request), first, last, _zone())
    context = {"found": found, "first": first, "last": last}
    return render(request, "pages/look_ups.html", context)


@require_POST
@for_roles(LOOKING_AFTER)
def export_look_ups(request: HttpRequest) -> HttpResponse:
    """Return unusual look-ups as a file, for a purpose that is recorded."""
    first, last = _period(request.POST)
    if not _purpose(request):
        return _refuse(request, "look_ups")
    found = look_up_reads.look_ups(current_user(request), first, last, _zone())
    rows = [[getattr(line, name) for name in look_up_reads.COLUMNS] for line in found]
    reference = f"look-ups {first} {last}"
    return _file(request, "Unusual look-ups", look_up_reads.COLUMNS, rows, reference)


def _file(
    request: HttpRequest, title: str, columns: Sequence[str], rows: Rows, reference: str
) -> HttpResponse:
    purpose = _purpose(request)
    note_look(request, What.TRAIL, reference, how=How.EXPORTED, reason=purpose)
    write = json_lines_response if request.POST.get("format") == "jsonl" else csv_response
    return write(watermark(request, title, purpose), columns, rows)


def _purpose(request: HttpRequest) -> str:
    """Return what the export is for, empty where too little is said."""
    said = _text(request.POST.get("purpose", ""))[:LONGEST_PURPOSE]
    return said if len(said) >= SHORTEST_PURPOSE else ""


def _refuse(request: HttpRequest, page: str) -> HttpResponse:
    messages.error(request, _("Say in at least 10 signs what the file is for."))
    return redirect(page)


def _wanted(asked: QueryDict) -> reads.Wanted:
    return reads.Wanted(
        day=day_of_this_age(asked.get("day", "")) or timezone.localdate(now()),
        who=_text(asked.get("who", ""))[:150],
        about=_text(asked.get("about", ""))[:70],
        whose="all" if asked.get("whose") == "all" else "people",
    )


def _reference(wanted: reads.Wanted) -> str:
    return f"{wanted.day} {wanted.who} {wanted.about}".strip()


def _period(asked: QueryDict) -> tuple[date, date]:
    first, last = look_up_reads.default_period(timezone.localdate(now()))
    return day_of_this_age(asked.get("from", "")) or first, day_of_this_age(
        asked.get("to", "")
    ) or last


def _zone() -> str:
    return timezone.get_current_timezone_name()


def _text(text: str) -> str:
    return text.replace("\x00", "").strip()
