"""A trader's own filings."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from customs_portal.accounts import policies
from customs_portal.accounts.models import AccessLog
from customs_portal.clock import now
from customs_portal.pages.access import TRADERS, current_user, for_roles
from customs_portal.pages.looking import note_look
from customs_portal.pages.reads import trader as reads
from customs_portal.pages.reads.declaration import asked
from customs_portal.pages.reads.referrals import asked_of
from customs_portal.pages.reads.trader_links import expected_of
from customs_portal.reference import snapshot as reference
from declarations.models import Filing


@require_safe
@for_roles(TRADERS)
def home(request: HttpRequest) -> HttpResponse:
    """Show what needs the trader's attention, then all filings, newest first."""
    user, at = current_user(request), now()
    typed = request.GET.get("q", "").strip()
    filings = Filing.objects.visible_to(user).order_by("-lodged_at", "-pk")
    found = reads.matching(filings, typed) if typed else filings
    page = Paginator(found, reads.PAGE_SIZE).get_page(request.GET.get("page"))
    eoris = policies.reading_eoris(user)
    questions, refused = asked_of(eoris, at, only_open=True), reads.refused(user, at)
    expected = expected_of(eoris, at)
    context = {
        "operators": reads.operators(user),
        "questions": questions,
        "refused": refused,
        "expected": expected,
        "attention": len(questions) + len(refused) + len(expected),
        "page": page,
        "rows": reads.rows(list(page.object_list), eoris, at),
        "typed": typed,
    }
    return render(request, "pages/trader_home.html", context)


@require_safe
@for_roles(TRADERS)
def filing(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one filing with what the trader was told of it."""
    user, at = current_user(request), now()
    found = Filing.objects.visible_to(user).filter(pk=pk).first()
    if found is None:
        raise Http404
    note_look(request, AccessLog.What.FILING, found)
    page = asked(request.GET).filings
    view = reads.filing_page(found, user, reference.current(at), at, below=page)
    return render(request, "pages/trader_filing.html", {"filing": view})
