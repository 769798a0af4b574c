"""Declarations of the same goods by different persons: the list, and the desk of one pair."""

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
from customs_portal.pages.reads import dual_filing as reads
from declarations.models import DualFiling
from declarations.services.dual_filing import Choice
from declarations.services.results import Refused
from risk.services.dual_filing import decide_pairs

PAGE_SIZE = 50
KEEP, DIFFERENT = "keep", "different"


class PairForm(PageForm):
    """Which of the two counts, and why."""

    winner = forms.ChoiceField(label=gettext_lazy("Decision"))
    note = forms.CharField(
        label=gettext_lazy("Reason"), max_length=400, widget=forms.Textarea({"rows": 3})
    )

    def __init__(self, data: object = None, *, pair: DualFiling) -> None:
        super().__init__(data)
        counts = _("%s counts, the other is superseded")
        self.fields["winner"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            (str(pair.first_id), counts % pair.first.mrn),
            (str(pair.second_id), counts % pair.second.mrn),
            (KEEP, _("Keep both for analysis")),
            (DIFFERENT, _("These are not the same goods")),
        ]

    def choice(self, pair: DualFiling) -> Choice:
        """Return what the officer chose."""
        chosen, note = self.cleaned_data["winner"], self.cleaned_data["note"]
        winner = int(chosen) if chosen.isdecimal() else None
        return Choice(pair=pair.pk, note=note, winner=winner, same_goods=chosen != DIFFERENT)


@require_safe
@for_roles(READING)
def pairs(request: HttpRequest) -> HttpResponse:
    """Show the pairs, those that nobody has decided first."""
    found = DualFiling.objects.visible_to(current_user(request)).select_related("first", "second")
    is_open = found.filter(state__in=("suspected", "confirmed"))
    rows = is_open if request.GET.get("all") != "1" else found
    page = Paginator(rows.order_by("-detected_at", "-pk"), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    looks = [
        Look(what=What.ENS.value, reference=ens.mrn, ens=ens.pk)
        for pair in page.object_list
        for ens in (pair.first, pair.second)
    ]
    note_looks(request, looks, how=How.LISTED)
    return render(request, "pages/dual_filings.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(READING)
def pair(request: HttpRequest, pk: int) -> HttpResponse:
    """Show two declarations side by side, and decide which counts."""
    user = current_user(request)
    visible = DualFiling.objects.visible_to(user).select_related("first", "second", "decided_by")
    found = visible.filter(pk=pk).first()
    if found is None:
        raise Http404
    may_work = user.role in CASEWORK and found.is_open
    form = PairForm(request.POST if may_work and request.method == "POST" else None, pair=found)
    if form.is_valid() and _decided(request, form, found):
        return redirect("dual_filing", pk)
    for ens in (found.first, found.second):
        note_look(request, What.ENS, ens.mrn, ens=ens.pk)
    rows = reads.compared(found, user, now())
    context = {
        "pair": found,
        "rows": rows,
        "form": form,
        "may_work": may_work,
        "masked": reads.with_masked_persons(found, user, now()),
    }
    return render(request, "pages/dual_filing.html", context, status=422 if form.errors else 200)


def _decided(request: HttpRequest, form: PairForm, found: DualFiling) -> bool:
    with transaction.atomic():
        [result] = decide_pairs([form.choice(found)], officer=current_user(request), at=now())
    if isinstance(result, Refused):
        for finding in result.findings:
            form.add_error(None, finding.text)
        return False
    messages.success(request, _("The pair is decided."))
    return True
