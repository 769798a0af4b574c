"""What is done on a case besides deciding it: questions, notes, files, signatures, undo."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from customs_portal.accounts.models import User
from customs_portal.clock import now
from customs_portal.pages import undoing
from customs_portal.pages.access import CASEWORK, current_user, for_roles
from declarations.models import Referral
from declarations.services.attachments import Filed, against_files, keep
from risk import policies, services
from risk.models import Case

Verb = Callable[[HttpRequest, Case, User, datetime], Any]


@require_POST
@for_roles(CASEWORK)
def sign(request: HttpRequest, case_id: int) -> HttpResponse:
    """Give the second signature to what is proposed on the case."""
    return _do(request, case_id, _sign, _("Signed."))


def _sign(request: HttpRequest, case: Case, user: User, at: datetime) -> Any:
    return services.sign([case.pk], officer=user, at=at)[0]


@require_POST
@for_roles(CASEWORK)
def decline(request: HttpRequest, case_id: int) -> HttpResponse:
    """Refuse the second signature, or take the own proposal back."""
    return _do(request, case_id, _decline, _("Not signed. The case can be decided anew."))


def _decline(request: HttpRequest, case: Case, user: User, at: datetime) -> Any:
    note = request.POST.get("note", "")
    return services.decline([case.pk], note=note, officer=user, at=at)[0]


@require_POST
@for_roles(CASEWORK)
def undo(request: HttpRequest, case_id: int) -> HttpResponse:
    """Undo the last decision or question of the user on the case."""
    undoing.forget(request)
    return _do(request, case_id, _undo, _("Undone. Nothing was sent, the case is open again."))


def _undo(request: HttpRequest, case: Case, user: User, at: datetime) -> Any:
    return services.undo([case.pk], officer=user, at=at)[0]


@require_POST
@for_roles(CASEWORK)
def note(request: HttpRequest, case_id: int) -> HttpResponse:
    """Keep a note on the case."""
    return _do(request, case_id, _note, _("Noted."), "notes")


def _note(request: HttpRequest, case: Case, user: User, at: datetime) -> Any:
    wanted = services.Note(
        case=case.pk,
        kind=request.POST.get("kind", ""),
        contact=request.POST.get("contact", ""),
        text=request.POST.get("text", ""),
    )
    return services.note(wanted, officer=user, at=at)


@require_POST
@for_roles(CASEWORK)
def attach(request: HttpRequest, case_id: int) -> HttpResponse:
    """Add files to the ENS of the case; they stay in quarantine until scanned."""
    return _do(request, case_id, _attach, _("Added, in quarantine until scanned."), "files")


def _attach(request: HttpRequest, case: Case, user: User, at: datetime) -> Any:
    files = request.FILES.getlist("files")
    if not policies.may_work_on(user, case) or not files:
        found = services.refusal("files", _("Choose a file."), "files")
        return services.Refused(findings=[found])
    findings = against_files(files, case.ens_id)
    if findings:
        return services.Refused(findings=findings)
    return keep(files, Filed(ens=case.ens_id, referral=None, user=user, sender=""), at=at)


@require_POST
@for_roles(CASEWORK)
def end_question(request: HttpRequest, case_id: int, pk: int) -> HttpResponse:
    """Settle a question whose answer is enough, or withdraw one that is open."""
    if not Referral.objects.filter(pk=pk, ens__in=Case.objects.filter(pk=case_id).values("ens")):
        raise Http404
    verbs = {"settle": services.settle, "withdraw": services.withdraw}
    verb = verbs.get(request.POST.get("verb", ""))
    if verb is None:
        raise Http404

    def end(request: HttpRequest, case: Case, user: User, at: datetime) -> Any:
        return verb([pk], note=request.POST.get("note", ""), officer=user, at=at)[0]

    return _do(request, case_id, end, _("Done."), "questions")


def _do(request: HttpRequest, case_id: int, verb: Verb, done: str, place: str = "") -> HttpResponse:
    """Do it, say what came of it, and lead back to the place on the page of the case."""
    user = current_user(request)
    case = Case.objects.visible_to(user).filter(pk=case_id).first()
    if case is None:
        raise Http404
    with transaction.atomic():
        result = verb(request, case, user, now())
    if isinstance(result, services.Refused):
        for finding in result.findings:
            messages.error(request, finding.text)
    else:
        messages.success(request, done)
    address = redirect("review", case.pk)
    return HttpResponseRedirect(f"{address.url}#{place}") if place else address
