"""Diversions written on a page: asked for by a trader, recorded by an officer."""

from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from customs_portal.accounts.models import User
from customs_portal.clock import now
from customs_portal.pages.access import CASEWORK, TRADERS, current_user, for_roles
from customs_portal.pages.arrival_forms import RecordDiversionForm, RequestDiversionForm
from customs_portal.pages.written import SENDER, add_findings, lodging_operators, message_page, send
from customs_portal.reference import snapshot as reference
from declarations.checks.diversion import BY_KEY, BY_MRN, DiversionOrder, check_form
from declarations.document import Party
from declarations.services.divert import (
    DiversionRefused,
    Diverted,
    note_attempt,
    record_diversions,
)
from messaging.by_hand import diversion_of
from messaging.formats.requests import DiversionRequest, EntryKey, Operation
from messaging.received.diversions import order_of, unknown_office
from risk.services.supersede import end_analysis

FIELDS = {
    SENDER: "operator",
    "TRAREQDIV456": "operator",
    "HEAHEA.TraModAtBorHEA76": "mode",
    "HEAHEA.UniIdeDivHEA132": "means",
    "HEAHEA.DivRefNumHEA119": "reference",
    "HEAHEA.ExpDatArrHEA701": "expected_on",
    "CUSOFFENTACTOFF700": "actual_office",
    "IMPOPE200": "mrns",
}
"""The field of each place of an IE323."""
RECORDED_FIELDS = FIELDS | {SENDER: "requester", "TRAREQDIV456": "requester"}


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(CASEWORK | TRADERS)
def new_diversion(request: HttpRequest) -> HttpResponse:
    """Take a diversion: from a trader as a message, from an officer as a record."""
    user, at = current_user(request), now()
    return (_ask if user.role in TRADERS else _record)(request, user, at)


def _ask(request: HttpRequest, user: User, at: datetime) -> HttpResponse:
    operators = lodging_operators(user)
    form = RequestDiversionForm(request.POST or None, operators=operators)
    if form.is_valid():
        wanted = _request(form)
        order = order_of(wanted, form.chosen().eori, at=at)
        sent = send(
            request, form, lambda eori: diversion_of(wanted, eori=eori, at=at), fields=FIELDS, at=at
        )
        if sent:
            return sent
        with transaction.atomic():
            note_attempt(order, person=user.pk, country=settings.CUSTOMS_COUNTRY, at=at)
    return _page(request, form, may_send=bool(operators))


def _request(form: RequestDiversionForm | RecordDiversionForm) -> DiversionRequest:
    said = form.cleaned_data
    return DiversionRequest(
        information_type=BY_MRN if said["mrns"] else BY_KEY,
        reference=said["reference"],
        key=EntryKey(
            transport_mode=said["mode"],
            means=said["means"],
            expected_on=said["expected_on"],
            country="" if said["mrns"] else settings.CUSTOMS_COUNTRY,
            office="",
        ),
        actual_office=said["actual_office"],
        requester=Party(),
        operations=tuple(Operation(mrn=mrn) for mrn in said["mrns"]),
    )


def _record(request: HttpRequest, user: User, at: datetime) -> HttpResponse:
    form = RecordDiversionForm(request.POST or None)
    if form.is_valid():
        order = order_of(_request(form), form.cleaned_data["requester"], at=at)
        result = _divert(order, user, at)
        if isinstance(result, Diverted):
            count = len(result.ens)
            text = ngettext("%d declaration is diverted.", "%d declarations are diverted.", count)
            messages.success(request, text % count)
            return redirect("voyages")
        add_findings(form, result.findings, RECORDED_FIELDS)
    return _page(request, form, may_send=True)


def _divert(order: DiversionOrder, user: User, at: datetime) -> Diverted | DiversionRefused:
    country = settings.CUSTOMS_COUNTRY
    found = [*check_form(order, country), *unknown_office(order, reference.current(at))]
    if found:
        return DiversionRefused(findings=found)
    with transaction.atomic():
        [result] = record_diversions([order], officer=user, country=country, at=at)
        end_analysis(set(result.ens) if isinstance(result, Diverted) else set(), at=at)
    return result


def _page(
    request: HttpRequest, form: RequestDiversionForm | RecordDiversionForm, *, may_send: bool
) -> HttpResponse:
    is_trader = current_user(request).role in TRADERS
    title = _("Divert a means of transport") if is_trader else _("Record a diversion")
    lead = _(
        "Only where the first office is now in a State that the declarations do not name, and "
        "only before arrival. Customs informs the new office."
    )
    return message_page(request, form, title=title, may_send=may_send, lead=lead)
