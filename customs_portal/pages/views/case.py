"""One case: reading it, taking it, deciding it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from customs_portal.accounts.models import AccessLog
from customs_portal.clock import now
from customs_portal.pages import kept_forms
from customs_portal.pages.access import CASEWORK, READING, current_user, for_roles
from customs_portal.pages.looking import note_look, note_looks
from customs_portal.pages.reads import around, declaration
from customs_portal.pages.reads import case as case_reads
from customs_portal.pages.reads import ens as ens_reads
from customs_portal.pages.reads import measures as measure_reads
from customs_portal.pages.reads import names as name_reads
from customs_portal.pages.reads.choices import prepared
from customs_portal.pages.reads.referrals import files_of
from customs_portal.pages.reads.signers import signers_of
from customs_portal.pages.reads.superseded import looks_at
from customs_portal.pages.undoing import tell_decided, undo_time
from customs_portal.pages.verdict_form import VerdictForm
from customs_portal.pages.wording import time_left
from customs_portal.reference import snapshot as reference
from declarations.scanning import scanner
from declarations.subjects import current_document, declared_in
from declarations.whole import whole
from risk import services
from risk.forms import DecisionForm
from risk.models import Case, CaseNote, Decision, TextTemplate
from risk.services.verdicts import Verdict, judge_hits, open_screening


@require_safe
@for_roles(READING)
def review(request: HttpRequest, case_id: int) -> HttpResponse:
    """Show a case with what is declared, why it stands here, and what can be decided."""
    case = _visible(request, case_id)
    kept = kept_forms.take(request, case.pk, current_user(request))
    if kept is None:
        return _page(request, case, None)
    messages.warning(request, _("Your session had ended: nothing was decided. Your text is kept."))
    return _page(request, case, DecisionForm.forgive, kept, status=200)


def _visible(request: HttpRequest, case_id: int) -> Case:
    """Return the case; raises Http404 as much for one that is hidden as for one that is not."""
    cases = Case.objects.visible_to(current_user(request)).select_related("ens", "assignee")
    found = cases.filter(pk=case_id).first()
    if found is None:
        raise Http404
    return found


def _page(
    request: HttpRequest,
    case: Case,
    refused: Callable[[DecisionForm], None] | None,
    sent: QueryDict | None = None,
    *,
    status: int = 422,
    verdict: VerdictForm | None = None,
) -> HttpResponse:
    """Show the case, with the form as it was sent where `refused` says why it was refused.

    `verdict` is the refused answer to another State.
    """
    sent = request.POST if sent is None else sent
    user, at = current_user(request), now()
    note_look(request, AccessLog.What.CASE, case.pk, ens=case.ens_id)
    snapshot = reference.current(at)
    documents = declared_in(case.ens)
    document = whole(documents)
    head, choices = case_reads.read(case, document, user, snapshot, at)
    form = DecisionForm(
        _resent(sent, case) if refused else None,
        choices=choices,
        initial={"verb": request.GET.get("verb", ""), **prepared(case, choices)},
    )
    if refused:
        refused(form)
    asked = declaration.asked(request.GET)
    view = ens_reads.read(case.ens, document, documents, user, snapshot, at, asked=asked)
    note_looks(request, looks_at(view.superseded))
    context: dict[str, Any] = {
        "case": head,
        "ens": view,
        "names": name_reads.of_ens(case.ens, document, user),
        "around": around.read(case.ens, document, user, snapshot, at),
        "changed": around.changed_since(case.ens, str(sent.get("version", "")), user, at),
        "files": files_of(case.ens),
        "kinds": CaseNote.Kind.choices,
        "scanner": scanner() is not None,
        "form": form,
        "author": kept_forms.author_of(user),
        "summary": verdict.summary() if verdict else _summary(form),
        "screening": open_screening(case),
        "verdict": verdict or VerdictForm(),
    }
    status = status if refused or verdict else 200
    return render(request, "pages/review.html", context, status=status)


def _resent(sent: QueryDict, case: Case) -> QueryDict:
    """Return the form as sent, on the revision that the officer is shown now."""
    kept = sent.copy()
    kept["revision"] = str(case.revision)
    for use in TextTemplate.Use.values:
        _insert(kept, use)
    return kept


def _insert(kept: QueryDict, use: str) -> None:
    """Put the chosen text into its field, where the button for that was pressed."""
    if kept.get("insert") != use:
        return
    texts = TextTemplate.objects.filter(use=use, active=True)
    chosen = texts.filter(pk=_number(kept.get(f"{use}_template", ""))).first()
    if chosen:
        kept[use] = f"{kept.get(use, '').rstrip()}\n{chosen.text}".strip()


def _number(typed: str) -> int:
    return int(typed) if typed.isdecimal() and len(typed) < 10 else 0


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
    if "insert" in request.POST:
        return _page(request, case, DecisionForm.forgive)
    document = current_document(case.ens)
    _head, choices = case_reads.read(case, document, user, reference.current(at), at)
    form = DecisionForm(request.POST, choices=choices)
    if not form.is_valid():
        return _page(request, case, lambda again: None)
    if form.cleaned_data["verb"] == Decision.Verb.DO_NOT_LOAD and "confirmed" not in request.POST:
        return _confirm(request, case, form)
    order = services.DecisionOrder(case=case.pk, **form.values())
    with transaction.atomic():
        [result] = services.decide([order], officer=user, at=at, undo=undo_time())
    if isinstance(result, services.Refused):
        return _page(request, _visible(request, case_id), lambda again: _add(again, result))
    tell_decided(request, case, form, result)
    return redirect("queue")


@require_POST
@for_roles(CASEWORK)
def judge_hit(request: HttpRequest, case_id: int) -> HttpResponse:
    """Answer the State that had us screen its filing, or say what stands against the answer."""
    case, user = _visible(request, case_id), current_user(request)
    sent = {name: request.POST.get(name, "") for name in VerdictForm.base_fields}
    revision = _number(request.POST.get("revision", ""))
    with transaction.atomic():
        [result] = judge_hits(
            [Verdict(case=case.pk, revision=revision, **sent)], officer=user, at=now()
        )
    if isinstance(result, services.Refused):
        form = VerdictForm(request.POST)
        form.refuse(result.findings)
        return _page(request, _visible(request, case_id), None, verdict=form)
    messages.success(request, _("Answered."))
    return redirect("queue")


def _confirm(request: HttpRequest, case: Case, form: DecisionForm) -> HttpResponse:
    """Ask once more, saying who can sign, and what goes to whom once another officer has."""
    at = now()
    kept = [(name, text) for name, text in request.POST.items() if name in form.fields]
    order = form.values()
    subjects = dict(form.selectable.subjects)
    preview = measure_reads.preview(case.ens, order["subject"], order["reference"], at)
    signers = signers_of(case.ens, proposer=current_user(request), at=at)
    context = {
        "case": case,
        "kept": kept,
        "preview": preview,
        "order": order,
        "subject": subjects.get(form.cleaned_data["subject"], ""),
        "signers": signers,
        "left": time_left(case.due_at, at),
    }
    return render(request, "pages/confirm_do_not_load.html", context)


def _add(form: DecisionForm, refused: services.Refused) -> None:
    """Put the findings of a refusal beside the fields that they are about."""
    form.is_valid()
    form.refuse(refused.findings)
