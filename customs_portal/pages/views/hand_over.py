"""Handing a case over to another office or officer."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from customs_portal.accounts.models import AccessLog, User
from customs_portal.clock import now
from customs_portal.pages.access import CASEWORK, current_user, for_roles
from customs_portal.pages.forms import PageForm
from customs_portal.pages.looking import note_look
from customs_portal.pages.reads.hand_over import goals
from customs_portal.reference import snapshot as reference
from risk import policies, services
from risk.models import Case
from risk.services.hand_over import LONGEST_REASON


class HandOverForm(PageForm):
    """To whom the case goes, and why."""

    goal = forms.ChoiceField(
        label=gettext_lazy("Hand over to"),
        error_messages={"required": gettext_lazy("Choose to whom it goes.")},
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=LONGEST_REASON,
        error_messages={"required": gettext_lazy("Say why.")},
        help_text=gettext_lazy("The new office reads it; it stands in the story of the ENS."),
    )

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["goal"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("Choose")), *choices]


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(CASEWORK)
def hand_over(request: HttpRequest, case_id: int) -> HttpResponse:
    """Ask to whom a case goes and why; hand it over."""
    user, at = current_user(request), now()
    case = _workable(user, case_id)
    snapshot = reference.current(at)
    form = HandOverForm(request.POST or None, choices=goals(snapshot, at))
    if request.method == "POST" and form.is_valid():
        order = _order(case, form)
        with transaction.atomic():
            [result] = services.hand_over(
                [order], by=user, reference=snapshot, country=settings.CUSTOMS_COUNTRY, at=at
            )
        if isinstance(result, services.Changed):
            messages.success(request, _("%s is handed over.") % case.ens.mrn)
            return redirect("queue")
        for finding in result.findings:
            form.add_error(
                finding.location if finding.location in form.fields else None, finding.text
            )
    note_look(request, AccessLog.What.CASE, case.pk, ens=case.ens_id)
    status = 422 if form.errors else 200
    return render(request, "pages/hand_over.html", {"case": case, "form": form}, status=status)


def _workable(user: User, case_id: int) -> Case:
    """Return an open case that the user may work on; raises Http404 for every other one."""
    cases = policies.workable_by(user).visible_to(user).select_related("ens", "assignee")
    found = cases.filter(pk=case_id).first()
    if found is None:
        raise Http404
    return found


def goal_of(form: HandOverForm) -> tuple[str, User | None]:
    """Return the office and the officer there that were chosen; None for any of them.

    To be asked of a valid form only.
    """
    office, _colon, officer = form.cleaned_data["goal"].partition(":")
    return office, User.objects.get(pk=officer) if officer else None


def _order(case: Case, form: HandOverForm) -> services.HandOver:
    office, officer = goal_of(form)
    reason = form.cleaned_data["reason"]
    return services.HandOver(case=case.pk, office=office, officer=officer, reason=reason)
