"""The queue of open cases."""

from datetime import datetime
from typing import cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe
from django_htmx.middleware import HtmxDetails

from customs_portal.accounts.models import User
from customs_portal.clock import now
from customs_portal.looks import Look
from customs_portal.pages.access import CASEWORK, READING, current_user, for_roles
from customs_portal.pages.looking import How, What, note_looks
from customs_portal.pages.office import Desk, national_offices
from customs_portal.pages.reads import queue as reads
from customs_portal.reference import snapshot as reference
from customs_portal.reference.opening import Opening, opening_of
from risk import services
from risk.filters import CaseFilterSet
from risk.models import Case
from risk.querysets import CaseQuerySet

MOST_SELECTED = 200


@require_safe
@for_roles(READING)
def queue(request: HttpRequest) -> HttpResponse:
    """Show the open cases that the user sees; htmx gets only the counts and what is new."""
    user, at = current_user(request), now()
    visible = Case.objects.open().visible_to(user)
    filters = CaseFilterSet(request.GET, queryset=visible, request=request)
    found = cast("CaseQuerySet[Case]", filters.qs) if filters.is_valid() else visible.none()
    context = {"counts": reads.counts(visible, user, at), "query": _query(request.GET)}
    if cast("HtmxDetails", request.htmx):  # type: ignore[attr-defined]
        context |= {"fresh": _fresh(request, found)}
        return render(request, "pages/queue.html#live", context)
    ordered = found.in_queue_order().select_related("ens", "assignee")
    page = Paginator(ordered, reads.PAGE_SIZE).get_page(request.GET.get("page"))
    note_looks(request, [_look(case) for case in page.object_list], how=How.LISTED)
    context |= {
        "filters": filters,
        "page": page,
        "rows": reads.rows(list(page.object_list), user, at),
        "newest": reads.newest(visible),
        "offices": national_offices(reference.current(at)),
        "may_work": user.role in CASEWORK,
        "opening": _opening(request, at),
    }
    return render(request, "pages/queue.html", context)


def _opening(request: HttpRequest, at: datetime) -> Opening | None:
    """Return whether the office of the user is open; None for who has none."""
    desk: Desk = request.desk  # type: ignore[attr-defined]  # the middleware puts it there
    return opening_of(desk.office.reference, desk.zone, at) if desk.office else None


def _look(case: Case) -> Look:
    return Look(what=What.CASE.value, reference=str(case.pk), ens=case.ens_id)


def _query(parameters: QueryDict) -> str:
    """Return the view as a query string, without what belongs to one page of it."""
    kept = parameters.copy()
    for name in ("page", "newest"):
        kept.pop(name, None)
    return kept.urlencode()


def _fresh(request: HttpRequest, found: CaseQuerySet[Case]) -> int:
    """Return how many cases of this view came after those on the page."""
    newest = request.GET.get("newest", "")
    return found.filter(pk__gt=int(newest)).count() if newest.isdecimal() else 0


@require_POST
@for_roles(CASEWORK)
def claim_next(request: HttpRequest) -> HttpResponse:
    """Give the officer the case with the least time left that nobody has."""
    with transaction.atomic():
        case = services.claim_next(officer=current_user(request), at=now())
    if case is None:
        messages.info(request, _("No open case is without an officer."))
        return redirect("queue")
    return redirect("review", case.pk)


@require_POST
@for_roles(CASEWORK)
def claim_selected(request: HttpRequest) -> HttpResponse:
    """Claim the selected cases, or say of which one that was not possible."""
    ids = [int(each) for each in request.POST.getlist("case") if each.isdecimal()]
    if not ids:
        messages.error(request, _("Select cases first."))
        return redirect("queue")
    _claim(request, ids[:MOST_SELECTED], current_user(request))
    return redirect("queue")


def _claim(request: HttpRequest, ids: list[int], user: User) -> None:
    with transaction.atomic():
        results = services.claim(ids, officer=user, at=now())
    done = sum(isinstance(result, services.Changed) for result in results)
    if done:
        text = ngettext("%d case is yours.", "%d cases are yours.", done) % done
        messages.success(request, text)
    refused = [result for result in results if isinstance(result, services.Refused)]
    for text in dict.fromkeys(found.text for each in refused for found in each.findings):
        messages.error(request, text)
