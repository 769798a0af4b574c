"""The queue of open cases."""

from datetime import datetime
from typing import Any, cast

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django_htmx.middleware import HtmxDetails

from customs_portal.accounts.models import User
from customs_portal.clock import now
from customs_portal.looks import Look
from customs_portal.pages.access import CASEWORK, READING, current_user, for_roles
from customs_portal.pages.looking import How, What, note_looks
from customs_portal.pages.office import Desk, national_offices
from customs_portal.pages.reads import queue as rows
from customs_portal.pages.reads import queue_page as reads
from customs_portal.reference import snapshot as reference
from customs_portal.reference.opening import Opening, opening_of
from risk.filters import CaseFilterSet
from risk.models import Case
from risk.querysets import CaseQuerySet, place_of

OF_ONE_PAGE = ("after", "before", "newest", "shown")
"""What an address says about one page of a view, and not about the view."""
MOST_SHOWN = 2 * rows.PAGE_SIZE


@require_safe
@for_roles(READING)
def queue(request: HttpRequest) -> HttpResponse:
    """Show the open cases that the user sees; htmx gets only the counts and what has changed."""
    user, at = current_user(request), now()
    chosen = _chosen(request.GET, user)
    filters = CaseFilterSet(chosen, queryset=reads.base(user, str(chosen["tab"])), request=request)
    found = cast(
        "CaseQuerySet[Case]", filters.qs if filters.is_valid() else filters.queryset.none()
    )
    counts = reads.counts(reads.scope(user), at)
    query = view_of(chosen)
    context: dict[str, Any] = {"counts": counts, "tab": chosen.get("tab", ""), "query": query}
    if cast("HtmxDetails", request.htmx):  # type: ignore[attr-defined]
        context |= _since(request.GET, found, user, at)
        return render(request, "pages/queue.html#live", context)
    context |= {"filters": filters, "tabs": reads.tabs(user, counts)}
    whole = counts.open if query == f"tab={reads.default_tab(user)}" else None
    context |= _page(request, found, user, at, whole)
    context["is_saved"] = any(view.query == query for view in context["views"])
    return render(request, "pages/queue.html", context)


def _chosen(parameters: QueryDict, user: User) -> QueryDict:
    """Return what the address says, with the tab that the queue begins with where it says none."""
    chosen = parameters.copy()
    chosen.setdefault("tab", reads.default_tab(user))
    return chosen


def view_of(parameters: QueryDict) -> str:
    """Return the view as a query string: the filters that are set, without the page."""
    kept = QueryDict(mutable=True)
    for name in CaseFilterSet.base_filters:
        if value := parameters.get(name):
            kept[name] = value
    return kept.urlencode()


def _page(
    request: HttpRequest, found: CaseQuerySet[Case], user: User, at: datetime, whole: int | None
) -> dict[str, Any]:
    """Return a page of what was found; `whole` is how much that is, where it is known."""
    snapshot = reference.current(at)
    if request.GET.get("q"):
        found, size = reads.looked_up(found)
    else:
        size = reads.size(found) if whole is None else whole
    page = reads.stretch(
        found.select_related("ens", "assignee").only(*rows.READ),
        after=place_of(request.GET.get("after", "")),
        before=place_of(request.GET.get("before", "")),
    )
    looks = [
        Look(what=What.CASE.value, reference=str(case.pk), ens=case.ens_id) for case in page.cases
    ]
    note_looks(request, looks, how=How.LISTED)
    return {
        "page": page,
        "rows": rows.rows(page.cases, user, at),
        "shown": ",".join(str(case.pk) for case in page.cases),
        "size": size,
        "most_counted": reads.MOST_COUNTED,
        "offices": [(each.reference, each.name) for each in national_offices(snapshot)],
        "views": reads.saved_views(user),
        "may_work": user.role in CASEWORK,
        "opening": _opening(request, at),
    }


def _opening(request: HttpRequest, at: datetime) -> Opening | None:
    """Return whether the office of the user is open; None for who has none."""
    desk: Desk = request.desk  # type: ignore[attr-defined]  # the middleware puts it there
    return opening_of(desk.office.reference, desk.zone, at) if desk.office else None


def _since(sent: QueryDict, found: CaseQuerySet[Case], user: User, at: datetime) -> dict[str, Any]:
    """Return how many cases of this view came after those on the page, and how these stand now."""
    newest = sent.get("newest", "")
    is_known = newest.isdecimal() and len(newest) < 19
    return {
        "fresh": found.filter(pk__gt=int(newest)).count() if is_known else 0,
        "moved": reads.moved(numbers(sent.get("shown", "").split(","))[:MOST_SHOWN], user, at),
    }


def numbers(texts: list[str]) -> list[int]:
    """Return the numbers among the texts that can be the id of a row."""
    return [int(each) for each in texts if each.isascii() and each.isdecimal() and len(each) < 19]
