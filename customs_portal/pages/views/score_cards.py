"""Score cards of filers: all of them for officials, its own for a trader."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from customs_portal.accounts import policies
from customs_portal.accounts.models import AccessLog, Operator
from customs_portal.clock import now
from customs_portal.pages.access import READING, TRADERS, current_user, for_roles
from customs_portal.pages.looking import note_look
from customs_portal.pages.reads import company
from customs_portal.pages.reads import score_card as reads
from declarations.checks.quality.flags import FlagKind


@require_safe
@for_roles(READING)
def score_cards(request: HttpRequest) -> HttpResponse:
    """Show the filers of a month, and how good the model of descriptions is."""
    user, at = current_user(request), now()
    month = reads.month_of(request.GET.get("month", ""), at)
    page, rows = reads.filers(user, month, request.GET.get("page"))
    context = {
        "page": page,
        "rows": rows,
        "month": month,
        "months": reads.months_until(at),
        "measure": reads.newest_measure(),
    }
    return render(request, "pages/score_cards.html", context)


@require_safe
@for_roles(READING)
def score_card(request: HttpRequest, eori: str) -> HttpResponse:
    """Show officials the card of a filer; one of which the user keeps out does not exist."""
    user = current_user(request)
    operator = None if "\x00" in eori else Operator.objects.filter(eori=eori).first()
    if operator is None or eori.upper() in policies.recused_eoris(user):
        raise Http404
    note_look(request, AccessLog.What.OPERATOR, eori)
    context = {
        "eori": eori,
        "name": policies.name_for(user, operator),
        "card": reads.card(eori, now(), tuple(FlagKind)),
    }
    return render(request, "pages/score_card.html", context)


@require_safe
@for_roles(TRADERS)
def own_score_card(request: HttpRequest, eori: str) -> HttpResponse:
    """Show a trader the card of its own company."""
    operator = company.own(current_user(request)).filter(eori=eori).first()
    if operator is None:
        raise Http404
    note_look(request, AccessLog.What.OPERATOR, operator.eori)
    context = {"operator": operator, "card": reads.card(operator.eori, now())}
    return render(request, "pages/company_score_card.html", context)
