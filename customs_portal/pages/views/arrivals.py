"""Arrivals written on a page: notified by a trader, recorded by an officer; and goods found."""

from datetime import UTC, datetime

import msgspec
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from customs_portal.accounts.models import AccessLog, User
from customs_portal.clock import now
from customs_portal.pages.access import CASEWORK, TRADERS, current_user, for_roles
from customs_portal.pages.arrival_forms import (
    FoundGoodsForm,
    NotifyArrivalForm,
    RecordArrivalForm,
    begin_with,
)
from customs_portal.pages.looking import note_look
from customs_portal.pages.office import national_offices
from customs_portal.pages.views.message_log import base_of
from customs_portal.pages.views.voyages import address_of, address_of_arrival
from customs_portal.pages.written import SENDER, add_findings, lodging_operators, send
from customs_portal.reference import snapshot as reference
from customs_portal.reference.sources import OfficeRow
from declarations import policies
from declarations.arrivals import Notification
from declarations.models import Arrival
from declarations.services import arrive as arriving
from declarations.services.found import FoundGoods, report_found
from declarations.services.results import Refused
from messaging.by_hand import arrival_of
from messaging.formats.ics1.arriving import ArrivalRequest

BY_KEY, BY_MRN = "1", "2"
FIELDS = {
    SENDER: "operator",
    "TRADERATENTRY": "operator",
    "HEAHEA.TraModAtBorHEA76": "mode",
    "HEAHEA.UniIdeDivHEA132": "means",
    "HEAHEA.ArrivalReferenceNumber": "reference",
    "HEAHEA.ExpDatArrHEA701": "expected_on",
    "HEAHEA.ActualDateOfArrival": "arrived_on",
    "CUSTOMSOFFICEOFARRIVAL": "office",
    "IMPOPE200": "declarations",
}
"""The field of each place of a UK347A."""
RECORDED_FIELDS = FIELDS | {"HEAHEA.ActualDateOfArrival": "arrived_at", "IMPOPE200": "goods"}


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(CASEWORK | TRADERS)
def new_arrival(request: HttpRequest) -> HttpResponse:
    """Take an arrival: from a trader as a message, from an officer as a record."""
    user, at = current_user(request), now()
    offices = national_offices(reference.current(at))
    if user.role in TRADERS:
        return _notify(request, user, at, offices)
    return _record(request, user, at, offices)


def _notify(
    request: HttpRequest, user: User, at: datetime, offices: list[OfficeRow]
) -> HttpResponse:
    operators = lodging_operators(user)
    form = NotifyArrivalForm(
        request.POST or None,
        operators=operators,
        offices=offices,
        initial=begin_with(request.GET, at),
    )
    if form.is_valid():
        wanted = _request(form)
        sent = send(
            request,
            form,
            lambda eori: arrival_of(wanted, eori=eori, at=at),
            fields=FIELDS,
            user=user,
            at=at,
        )
        if sent:
            return sent
    return _page(request, form, may_send=bool(operators))


def _request(form: NotifyArrivalForm) -> ArrivalRequest:
    said = form.cleaned_data
    return ArrivalRequest(
        sender="",
        information_type=BY_MRN if said["declarations"] else BY_KEY,
        reference=said["reference"],
        transport_mode=said["mode"],
        means=said["means"],
        expected_on=said["expected_on"],
        arrived_on=said["arrived_on"],
        intended_office=not said["other_office"],
        office=said["office"],
        trader="",
        goods=said["declarations"],
    )


def _record(
    request: HttpRequest, user: User, at: datetime, offices: list[OfficeRow]
) -> HttpResponse:
    own = [each for each in offices if policies.may_record_arrival(user, each.reference, at)]
    form = RecordArrivalForm(request.POST or None, offices=own, initial=begin_with(request.GET, at))
    if form.is_valid():
        notification = _notification(form, user, at)
        result = _arrive(notification, [each.reference for each in own], at)
        if not isinstance(result, Refused):
            messages.success(request, _("The arrival is recorded."))
            return redirect(_voyage(notification))
        add_findings(form, result.findings, RECORDED_FIELDS)
    return _page(request, form, may_send=bool(own))


def _notification(form: RecordArrivalForm, user: User, at: datetime) -> Notification:
    said = form.cleaned_data
    return Notification(
        reference=said["reference"],
        mode=said["mode"],
        means=said["means"],
        office=said["office"],
        arrived_at=said["arrived_at"].astimezone(UTC),
        received_at=at,
        expected_on=said["expected_on"],
        intended_office=not said["other_office"],
        officer=user.pk,
        lines=said["goods"],
    )


def _arrive(
    notification: Notification, offices: list[str], at: datetime
) -> arriving.Registered | Refused:
    findings = arriving.check(notification, offices)
    if findings:
        return Refused(findings=findings)
    with transaction.atomic():
        [result] = arriving.arrive([notification], at=at)
    return result


def _voyage(notification: Notification) -> str:
    """Return the address of the voyage that arrived."""
    day = notification.expected_on or timezone.localtime(notification.arrived_at).date()
    return address_of(notification.mode, notification.means or notification.reference, day)


def _page(
    request: HttpRequest, form: NotifyArrivalForm | RecordArrivalForm, *, may_send: bool
) -> HttpResponse:
    is_trader = current_user(request).role in TRADERS
    context = {
        "base": base_of(request),
        "title": _("Notify an arrival") if is_trader else _("Record an arrival"),
        "form": form,
        "may_send": may_send,
        "is_trader": is_trader,
        "button": _("Send") if is_trader else _("Record"),
    }
    return render(request, "pages/new_message.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(CASEWORK)
def found(request: HttpRequest, pk: int) -> HttpResponse:
    """Take goods that an arrival did not name."""
    user, at = current_user(request), now()
    arrival = Arrival.objects.filter(pk=pk).first()
    if arrival is None or not policies.may_reconcile(user, arrival, at):
        raise Http404
    note_look(request, AccessLog.What.ARRIVAL, arrival.reference)
    form = FoundGoodsForm(request.POST or None)
    if form.is_valid():
        with transaction.atomic():
            [result] = report_found([_found(form, pk)], officer=user, at=at)
        if not isinstance(result, Refused):
            messages.success(request, _("What was found is recorded."))
            return redirect(address_of_arrival(arrival))
        add_findings(form, result.findings, {"lines": "goods"})
    context = {"arrival": arrival, "form": form, "back": address_of_arrival(arrival)}
    return render(request, "pages/found.html", context, status=422 if form.errors else 200)


def _found(form: FoundGoodsForm, arrival: int) -> FoundGoods:
    said = form.cleaned_data
    lines = tuple(
        msgspec.structs.replace(line, from_outside=said["from_outside"]) for line in said["goods"]
    )
    return FoundGoods(arrival=arrival, lines=lines, note=said["note"])
