"""The inbox of our offices of subsequent entry."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from customs_portal.accounts import policies
from customs_portal.clock import now
from customs_portal.looks import Look
from customs_portal.pages.access import READING, current_user, for_roles
from customs_portal.pages.looking import How, What, note_looks
from customs_portal.pages.reads import subsequent_entry as reads

PAGE_SIZE = 50


@require_safe
@for_roles(READING)
def inbox(request: HttpRequest) -> HttpResponse:
    """Show what other offices of first entry have told the user's offices, newest first."""
    user = current_user(request)
    page = Paginator(reads.notices(user), PAGE_SIZE).get_page(request.GET.get("page"))
    looks = [Look(what=What.ENS.value, reference=n.ens.mrn, ens=n.ens_id) for n in page.object_list]
    note_looks(request, looks, how=How.LISTED)
    context = {
        "page": page,
        "rows": reads.rows(list(page.object_list), now()),
        "offices": sorted(policies.office_references(user)),
    }
    return render(request, "pages/subsequent_entry.html", context)
