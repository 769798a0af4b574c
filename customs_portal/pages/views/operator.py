"""One operator of the register."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from customs_portal.accounts import policies
from customs_portal.accounts.models import AccessLog
from customs_portal.clock import now
from customs_portal.pages.access import READING, current_user, for_roles
from customs_portal.pages.looking import note_look
from customs_portal.pages.reads import operator as reads


@require_safe
@for_roles(READING)
def operator(request: HttpRequest, eori: str) -> HttpResponse:
    """Show what the register says of an EORI number and what the user sees of its declarations.

    A number of which the user keeps out, and one that nobody has used, do not exist.
    """
    user, at = current_user(request), now()
    if "\x00" in eori or eori.upper() in policies.recused_eoris(user):
        raise Http404
    page = reads.read(eori, user, at)
    if page.operator is None and not page.ens:
        raise Http404
    note_look(request, AccessLog.What.OPERATOR, eori)
    return render(request, "pages/operator.html", {"page": page})
