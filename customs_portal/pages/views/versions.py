"""The versions of a declaration compared, for officials and for the trader."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from customs_portal.accounts import policies
from customs_portal.accounts.models import AccessLog
from customs_portal.clock import now
from customs_portal.pages.access import READING, TRADERS, current_user, for_roles
from customs_portal.pages.looking import note_look
from customs_portal.pages.reads import versions as reads
from customs_portal.pages.reads.trader import is_own
from declarations.models import Ens, Filing


@require_safe
@for_roles(READING)
def of_ens(request: HttpRequest, mrn: str) -> HttpResponse:
    """Show what two versions of an ENS say differently, and the hits gained and lost."""
    user = current_user(request)
    found = Ens.objects.visible_to(user).filter(mrn=mrn).first()
    if found is None:
        raise Http404
    note_look(request, AccessLog.What.ENS, found.mrn, ens=found.pk)
    old, new = request.GET.get("from", ""), request.GET.get("to", "")
    compared = reads.of_ens(found, old, new, user=user, at=now())
    return render(request, "pages/versions.html", {"ens": found, "compared": compared})


@require_safe
@for_roles(TRADERS)
def of_filing(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a trader what two versions of an own filing say differently."""
    user = current_user(request)
    found = Filing.objects.visible_to(user).exclude(mrn=None).filter(pk=pk).first()
    if found is None or not is_own(found, policies.reading_eoris(user)):
        raise Http404
    note_look(request, AccessLog.What.FILING, found)
    compared = reads.of_filing(found, request.GET.get("from", ""), request.GET.get("to", ""))
    return render(request, "pages/trader_versions.html", {"filing": found, "compared": compared})
