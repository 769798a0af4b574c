"""Arrivals written on a page: notified by a trader, recorded by an officer; and goods found."""

from datetime import UTC, datetime

import msgspec
from django import forms
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
    NotifyMeansArrivalForm,
    RecordArrivalForm,
    begin_with,
)
from customs_portal.pages.looking import note_look
from customs_portal.pages.office import national_offices
from customs_portal.pages.views.voyages import address_of, address_of_arrival
from customs_portal.pages.written import SENDER, add_findings, lodging_operators, message_page, send
from customs_portal.reference import snapshot as reference
from customs_portal.reference.sources import OfficeRow
from declarations import policies
from declarations.arrivals import Generation, Notification
from declarations.models import Arrival
from declarations.services import arrive as arriving
from declarations.services.found import FoundGoods, report_found
from declarations.services.results import Refused
from messaging.by_hand import arrival_of, means_arrival_of
from messaging.formats.ics1.arriving import ArrivalRequest
from messaging.formats.requests import MeansArrival

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
MEANS_ARRIVAL = "IE3N06"
_MEANS = "/IE3N06/activeBorderTransportMeans"
MEANS_FIELDS = {
    _MEANS: "means",
    f"{_MEANS}/ModeOfTransport": "mode",
    f"{_MEANS}/actualDateAndTimeOfArrival": "arrived_at",
    f"{_MEANS}/estimatedDateAndTimeOfArrival": "expected_at",
    "/IE3N06/LRN": "reference",
    "/IE3N06/actualCustomsOfficeOfFirstEntry": "office",
    "/IE3N06/relatedMRN": "filings",
    "/IE3N06/personNotifyingTheArrival": "operator",
    "/IE3N06/personNotifyingTheArrival/communication": "email",
}
"""The field of each place of an IE3N06."""
RECORDED_FIELDS = FIELDS | {"HEAHEA.ActualDateOfArrival": "arrived_at", "IMPOPE200": "goods"}


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(CASEWORK | TRADERS)
def new_arrival(request: HttpRequest) -> HttpResponse:
    """Take an arrival: from a trader as a message, from an officer as a record."""
    user, at = current_user(request), now()
    offices = national_offices(reference.current(at))
    if user.role in TRADERS:
        of_ics2 = request.GET.get("message") == MEANS_ARRIVAL
        return (_notify_means if of_ics2 else _notify)(request, user, at, offices)
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
            request, form, lambda eori: arrival_of(wanted, eori=eori, at=at), fields=FIELDS, at=at
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


def _notify_means(
    request: HttpRequest, user: User, at: datetime, offices: list[OfficeRow]
) -> HttpResponse:
    operators = lodging_operators(user)
    form = NotifyMeansArrivalForm(
        request.POST or None,
        operators=operators,
        offices=offices,
        initial={**begin_with(request.GET, at), "email": user.email},
    )
    if form.is_valid():
        told, email = _means_arrival(form), form.cleaned_data["email"]
        sent = send(
            request,
            form,
            lambda eori: means_arrival_of(told, email=email, eori=eori, at=at),
            fields=MEANS_FIELDS,
            at=at,
        )
        if sent:
            return sent
    return _page(request, form, may_send=bool(operators))


def _means_arrival(form: NotifyMeansArrivalForm) -> MeansArrival:
    said = form.cleaned_data
    return MeansArrival(
        reference=said["reference"],
        mode=said["mode"],
        means=said["means"],
        arrived_at=said["arrived_at"],
        expected_at=said["expected_at"],
        office=said["office"],
        notifier="",
        mrns=said["filings"],
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
        generation=Generation.ANY,
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
    request: HttpRequest,
    form: NotifyArrivalForm | NotifyMeansArrivalForm | RecordArrivalForm,
    *,
    may_send: bool,
) -> HttpResponse:
    title, others = _title(form), _others(form)
    return message_page(request, form, title=title, may_send=may_send, others=others)


def _title(form: forms.Form) -> str:
    if isinstance(form, NotifyMeansArrivalForm):
        return _("Notify an arrival of ENS filings")
    notifies = isinstance(form, NotifyArrivalForm)
    return _("Notify an arrival") if notifies else _("Record an arrival")


def _others(form: forms.Form) -> list[tuple[str, str]]:
    """Return the address and the words of the form for declarations of the other generation."""
    if isinstance(form, NotifyArrivalForm):
        return [(f"?message={MEANS_ARRIVAL}", _("For ENS filings of ICS2 (IE3N06)"))]
    if isinstance(form, NotifyMeansArrivalForm):
        return [("?", _("For declarations of ICS phase 1 (UK347A)"))]
    return []


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
