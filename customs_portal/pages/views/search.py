"""Search by identifier; beyond one's own offices only with a stated reason."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from customs_portal.clock import now
from customs_portal.looks import Look
from customs_portal.pages.access import CASEWORK, READING, current_user, for_roles
from customs_portal.pages.looking import How, What, note_look, note_looks
from customs_portal.pages.reads import search as reads
from customs_portal.pages.views.ens import show
from declarations.models import Ens


@require_safe
@for_roles(READING)
def search(request: HttpRequest) -> HttpResponse:
    """Show what was found; a whole MRN leads straight to its ENS."""
    typed = _typed(request.GET.get("q", ""))
    searched = reads.search(current_user(request), typed)
    found = searched.found
    if typed:
        note_look(request, What.SEARCH, typed)
    if len(found) == 1 and found[0].mrn == typed.upper():
        return redirect("ens", found[0].mrn)
    note_looks(request, _looks(found), how=How.LISTED)
    return _page(request, typed, found, is_cut=searched.is_cut)


@require_POST
@for_roles(CASEWORK)
def everywhere(request: HttpRequest) -> HttpResponse:
    """Search the ENS of all offices, for a reason that is recorded with what was found."""
    typed = _typed(request.POST.get("q", ""))
    reason = request.POST.get("reason", "").replace("\x00", "").strip()
    if len(reason) < reads.SHORTEST_REASON:
        return _page(request, typed, [], status=422, reason=reason, is_refused=True)
    note_look(request, What.SEARCH, typed, how=How.ELSEWHERE, reason=reason)
    found = reads.search_everywhere(typed, user=current_user(request))
    note_looks(request, _looks(found), how=How.ELSEWHERE, reason=reason)
    return _page(request, typed, found, reason=reason, is_everywhere=True)


@require_safe
@for_roles(CASEWORK)
def ens_elsewhere(request: HttpRequest, mrn: str) -> HttpResponse:
    """Show an ENS of another office to whoever found it by a search with a reason just now."""
    user = current_user(request)
    if Ens.objects.visible_to(user).filter(mrn=mrn).exists():
        return redirect("ens", mrn)
    found = reads.elsewhere(user).filter(mrn=mrn).first()
    reason = reads.stated_reason(user, found, now()) if found else None
    if found is None or reason is None:
        raise Http404
    note_look(request, What.ENS, found.mrn, ens=found.pk, how=How.ELSEWHERE, reason=reason)
    return show(request, found)


def _typed(text: str) -> str:
    return text.replace("\x00", "").strip()


def _looks(found: list[reads.Found]) -> list[Look]:
    return [Look(what=What.ENS.value, reference=each.mrn, ens=each.id) for each in found]


def _page(
    request: HttpRequest, typed: str, found: list[reads.Found], status: int = 200, **more: object
) -> HttpResponse:
    context = {
        "typed": typed,
        "found": found,
        "most": reads.MOST,
        "too_short": bool(typed) and len(typed) < reads.SHORTEST,
        "may_search_everywhere": current_user(request).role in CASEWORK,
        **more,
    }
    return render(request, "pages/search.html", context, status=status)
