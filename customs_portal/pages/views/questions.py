"""Questions of customs, answered by the trader; and files, given out once they were scanned."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from customs_portal.accounts import policies
from customs_portal.accounts.models import AccessLog
from customs_portal.clock import now
from customs_portal.pages.access import READING, TRADERS, current_user, for_roles
from customs_portal.pages.forms import PageForm
from customs_portal.pages.looking import note_look
from customs_portal.pages.reads.referrals import for_trader, told_questions
from declarations.models import Attachment, Referral
from declarations.screening import (
    LONGEST_IDENTIFIER,
    LONGEST_NAME,
    LONGEST_PLACE,
    METHODS,
    RESULTS,
    SINGLE,
    ScreeningResult,
)
from declarations.services.answers import LONGEST_ANSWER, MOST_CODES, Answer, answer
from declarations.services.attachments import content
from declarations.services.results import Refused

LONGEST_CODE = 70
ENDINGS = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/tiff": ".tif",
    "application/pdf": ".pdf",
}


class AnswerForm(PageForm):
    """An answer: text, codes with their values, and files beside it."""

    text = forms.CharField(
        label=gettext_lazy("Your answer"),
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto"}),
        max_length=LONGEST_ANSWER,
        required=False,
    )
    codes = forms.CharField(
        label=gettext_lazy("Codes"),
        help_text=gettext_lazy("One in a line: code, equals sign, value. Leave empty if none."),
        widget=forms.Textarea(attrs={"rows": 2}),
        required=False,
        max_length=2000,
    )

    def clean_codes(self) -> tuple[tuple[str, str], ...]:
        """Read the lines."""
        lines = [line for line in self.cleaned_data["codes"].splitlines() if line.strip()]
        return codes_of(lines)


class ScreeningForm(AnswerForm):
    """An answer with the result of a screening, or a text why there is none."""

    result = forms.ChoiceField(
        label=gettext_lazy("Result"),
        choices=list(RESULTS.items()),
        widget=forms.RadioSelect,
        required=False,
    )
    methods = forms.MultipleChoiceField(
        label=gettext_lazy("Methods that were used"),
        choices=[(code, name) for code, name in METHODS.items() if code != SINGLE],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    person = forms.CharField(
        label=gettext_lazy("Authorised person"), max_length=LONGEST_NAME, required=False
    )
    person_identifier = forms.CharField(
        label=gettext_lazy("Identification number of that person"),
        max_length=LONGEST_IDENTIFIER,
        required=False,
    )
    place = forms.CharField(
        label=gettext_lazy("Place of the screening"), max_length=LONGEST_PLACE, required=False
    )
    field_order = ("result", "methods", "person", "person_identifier", "place", "text", "codes")

    def clean(self) -> dict[str, Any]:
        """Let a result come with its methods, and methods with their result."""
        cleaned = super().clean() or {}
        for one, other, text in (
            ("result", "methods", _("Choose at least one method.")),
            ("methods", "result", _("Choose the result.")),
        ):
            if cleaned.get(one) and not cleaned.get(other):
                self.add_error(other, text)
        return cleaned

    def screenings(self, document: str) -> tuple[ScreeningResult, ...]:
        """Return the result of a valid form, none where only a text was written."""
        said = self.cleaned_data
        if not said["result"]:
            return ()
        return (
            ScreeningResult(
                result=said["result"],
                methods=tuple(said["methods"]),
                document=document,
                person=said["person"],
                person_identifier=said["person_identifier"],
                place=said["place"],
            ),
        )


def codes_of(lines: list[str]) -> tuple[tuple[str, str], ...]:
    """Return lines `code = value` as pairs; raises ValidationError for others, and for too many."""
    pairs = [line.partition("=") for line in lines]
    if len(pairs) > MOST_CODES or any(not sign or not code.strip() for code, sign, _ in pairs):
        raise forms.ValidationError(_("Write each code in a line: code = value."))
    return tuple((c.strip()[:LONGEST_CODE], v.strip()[:LONGEST_CODE]) for c, _sign, v in pairs)


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(TRADERS)
def question(request: HttpRequest, reference: str) -> HttpResponse:
    """Show a question, and take its answer."""
    user, at = current_user(request), now()
    seen = told_questions(policies.reading_eoris(user), at)
    asked = get_object_or_404(seen.select_related("filing"), reference=reference)
    note_look(request, AccessLog.What.FILING, asked.filing.mrn, ens=asked.ens_id)
    if request.method != "POST":
        return _page(request, asked, _form_of(asked)())
    form = _form_of(asked)(request.POST)
    if not form.is_valid():
        return _page(request, asked, form)
    sent = Answer(
        reference=reference,
        text=form.cleaned_data["text"],
        codes=form.cleaned_data["codes"],
        screenings=_screenings(form, asked),
        files=tuple(request.FILES.getlist("files")),
    )
    with transaction.atomic():
        result = answer(sent, user=user, at=at)
    if isinstance(result, Refused):
        for finding in result.findings:
            form.add_error(
                finding.location if finding.location in form.fields else None, finding.text
            )
        asked.refresh_from_db()
        return _page(request, asked, form)
    messages.success(request, _("Your answer was received."))
    return redirect("question", reference)


def _form_of(asked: Referral) -> type[AnswerForm]:
    return ScreeningForm if asked.type == Referral.Type.RFS else AnswerForm


def _screenings(form: AnswerForm, asked: Referral) -> tuple[ScreeningResult, ...]:
    """Return the result of a screening with the house that it is about."""
    document = asked.consignment.partition("/")[2][:LONGEST_CODE]
    return form.screenings(document) if isinstance(form, ScreeningForm) else ()


def _page(request: HttpRequest, asked: Referral, form: AnswerForm) -> HttpResponse:
    may_answer = asked.addressee in policies.operator_eoris(current_user(request))
    context = {"asked": for_trader(asked, now()), "form": form, "may_answer": may_answer}
    return render(request, "pages/question.html", context, status=422 if form.errors else 200)


@require_safe
@for_roles(READING)
def attachment(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Give out a file that a scanner found clean; any other does not exist."""
    user = current_user(request)
    seen = Attachment.objects.visible_to(user).select_related("ens")
    found = seen.filter(pk=pk, scan=Attachment.Scan.CLEAN).first()
    if found is None:
        raise Http404
    note_look(request, AccessLog.What.ENS, f"{found.ens.mrn}: {found.name}"[:200], ens=found.ens_id)
    response = StreamingHttpResponse(content(found), content_type="application/octet-stream")
    name = f"{found.ens.mrn}-{found.pk}{ENDINGS[found.media_type]}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Content-Length"] = str(found.size)
    response["X-Content-Type-Options"] = "nosniff"
    return response
