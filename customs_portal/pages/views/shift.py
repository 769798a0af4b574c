"""The shift: what is due, the registers, and the note that one shift hands to the next."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from customs_portal.clock import now
from customs_portal.looks import Look
from customs_portal.pages.access import CASEWORK, READING, current_user, for_roles
from customs_portal.pages.forms import PageForm
from customs_portal.pages.looking import How, What, note_looks
from customs_portal.pages.reads import shift as reads
from customs_portal.pages.reads.measures import offices_of
from risk.models import ShiftNote
from risk.services import Refused
from risk.services.shift import LONGEST_TEXT, read_note, sign_note


class ShiftForm(PageForm):
    """What the shift hands on, and at which office."""

    office = forms.ChoiceField(label=gettext_lazy("Office"))
    text = forms.CharField(
        label=gettext_lazy("Note for the next shift"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea({"rows": 4}),
        help_text=gettext_lazy(
            "How many cases are open, late and without an officer is added by itself."
        ),
        error_messages={"required": gettext_lazy("Write what the next shift has to know.")},
    )

    def __init__(self, *args: Any, offices: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["office"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(office, office) for office in offices]


@require_safe
@for_roles(READING)
def shift(request: HttpRequest) -> HttpResponse:
    """Show what the shift has to know."""
    return _page(request, None)


def _page(request: HttpRequest, form: ShiftForm | None) -> HttpResponse:
    user, at = current_user(request), now()
    page = reads.read(user, at)
    looks = [Look(what=What.ENS.value, reference=each.mrn) for each in (*page.late, *page.soon)]
    note_looks(request, looks, how=How.LISTED)
    context = {
        "shift": page,
        "form": form or ShiftForm(offices=page.offices),
        "may_sign": user.role in CASEWORK and bool(page.offices),
    }
    return render(request, "pages/shift.html", context, status=422 if form else 200)


@require_POST
@for_roles(CASEWORK)
def sign(request: HttpRequest) -> HttpResponse:
    """Sign the note of the shift."""
    user, at = current_user(request), now()
    form = ShiftForm(request.POST, offices=offices_of(user))
    if not form.is_valid():
        return _page(request, form)
    with transaction.atomic():
        result = sign_note(**form.cleaned_data, officer=user, at=at)
    if isinstance(result, Refused):
        for finding in result.findings:
            form.add_error(finding.location or None, finding.text)
        return _page(request, form)
    messages.success(request, _("The note is signed. The next shift finds it here."))
    return redirect("shift")


@require_POST
@for_roles(CASEWORK)
def read(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that the user has read a note and took over."""
    user = current_user(request)
    note = ShiftNote.objects.visible_to(user).filter(pk=pk).first()
    if note is None:
        raise Http404
    with transaction.atomic():
        result = read_note(note, officer=user, at=now())
    if isinstance(result, Refused):
        for finding in result.findings:
            messages.error(request, finding.text)
    else:
        messages.success(request, _("Noted that you have read it."))
    return redirect("shift")
