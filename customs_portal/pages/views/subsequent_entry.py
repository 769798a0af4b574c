"""The inbox of our offices of subsequent entry."""

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from customs_portal.accounts import policies
from customs_portal.clock import now
from customs_portal.looks import Look
from customs_portal.pages.access import CASEWORK, READING, current_user, for_roles
from customs_portal.pages.forms import PageForm
from customs_portal.pages.looking import How, What, note_looks
from customs_portal.pages.reads import subsequent_entry as reads
from declarations.models import SubsequentEntryNotice
from declarations.services.results import Refused
from declarations.services.subsequent_entry import Act, act_on_notices

PAGE_SIZE = 50


class ActForm(PageForm):
    """What was done with the goods, and what came of it."""

    action = forms.ChoiceField(
        label=gettext_lazy("Action"), choices=SubsequentEntryNotice.Action.choices
    )
    feedback = forms.CharField(label=gettext_lazy("Result or reason"), max_length=400)


@require_safe
@for_roles(READING)
def inbox(request: HttpRequest) -> HttpResponse:
    """Show what other offices of first entry have told the user's offices, newest first."""
    user = current_user(request)
    page = Paginator(reads.notices(user), PAGE_SIZE).get_page(request.GET.get("page"))
    looks = [Look(what=What.ENS.value, reference=n.ens.mrn, ens=n.ens_id) for n in page.object_list]
    note_looks(request, looks, how=How.LISTED)
    context = {
        "page": page,
        "rows": reads.rows(list(page.object_list), now()),
        "form": ActForm(),
        "may_work": user.role in CASEWORK,
        "offices": sorted(policies.office_references(user)),
    }
    return render(request, "pages/subsequent_entry.html", context)


@require_POST
@for_roles(CASEWORK)
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep what the office did, as feedback to the office of first entry."""
    user = current_user(request)
    if not reads.notices(user).filter(pk=pk).exists():
        raise Http404
    wanted = Act(
        notice=pk,
        action=request.POST.get("action", ""),
        feedback=request.POST.get("feedback", "")[:400],
    )
    with transaction.atomic():
        [result] = act_on_notices([wanted], officer=user, at=now())
    if isinstance(result, Refused):
        for finding in result.findings:
            messages.error(request, finding.text)
    else:
        messages.success(request, _("The office of first entry is told."))
    return redirect("subsequent_entry")
