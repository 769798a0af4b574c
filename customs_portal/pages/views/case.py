"""One case: reading it, taking it, deciding it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from customs_portal.accounts.models import AccessLog, User
from customs_portal.clock import now
from customs_portal.pages.access import CASEWORK, READING, current_user, for_roles
from customs_portal.pages.looking import note_look, note_looks
from customs_portal.pages.reads import case as case_reads
from customs_portal.pages.reads import declaration
from customs_portal.pages.reads import ens as ens_reads
from customs_portal.pages.reads import measures as measure_reads
from customs_portal.pages.reads import names as name_reads
from customs_portal.pages.reads.superseded import looks_at
from customs_portal.reference import snapshot as reference
from risk import services
from risk.forms import DecisionForm
from risk.models import Case, Decision

ALL_ITEMS = 100_000


@require_safe
@for_roles(READING)
def review(request: HttpRequest, case_id: int) -> HttpResponse:
    """Show a case with what is declared, why it stands here, and what can be decided."""
    return _page(request, _visible(request, case_id), None)


def _visible(request: HttpRequest, case_id: int) -> Case:
    """Return the case; raises Http404 as much for one that is hidden as for one that is not."""
    cases = Case.objects.visible_to(current_user(request)).select_related("ens", "assignee")
    found = cases.filter(pk=case_id).first()
    if found is None:
        raise Http404
    return found


def _page(
    request: HttpRequest, case: Case, refused: Callable[[DecisionForm], None] | None
) -> HttpResponse:
    """Show the case, with the form as it was sent where `refused` says why it was refused."""
    user, at = current_user(request), now()
    note_look(request, AccessLog.What.CASE, case.pk, ens=case.ens_id)
    snapshot = reference.current(at)
    [document, *_others] = ens_reads.current_documents(case.ens)
    head, choices = case_reads.read(case, document, user, snapshot, at)
    form = DecisionForm(_resent(request.POST, case) if refused else None, choices=choices)
    if refused:
        refused(form)
    limit = ALL_ITEMS if request.GET.get("items") == "all" else declaration.ITEMS_SHOWN
    view = ens_reads.read(case.ens, document, user, snapshot, at, items=limit)
    note_looks(request, looks_at(view.superseded))
    context: dict[str, Any] = {
        "case": head,
        "ens": view,
        "names": name_reads.of_ens(case.ens, user),
        "form": form,
        "summary": _summary(form),
    }
    status = 422 if refused else 200
    return render(request, "pages/review.html", context, status=status)


def _resent(sent: QueryDict, case: Case) -> QueryDict:
    """Return the form as sent, on the revision that the officer is shown now."""
    kept = sent.copy()
    kept["revision"] = str(case.revision)
    return kept


def _summary(form: DecisionForm) -> list[tuple[str, str]]:
    """Return the errors of the form with the field that each leads to."""
    return [
        (name if name in form.fields else "decision", str(text))
        for name, errors in form.errors.items()
        for text in errors
    ]


@require_POST
@for_roles(CASEWORK)
def claim(request: HttpRequest, case_id: int) -> HttpResponse:
    """Take the case."""
    return _move(request, case_id, services.claim, _("The case is yours."))


@require_POST
@for_roles(CASEWORK)
def give_back(request: HttpRequest, case_id: int) -> HttpResponse:
    """Give the case back to the office."""
    return _move(request, case_id, services.give_back, _("The case is back in the queue."))


def _move(
    request: HttpRequest, case_id: int, verb: Callable[..., list[Any]], done: str
) -> HttpResponse:
    case = _visible(request, case_id)
    with transaction.atomic():
        [result] = verb([case.pk], officer=current_user(request), at=now())
    if isinstance(result, services.Refused):
        for finding in result.findings:
            messages.error(request, finding.text)
    else:
        messages.success(request, done)
    return redirect("review", case.pk)


@require_POST
@for_roles(CASEWORK)
def decide(request: HttpRequest, case_id: int) -> HttpResponse:
    """Decide the case, or show the form again with what stands against it."""
    case, user, at = _visible(request, case_id), current_user(request), now()
    [document, *_others] = ens_reads.current_documents(case.ens)
    _head, choices = case_reads.read(case, document, user, reference.current(at), at)
    form = DecisionForm(request.POST, choices=choices)
    if not form.is_valid():
        return _page(request, case, lambda again: None)
    if form.cleaned_data["verb"] == Decision.Verb.DO_NOT_LOAD and "confirmed" not in request.POST:
        return _confirm(request, case, form)
    refused = _carry_out(services.DecisionOrder(case=case.pk, **form.values()), user)
    if refused is None:
        messages.success(request, _done(case, form))
        return redirect("queue")
    return _page(request, _visible(request, case_id), lambda again: _add(again, refused))


def _confirm(request: HttpRequest, case: Case, form: DecisionForm) -> HttpResponse:
    """Ask once more, saying exactly what goes to whom once another officer has signed."""
    kept = [(name, text) for name, text in request.POST.items() if name in form.fields]
    order = form.values()
    preview = measure_reads.preview(case.ens, order["subject"], order["reference"], now())
    context = {"case": case, "kept": kept, "preview": preview, "order": order}
    return render(request, "pages/confirm_do_not_load.html", context)


def _carry_out(order: services.DecisionOrder, user: User) -> services.Refused | None:
    with transaction.atomic():
        [result] = services.decide([order], officer=user, at=now())
    return result if isinstance(result, services.Refused) else None


def _add(form: DecisionForm, refused: services.Refused) -> None:
    """Put the findings of a refusal beside the fields that they are about."""
    form.is_valid()
    for finding in refused.findings:
        field = finding.location if finding.location in form.fields else None
        form.add_error(field, finding.text)


def _done(case: Case, form: DecisionForm) -> str:
    verbs = dict(form.fields["verb"].choices)  # type: ignore[attr-defined]
    if form.cleaned_data["verb"] == Decision.Verb.DO_NOT_LOAD:
        return _("%s: do not load proposed. Another officer has to sign.") % case.ens.mrn
    told = _("The trader is told.") if form.announced() else _("The trader is not told.")
    return format_html("{}: {}. {}", case.ens.mrn, verbs[form.cleaned_data["verb"]], told)
