"""Filings to link: masters whose houses are missing, and what may be a missing house."""

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
from customs_portal.pages.reads import linking as reads
from declarations.models import Ens
from declarations.services.completeness import consider_complete
from declarations.services.confirming import LONGEST_REASON, Confirmation
from declarations.services.results import Changed, Refused
from risk.services.linking import confirm

COMPLETE = "complete"


class LinkForm(PageForm):
    """What becomes of a master whose houses are missing, and why."""

    choice = forms.ChoiceField(label=gettext_lazy("Decision"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea({"rows": 3}),
        error_messages={"required": gettext_lazy("Give a reason.")},
    )

    def __init__(self, data: object, *, ens: Ens, found: list[reads.Beside]) -> None:
        super().__init__(data)
        choices = [
            (str(each.candidate.filing), _("Link %s") % each.candidate.mrn) for each in found
        ]
        if ens.status == Ens.Status.FORMING and ens.completeness == Ens.Completeness.PENDING:
            choices.append((COMPLETE, _("Consider it complete: analyse what is there")))
        self.fields["choice"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField


@require_safe
@for_roles(READING)
def linking(request: HttpRequest) -> HttpResponse:
    """Show one view of the desk, what is due first."""
    user, at = current_user(request), now()
    wanted = request.GET.get("view", "")
    view = wanted if wanted in reads.VIEWS else reads.WAITING
    page = Paginator(reads.ROWS_OF[view](user), reads.PAGE_SIZE).get_page(request.GET.get("page"))
    rows = reads.rows([*page.object_list], at)
    looks = [Look(what=What.ENS.value, reference=row.mrn, ens=row.ens) for row in rows]
    note_looks(request, looks, how=How.LISTED)
    context = {
        "groups": reads.views(user),
        "past": reads.past_their_time(user, at),
        "most_counted": reads.MOST_COUNTED,
        "view": view,
        "is_houses": view == reads.HOUSES,
        "page": page,
        "rows": rows,
    }
    return render(request, "pages/linking.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(READING)
def linking_ens(request: HttpRequest, mrn: str) -> HttpResponse:
    """Show what may be missing below a master, or was filed before loading; link it, or go on."""
    user, at = current_user(request), now()
    ens = Ens.objects.visible_to(user).filter(mrn=mrn).first()
    if ens is None or not reads.is_to_link(ens):
        raise Http404
    found, homes = reads.beside(ens), reads.may_be_of(ens, user)
    may_work = user.role in CASEWORK
    form = LinkForm(request.POST if may_work and request.method == "POST" else None,
                    ens=ens, found=found)  # fmt: skip
    if form.is_valid() and _carried_out(request, form, ens, found):
        return redirect("ens", mrn)
    note_look(request, What.ENS, ens.mrn, ens=ens.pk)
    looks = [Look(what=What.ENS.value, reference=e.candidate.mrn, ens=e.ens) for e in found]
    looks += [Look(what=What.ENS.value, reference=e.mrn, ens=e.ens) for e in homes or ()]
    note_looks(request, looks)
    context = {
        "ens": ens,
        "row": reads.master_rows([ens], at)[0],
        "found": found,
        "homes": homes,
        "form": form,
        "may_work": may_work and bool(form.fields["choice"].choices),  # type: ignore[attr-defined]
    }
    return render(request, "pages/linking_ens.html", context, status=422 if form.errors else 200)


def _carried_out(request: HttpRequest, form: LinkForm, ens: Ens, found: list[reads.Beside]) -> bool:
    choice, reason = form.cleaned_data["choice"], form.cleaned_data["reason"]
    result = _decide(request, choice, reason, ens, found)
    if isinstance(result, Refused):
        for finding in result.findings:
            form.add_error("reason" if finding.location == "reason" else None, finding.text)
        return False
    done = _("It is analysed with what is there.") if choice == COMPLETE else _("Linked.")
    messages.success(request, done)
    return True


def _decide(
    request: HttpRequest, choice: str, reason: str, ens: Ens, found: list[reads.Beside]
) -> Changed | Refused:
    officer, at = current_user(request), now()
    with transaction.atomic():
        if choice == COMPLETE:
            return consider_complete(ens.pk, reason=reason, officer=officer, at=at)
        [chosen] = [e.candidate for e in found if str(e.candidate.filing) == choice]
        wanted = Confirmation(
            lower=chosen.filing, upper=chosen.upper, expected=chosen.expected, reason=reason
        )
        [result] = confirm([wanted], officer=officer, at=at)
        return result
