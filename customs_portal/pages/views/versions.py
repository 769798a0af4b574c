"""The versions of a declaration compared, for officials and for the trader."""

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from customs_portal.accounts import policies
from customs_portal.accounts.models import AccessLog
from customs_portal.clock import now
from customs_portal.pages.access import CASEWORK, READING, TRADERS, current_user, for_roles
from customs_portal.pages.looking import note_look
from customs_portal.pages.reads import versions as reads
from customs_portal.pages.reads.trader import is_own
from declarations.differences import Difference
from declarations.models import Ens, Filing
from declarations.policies import may_handle_ens
from declarations.services.reconfirm import reconfirm_all
from declarations.services.results import Refused

PAGE_SIZE = 200


@require_safe
@for_roles(READING)
def of_ens(request: HttpRequest, mrn: str) -> HttpResponse:
    """Show what two versions of an ENS say differently, and the hits gained and lost."""
    user = current_user(request)
    found = Ens.objects.with_parts_visible_to(user).filter(mrn=mrn).first()
    if found is None:
        raise Http404
    note_look(request, AccessLog.What.ENS, found.mrn, ens=found.pk)
    old, new = request.GET.get("from", ""), request.GET.get("to", "")
    compared = reads.of_ens(found, old, new, user=user, at=now())
    context = {
        "ens": found,
        "compared": compared,
        "page": _page(request, compared),
        "to_confirm": found.measures.to_reconfirm().order_by("pk"),
        "may_work": may_handle_ens(user, found.pk, now()),
    }
    return render(request, "pages/versions.html", context)


@require_POST
@for_roles(CASEWORK)
def keep(request: HttpRequest, mrn: str) -> HttpResponse:
    """Let the measures stand as they are on the version that the officer has read."""
    user = current_user(request)
    found = Ens.objects.visible_to(user).filter(mrn=mrn).first()
    if found is None:
        raise Http404
    version = request.POST.get("version", "")
    with transaction.atomic():
        results = reconfirm_all(
            found.pk, version=int(version) if version.isdecimal() else 0, officer=user, at=now()
        )
    done = sum(not isinstance(each, Refused) for each in results)
    if done:
        text = ngettext("%d measure is confirmed.", "%d measures are confirmed.", done)
        messages.success(request, text % done)
    refused = [each for each in results if isinstance(each, Refused)]
    for text in dict.fromkeys(each.text for result in refused for each in result.findings):
        messages.error(request, text)
    return redirect("ens_versions", found.mrn)


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
    context = {"filing": found, "compared": compared, "page": _page(request, compared)}
    return render(request, "pages/trader_versions.html", context)


def _page(request: HttpRequest, compared: reads.Comparison) -> Page[Difference]:
    """Return the differences asked for: of 9,999 houses each may have changed."""
    return Paginator(compared.differences, PAGE_SIZE).get_page(request.GET.get("page"))
