"""What officers do from the queue: claim, give back, assign, end many cases at once, undo it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from customs_portal.accounts.models import User
from customs_portal.clock import now
from customs_portal.looks import Look
from customs_portal.pages import undoing
from customs_portal.pages.access import CASEWORK, current_user, for_roles
from customs_portal.pages.looking import What, note_looks
from customs_portal.pages.reads import queue as rows
from customs_portal.pages.reads.hand_over import goals
from customs_portal.pages.reason_forms import EndingForm
from customs_portal.pages.views.hand_over import HandOverForm, goal_of
from customs_portal.pages.views.queue import numbers, view_of
from customs_portal.reference import snapshot as reference
from risk import policies, services
from risk.models import Case

MOST_SELECTED = 200
LONGEST_VIEW = 2_000


@require_POST
@for_roles(CASEWORK)
def claim_next(request: HttpRequest) -> HttpResponse:
    """Give the officer the case with the least time left that nobody has."""
    with transaction.atomic():
        case = services.claim_next(officer=current_user(request), at=now())
    if case is None:
        messages.info(request, _("No open case is without an officer."))
        return redirect("queue")
    return redirect("review", case.pk)


@require_POST
@for_roles(CASEWORK)
def claim_selected(request: HttpRequest) -> HttpResponse:
    """Claim the selected cases, or say of which one that was not possible."""
    return _move(request, services.claim, _claimed)


def _claimed(count: int) -> str:
    return ngettext("%d case is yours.", "%d cases are yours.", count)


@require_POST
@for_roles(CASEWORK)
def give_back_selected(request: HttpRequest) -> HttpResponse:
    """Give the selected cases back to the office."""
    return _move(request, services.give_back, _given_back)


def _given_back(count: int) -> str:
    return ngettext("%d case is given back.", "%d cases are given back.", count)


def _move(
    request: HttpRequest, verb: Callable[..., Any], done: Callable[[int], str]
) -> HttpResponse:
    ids = _selected(request)
    if ids:
        with transaction.atomic():
            results = verb(ids, officer=current_user(request), at=now())
        tell(request, results, done)
    return _back(request)


def _selected(request: HttpRequest) -> list[int]:
    """Return the ids of the selected cases; without any, say that some must be."""
    ids = list(dict.fromkeys(numbers(request.POST.getlist("case"))))
    if not ids:
        messages.error(request, _("Select cases first."))
    if len(ids) > MOST_SELECTED:
        messages.error(request, _("At most %d cases at once.") % MOST_SELECTED)
    return ids[:MOST_SELECTED]


def tell(request: HttpRequest, results: Sequence[Any], done: Callable[[int], str]) -> None:
    """Say how many were done, and each reason why others were not, once."""
    refused = [result for result in results if isinstance(result, services.Refused)]
    if count := len(results) - len(refused):
        messages.success(request, done(count) % count)
    for text in dict.fromkeys(found.text for each in refused for found in each.findings):
        messages.error(request, text)


def _back(request: HttpRequest) -> HttpResponse:
    """Lead back to the view of the queue from which the form was sent."""
    view = view_of(QueryDict(request.POST.get("view", "")[:LONGEST_VIEW]))
    return redirect(f"{reverse('queue')}?{view}" if view else "queue")


def _workable(user: User, ids: list[int]) -> list[Case]:
    """Return those of the cases on which the user may work, in the order of the queue."""
    cases = policies.workable_by(user).visible_to(user).filter(pk__in=ids)
    return list(cases.in_queue_order().select_related("ens", "assignee"))


@require_POST
@for_roles(CASEWORK)
def assign_selected(request: HttpRequest) -> HttpResponse:
    """Ask to whom the selected cases go and why; hand them over."""
    user, at = current_user(request), now()
    cases = _workable(user, _selected(request))
    if not cases:
        return _back(request)
    choices = goals(reference.current(at), at)
    form = HandOverForm(request.POST if "confirm" in request.POST else None, choices=choices)
    if form.is_bound and form.is_valid():
        tell(request, _assign(cases, form, user, at), _handed_over)
        return _back(request)
    return _ask(request, "pages/queue_assign.html", cases, form, at)


def _handed_over(count: int) -> str:
    return ngettext("%d case is handed over.", "%d cases are handed over.", count)


def _assign(cases: list[Case], form: HandOverForm, user: User, at: datetime) -> list[Any]:
    office, officer = goal_of(form)
    orders = [
        services.HandOver(
            case=case.pk, office=office, officer=officer, reason=form.cleaned_data["reason"]
        )
        for case in cases
    ]
    with transaction.atomic():
        return services.hand_over(
            orders,
            by=user,
            reference=reference.current(at),
            country=settings.CUSTOMS_COUNTRY,
            at=at,
        )


@require_POST
@for_roles(CASEWORK)
def end_selected(request: HttpRequest) -> HttpResponse:
    """Ask why nothing more is done about the selected cases; end them."""
    user, at = current_user(request), now()
    cases = _workable(user, _selected(request))
    if not cases:
        return _back(request)
    form = EndingForm(request.POST if "confirm" in request.POST else None, at=at.date())
    form.fields["note"].widget.attrs["autofocus"] = True
    if form.is_bound and form.is_valid():
        _tell_ended(request, _end(request, cases, form, at), at)
        return _back(request)
    return _ask(request, "pages/queue_end.html", cases, form, at)


def _ended(count: int) -> str:
    return ngettext("%d case is closed.", "%d cases are closed.", count) % count


def _proposed(count: int) -> str:
    return ngettext(
        "%d case waits for a second signature.", "%d cases wait for a second signature.", count
    )


def _tell_ended(request: HttpRequest, results: Sequence[Any], at: datetime) -> None:
    """Offer to undo what is closed; tell apart from it what another officer has to sign."""
    taken = [each for each in results if isinstance(each, services.Decided)]
    closed = [each.case for each in taken if each.decision is not None]
    if closed:
        view = request.POST.get("view", "")[:LONGEST_VIEW]
        undoing.offer(request, closed, _ended(len(closed)), at=at, view=view)
    others = [each for each in results if each not in taken or each.decision is None]
    tell(request, others, _proposed)


@require_POST
@for_roles(CASEWORK)
def undo_selected(request: HttpRequest) -> HttpResponse:
    """Undo what the user decided last on each of the cases."""
    undoing.forget(request)
    return _move(request, services.undo, _undone)


def _undone(count: int) -> str:
    return ngettext(
        "%d case is open again. Nothing was sent.",
        "%d cases are open again. Nothing was sent.",
        count,
    )


def _end(request: HttpRequest, cases: list[Case], form: EndingForm, at: datetime) -> list[Any]:
    """Decide the cases on the revisions that the officer saw; the others stay as they are."""
    orders = [
        services.DecisionOrder(
            case=case.pk,
            revision=next(iter(numbers([request.POST.get(f"revision-{case.pk}", "")])), 0),
            verb="no_further_action",
            reason_code=form.cleaned_data["reason_code"],
            note=form.cleaned_data["note"],
        )
        for case in cases
    ]
    with transaction.atomic():
        return services.end_without_action(
            orders, officer=current_user(request), at=at, undo=undoing.undo_time()
        )


def _ask(
    request: HttpRequest, template: str, cases: list[Case], form: Any, at: datetime
) -> HttpResponse:
    looks = [Look(what=What.CASE.value, reference=str(case.pk), ens=case.ens_id) for case in cases]
    note_looks(request, looks)
    context = {
        "rows": rows.rows(cases, current_user(request), at),
        "form": form,
        "view": request.POST.get("view", ""),
    }
    return render(request, template, context, status=422 if form.is_bound else 200)
