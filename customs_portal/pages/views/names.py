"""The desk of names: matches with lists, side by side, and what people say of them."""

from datetime import timedelta
from typing import Any

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
from customs_portal.pages.access import READING, current_user, for_roles
from customs_portal.pages.forms import DayInput, PageForm
from customs_portal.pages.looking import How, What, note_look, note_looks
from customs_portal.pages.reads import name_lists
from customs_portal.pages.reads import names as reads
from declarations.services.results import Refused
from risk.services.name_matches import LONGEST_REASON, Judgement, judge, reopen

PAGE_SIZE = 25
USUAL = timedelta(days=180)
"""How long a dismissal lasts unless somebody says otherwise."""

DISMISS, CONFIRM, REOPEN = "dismiss", "confirm", "reopen"


class VerdictForm(PageForm):
    """Whether the declared party is the listed one, and why."""

    verdict = forms.ChoiceField(
        label=gettext_lazy("The declared party is"),
        choices=[
            (DISMISS, gettext_lazy("another party: dismiss the pair")),
            (CONFIRM, gettext_lazy("the listed party: confirm")),
        ],
    )
    until = forms.DateField(
        label=gettext_lazy("Dismissed until"),
        help_text=gettext_lazy("Two years at most. A confirmation has no end."),
        widget=DayInput,
        required=False,
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea({"rows": 3}),
    )

    def judgement(self, match: int) -> Judgement:
        """Return what was said."""
        said = self.cleaned_data
        until = None if said["verdict"] == CONFIRM else said["until"] or now().date() + USUAL
        return Judgement(match=match, reason=said["reason"], until=until)


@require_safe
@for_roles(READING)
def name_matches(request: HttpRequest) -> HttpResponse:
    """Show the matches that the user sees, those that nobody has judged first of all."""
    user, today = current_user(request), now().date()
    state = request.GET.get("state", "")
    state = state if state in reads.STATES else "open"
    code = request.GET.get("list", "")[:40].replace("\x00", "")
    rows = reads.matches(user, state, code, today)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    found = reads.views(page.object_list, user)
    looks = [Look(what=What.REFERENCE_LIST.value, reference=f"match {each.id}") for each in found]
    note_looks(request, looks, how=How.LISTED)
    context = {
        "page": page,
        "matches": found,
        "state": state,
        "code": code,
        "lists": name_lists.lines(user, today),
    }
    return render(request, "pages/name_matches.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(READING)
def name_match(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a declared party beside a listed one, and say whether they are the same."""
    user = current_user(request)
    found = reads.one(pk, user)
    if found is None:
        raise Http404
    sent = request.POST if found.may_judge and request.method == "POST" else None
    if sent and REOPEN in sent:
        return _reopened(request, pk)
    form = VerdictForm(sent, initial={"until": now().date() + USUAL})
    if form.is_valid() and _judged(request, form, pk):
        return redirect("name_match", pk)
    note_look(request, What.REFERENCE_LIST, f"match {pk}")
    context: dict[str, Any] = {
        "match": found,
        "form": form,
        "verdicts": reads.verdicts(pk),
        "declarations": reads.declarations(pk, user),
    }
    status = 422 if form.errors else 200
    return render(request, "pages/name_match.html", context, status=status)


def _judged(request: HttpRequest, form: VerdictForm, match: int) -> bool:
    with transaction.atomic():
        [result] = judge([form.judgement(match)], person=current_user(request), at=now())
    if isinstance(result, Refused):
        for finding in result.findings:
            form.add_error(finding.location or None, finding.text)
        return False
    messages.success(request, _("Noted. Open cases stay as they are."))
    return True


def _reopened(request: HttpRequest, match: int) -> HttpResponse:
    with transaction.atomic():
        [result] = reopen([match], person=current_user(request), at=now())
    if isinstance(result, Refused):
        messages.error(request, result.findings[0].text)
    else:
        messages.success(request, _("The verdict is taken back. The match counts again."))
    return redirect("name_match", match)
