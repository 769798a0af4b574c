"""The inbox of our offices of subsequent entry, and one notice with what was done."""

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from customs_portal.accounts.models import User
from customs_portal.clock import now
from customs_portal.looks import Look
from customs_portal.pages.access import CASEWORK, READING, current_user, for_roles
from customs_portal.pages.forms import PageForm
from customs_portal.pages.looking import How, What, note_look, note_looks
from customs_portal.pages.reads import subsequent_entry as reads
from customs_portal.pages.reads import told_others as told_reads
from declarations import policies
from declarations.models import Action, SubsequentEntryNotice
from declarations.services.results import Refused
from declarations.services.subsequent_entry import (
    LONGEST_FEEDBACK,
    Act,
    act_on_notices,
    arrive_at_office,
)

PAGE_SIZE = 50


class ActForm(PageForm):
    """What was done with the goods, and what came of it."""

    action = forms.ChoiceField(label=gettext_lazy("What was done"), choices=Action.choices)
    feedback = forms.CharField(
        label=gettext_lazy("Result or reason"),
        max_length=LONGEST_FEEDBACK,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("The first office reads it. Name no informants and no rules."),
        error_messages={"required": gettext_lazy("Say what came of it.")},
    )


@require_safe
@for_roles(READING)
def inbox(request: HttpRequest) -> HttpResponse:
    """Show what offices of first entry told the user's offices, what is to be done first."""
    user = current_user(request)
    page = Paginator(reads.notices(user), PAGE_SIZE).get_page(request.GET.get("page"))
    looks = [Look(what=What.ENS.value, reference=n.ens.mrn, ens=n.ens_id) for n in page.object_list]
    note_looks(request, looks, how=How.LISTED)
    context = {"page": page, "rows": reads.rows(list(page.object_list), now())}
    return render(request, "pages/subsequent_entry.html", context)


@require_safe
@for_roles(READING)
def told_others(request: HttpRequest) -> HttpResponse:
    """Show what other administrations were told, where it stands, and their feedback."""
    found = told_reads.sent(current_user(request))
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    listed = list(page.object_list)
    looks = [Look(what=What.ENS.value, reference=each.mrn, ens=each.ens_id) for each in listed]
    note_looks(request, looks, how=How.LISTED)
    context = {"page": page, "rows": told_reads.rows(listed)}
    return render(request, "pages/told_others.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(READING)
def notice(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one notice with its reasons; keep what the office did, as feedback to the first one."""
    user, at = current_user(request), now()
    found = _visible(user, pk)
    may_work = found.is_live and policies.may_act_on(user, found, at)
    form = ActForm(request.POST if may_work and request.method == "POST" else None)
    if form.is_valid():
        with transaction.atomic():
            [result] = act_on_notices([Act(notice=pk, **form.cleaned_data)], officer=user, at=at)
        if not isinstance(result, Refused):
            messages.success(request, _("The office of first entry is told."))
            return redirect("notice", pk)
        for finding in result.findings:
            form.add_error(
                finding.location if finding.location in form.fields else None, finding.text
            )
    note_look(request, What.ENS, found.ens.mrn, ens=found.ens_id)
    context = {"notice": reads.page(found, user, at), "form": form, "may_work": may_work}
    return render(request, "pages/notice.html", context, status=422 if form.errors else 200)


@require_POST
@for_roles(CASEWORK)
def arrived(request: HttpRequest, pk: int) -> HttpResponse:
    """Record that the goods are at the office."""
    user = current_user(request)
    _visible(user, pk)
    with transaction.atomic():
        [result] = arrive_at_office([pk], officer=user, at=now())
    if isinstance(result, Refused):
        for finding in result.findings:
            messages.error(request, finding.text)
    return redirect("notice", pk)


def _visible(user: User, pk: int) -> SubsequentEntryNotice:
    """Return the notice; raises Http404 for one that the user does not see."""
    rows = reads.notices(user).select_related("transmission", "acted_by")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
