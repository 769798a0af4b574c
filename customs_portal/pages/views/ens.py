"""One ENS: what is declared, what was found, what happened."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from customs_portal.accounts.models import AccessLog
from customs_portal.clock import now
from customs_portal.pages.access import CASEWORK, READING, current_user, for_roles
from customs_portal.pages.looking import note_look, note_looks
from customs_portal.pages.reads import declaration
from customs_portal.pages.reads import ens as reads
from customs_portal.pages.reads import measures as measure_reads
from customs_portal.pages.reads.superseded import looks_at
from customs_portal.pages.views.traffic import TrafficForm
from customs_portal.reference import snapshot as reference
from declarations.models import Ens
from declarations.subjects import declared_in
from declarations.whole import whole
from risk.models import Case


@require_safe
@for_roles(READING)
def ens(request: HttpRequest, mrn: str) -> HttpResponse:
    """Show an ENS, whether or not anybody has to work on it."""
    found = Ens.objects.with_parts_visible_to(current_user(request)).filter(mrn=mrn).first()
    if found is None:
        raise Http404
    note_look(request, AccessLog.What.ENS, found.mrn, ens=found.pk)
    return show(request, found)


def show(request: HttpRequest, found: Ens) -> HttpResponse:
    """Show the ENS, whose look is recorded."""
    user, at = current_user(request), now()
    asked = declaration.asked(request.GET)
    documents = declared_in(found)
    document = whole(documents)
    view = reads.read(found, document, documents, user, reference.current(at), at, asked=asked)
    note_looks(request, looks_at(view.superseded))
    case = Case.objects.visible_to(user).filter(ens=found).order_by("-pk").first()
    context: dict[str, Any] = {"ens": view, "case": case, "may_work": user.role in CASEWORK}
    context |= {
        "goods": measure_reads.goods_rows(
            found, document, user, at, page=request.GET.get("goods", "")
        ),
        "terminals": measure_reads.terminals_waiting(found),
        "refusals": measure_reads.refusal_reasons(at),
    }
    context["subjects"] = measure_reads.refusable(found, document)
    context["may_act"] = context["may_work"] and any(
        row.verbs or row.blocked for row in context["goods"]
    )
    if context["may_work"] and not view.limits.lodged_in:
        context["traffic_form"] = TrafficForm(initial={"traffic": view.limits.traffic})
    return render(request, "pages/ens.html", context)
