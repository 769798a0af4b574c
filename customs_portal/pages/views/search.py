"""Search by identifier."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from customs_portal.pages.access import READING, current_user, for_roles
from customs_portal.pages.reads import search as reads


@require_safe
@for_roles(READING)
def search(request: HttpRequest) -> HttpResponse:
    """Show what was found; a whole MRN leads straight to its ENS."""
    typed = request.GET.get("q", "").strip()
    found = reads.search(current_user(request), typed)
    if len(found) == 1 and found[0].mrn == typed.upper():
        return redirect("ens", found[0].mrn)
    context = {
        "typed": typed,
        "found": found,
        "most": reads.MOST,
        "too_short": bool(typed) and len(typed) < reads.SHORTEST,
    }
    return render(request, "pages/search.html", context)
