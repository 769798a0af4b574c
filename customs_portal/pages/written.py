"""Messages that a trader writes on a page: in whose name, what stands against them, their way."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customs_portal.accounts.models import Operator, OperatorMembership, User
from customs_portal.api.waiting import answered_within
from customs_portal.findings import Finding
from customs_portal.pages.access import TRADERS, current_user
from customs_portal.pages.forms import PageForm
from customs_portal.pages.frames import base_of
from messaging.by_hand import findings_of
from messaging.inbox import receive_from_person

SECONDS_TO_WAIT = 3
LODGING = (OperatorMembership.Role.OWNER, OperatorMembership.Role.LODGER)
SENDER = "MES.MesSenMES3"


class OperatorForm(PageForm):
    """A message in the name of an operator; who acts for one alone is not asked which."""

    operator = forms.ChoiceField(label=gettext_lazy("In the name of"))

    def __init__(self, *args: object, operators: Sequence[Operator], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.operators = {each.eori: each for each in operators}
        own = self.fields["operator"]
        own.choices = [  # type: ignore[attr-defined]  # a ChoiceField
            (key, str(each)) for key, each in self.operators.items()
        ]
        if len(operators) == 1:
            own.widget = forms.HiddenInput()
            own.initial = operators[0].eori

    def chosen(self) -> Operator:
        """Return the operator in whose name the valid form is sent."""
        return self.operators[self.cleaned_data["operator"]]


def lodging_operators(user: User) -> list[Operator]:
    """Return the operators in whose name the user sends messages."""
    own = Operator.objects.filter(memberships__user=user, memberships__role__in=LODGING)
    return list(own.order_by("eori"))


def add_findings(form: forms.Form, findings: Sequence[Finding], fields: Mapping[str, str]) -> None:
    """Put each finding to the field of its place; `fields` are fields by the start of a place."""
    for finding in findings:
        starts = [start for start in fields if finding.location.startswith(start)]
        field = fields[max(starts, key=len)] if starts else None
        text = f"{finding.text} ({finding.code})" if finding.code.isdigit() else finding.text
        if finding.value and field not in form.fields:
            text = f"{finding.value}: {text}"
        form.add_error(field if field in form.fields else None, text)


def send(
    request: HttpRequest,
    form: OperatorForm,
    write: Callable[[str], bytes],
    *,
    fields: Mapping[str, str],
    at: datetime,
) -> HttpResponse | None:
    """Send what `write` makes for the EORI number and lead to its page; None if it is wrong.

    Then the form has the errors and nothing was sent.
    """
    operator = form.chosen()
    body = write(operator.eori)
    add_findings(form, findings_of(body, eori=operator.eori, at=at), fields)
    if form.errors:
        return None
    person = current_user(request).pk
    sent = receive_from_person(operator=operator.pk, person=person, body=body, at=at)
    if sent is None:
        form.add_error(None, _("You may not send messages for this operator."))
        return None
    if not answered_within(sent, SECONDS_TO_WAIT):
        messages.success(request, _("Sent. Its answer will be on this page."))
    return redirect("message", sent)


def message_page(
    request: HttpRequest, form: forms.Form, *, title: str, may_send: bool, **more: object
) -> HttpResponse:
    """Return the page on which a trader writes a message, and an officer what came another way."""
    is_trader = current_user(request).role in TRADERS
    context = {
        "base": base_of(request),
        "title": title,
        "form": form,
        "may_send": may_send,
        "is_trader": is_trader,
        "button": _("Send") if is_trader else _("Record"),
        **more,
    }
    return render(request, "pages/new_message.html", context, status=422 if form.errors else 200)
