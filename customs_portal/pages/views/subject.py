"""What is stored about somebody, for whoever asks it by law: as a page and as a file."""

from typing import Any

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from customs_portal.accounts.models import Role
from customs_portal.clock import now
from customs_portal.pages.access import current_user, for_roles
from customs_portal.pages.exports import json_lines_response, watermark
from customs_portal.pages.forms import PageForm
from customs_portal.pages.looking import How, What, note_look
from customs_portal.privacy.subject import Kind, Part, Subject, report

SHOWN = 20
COLUMNS = ("place", "named_as", "withheld", "what", "at", "values")


class SubjectForm(PageForm):
    """Whom the report is about, and why."""

    kind = forms.ChoiceField(
        label=_("Named by"),
        choices=[(Kind.EORI, _("EORI")), (Kind.NAME, _("Name")), (Kind.USER, _("User name"))],
    )
    value = forms.CharField(label=_("EORI, name or user name"), min_length=3, max_length=150)
    reason = forms.CharField(
        label=_("Reason"), min_length=10, max_length=200,
        help_text=_("Such as the number of the request. Recorded with your name."),
    )  # fmt: skip
    format = forms.ChoiceField(
        label=_("As"), choices=[("page", _("Page")), ("jsonl", _("JSON lines"))]
    )


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(frozenset({Role.AUDITOR}))
def subject(request: HttpRequest) -> HttpResponse:
    """Ask about whom and why; record it and show everything that is stored."""
    form = SubjectForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        context: dict[str, Any] = {"form": form, "summary": form.summary()}
        return render(request, "pages/subject.html", context, status=422 if form.errors else 200)
    values = form.cleaned_data
    about = Subject(kind=Kind(values["kind"]), value=values["value"].strip())
    as_file = values["format"] == "jsonl"
    how = How.EXPORTED if as_file else How.READ
    with transaction.atomic():
        note_look(
            request, What.PERSON, f"{about.kind} {about.value}", how=how, reason=values["reason"]
        )
        parts = report(about, by=current_user(request), reason=values["reason"], at=now())
    if as_file:
        mark = watermark(request, "Subject report", values["reason"])
        return json_lines_response(mark, COLUMNS, _lines(parts))
    context = {"form": form, "parts": parts, "about": about, "shown": SHOWN, "asked": True}
    return render(request, "pages/subject.html", context)


def _lines(parts: list[Part]) -> list[tuple[object, ...]]:
    return [
        (part.title, part.named_as, part.withheld, row.what, row.at, dict(row.values))
        for part in parts
        for row in part.rows
    ]
