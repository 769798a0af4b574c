"""Possible infringements: the list, and one with its steps."""

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from customs_portal.clock import now
from customs_portal.looks import Look
from customs_portal.pages.access import CASEWORK, READING, current_user, for_roles
from customs_portal.pages.forms import PageForm
from customs_portal.pages.looking import How, What, note_look, note_looks
from declarations.models import Infringement
from declarations.services.infringements import STEPS, Step, take_steps
from declarations.services.results import Refused

PAGE_SIZE = 50
WORDS = {
    "open": gettext_lazy("Open an infringement"),
    "propose": gettext_lazy("Propose a penalty"),
    "decide": gettext_lazy("Decide the penalty"),
    "dismiss": gettext_lazy("Dismiss"),
}


class StepForm(PageForm):
    """The next step, and why."""

    verb = forms.ChoiceField(label=gettext_lazy("Step"))
    penalty = forms.CharField(
        label=gettext_lazy("Penalty, by the national tariff"), max_length=200, required=False
    )
    note = forms.CharField(
        label=gettext_lazy("Reason"), max_length=2000, widget=forms.Textarea({"rows": 3})
    )

    def __init__(self, data: object = None, *, state: str) -> None:
        super().__init__(data)
        self.fields["verb"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            (verb, WORDS[verb]) for verb, (sources, _target) in STEPS.items() if state in sources
        ]


@require_safe
@for_roles(READING)
def infringements(request: HttpRequest) -> HttpResponse:
    """Show the infringements of the user's offices, newest first."""
    rows = Infringement.objects.visible_to(current_user(request)).select_related("filing", "line")
    kind, state = request.GET.get("kind", ""), request.GET.get("state", "")
    if kind in Infringement.Kind.values:
        rows = rows.filter(kind=kind)
    if state in Infringement.State.values:
        rows = rows.filter(state=state)
    page = Paginator(rows.order_by("-found_at", "-pk"), PAGE_SIZE).get_page(request.GET.get("page"))
    looks = [
        Look(what=What.INFRINGEMENT.value, reference=str(row.pk), ens=None)
        for row in page.object_list
    ]
    note_looks(request, looks, how=How.LISTED)
    context = {
        "page": page,
        "kinds": Infringement.Kind.choices,
        "states": Infringement.State.choices,
        "kind": kind,
        "state": state,
    }
    return render(request, "pages/infringements.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(READING)
def infringement(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one infringement, and take the next step."""
    user = current_user(request)
    visible = Infringement.objects.visible_to(user)
    row = visible.select_related("filing", "line__arrival", "proposed_by", "decided_by")
    found = row.filter(pk=pk).first()
    if found is None:
        raise Http404
    is_open = any(found.state in sources for sources, _target in STEPS.values())
    may_work = user.role in CASEWORK and is_open
    posted = request.POST if may_work and request.method == "POST" else None
    form = StepForm(posted, state=found.state)
    if form.is_valid() and _taken(request, form, pk):
        return redirect("infringement", pk)
    note_look(request, What.INFRINGEMENT, pk)
    context = {"row": found, "form": form, "may_work": may_work}
    return render(request, "pages/infringement.html", context, status=422 if form.errors else 200)


def _taken(request: HttpRequest, form: StepForm, pk: int) -> bool:
    with transaction.atomic():
        [result] = take_steps(
            [Step(infringement=pk, **form.cleaned_data)], officer=current_user(request), at=now()
        )
    if isinstance(result, Refused):
        for finding in result.findings:
            form.add_error(finding.location or None, finding.text)
        return False
    messages.success(request, _("Done."))
    return True
