"""Voyages and flights: the list of a day, one of them, and what is decided there."""

from datetime import date

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from customs_portal.clock import now
from customs_portal.looks import Look
from customs_portal.pages.access import CASEWORK, READING, current_user, for_roles
from customs_portal.pages.days import day_of
from customs_portal.pages.forms import PageForm
from customs_portal.pages.looking import How, What, note_looks
from customs_portal.pages.office import national_offices
from customs_portal.pages.reads import voyages as reads
from customs_portal.pages.reads.queue import MODE_NAMES
from customs_portal.pages.reason_forms import NoFurtherActionForm, ReleaseForm
from customs_portal.reference import snapshot as reference
from declarations.models import Arrival, ArrivalLine
from declarations.services import goods
from declarations.services.results import Refused
from declarations.services.unmatched import Lift, Waiver, lift_holds, waive
from risk import services

MOST_SELECTED = 500


class SettleForm(PageForm):
    """What becomes of goods without a declaration."""

    waiver = forms.ChoiceField(
        label=gettext_lazy("No declaration is needed"), choices=ArrivalLine.Waiver.choices
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=400)


@require_safe
@for_roles(READING)
def voyages(request: HttpRequest) -> HttpResponse:
    """Show what is expected and what came on a day, by means of transport."""
    user, at = current_user(request), now()
    day = day_of(request.GET.get("day", "")) or timezone.localtime(at).date()
    office = request.GET.get("office", "")
    context = {
        "rows": reads.voyages(user, day, office),
        "may_work": user.role in CASEWORK,
        "day": day,
        "office": office,
        "offices": national_offices(reference.current(at)),
    }
    return render(request, "pages/voyages.html", context)


def _key(mode: str, means: str, day: str) -> reads.Key:
    """Return the voyage that an address names; raises Http404 for none."""
    when = day_of(day)
    if when is None or mode not in MODE_NAMES:
        raise Http404
    return reads.Key(day=when, mode=mode, means=means)


@require_safe
@for_roles(READING)
def voyage(request: HttpRequest, mode: str, means: str, day: str) -> HttpResponse:
    """Show one voyage with everything on it."""
    user, at = current_user(request), now()
    found = reads.voyage(user, _key(mode, means, day))
    looks = [Look(what=What.ENS.value, reference=row.mrn, ens=row.ens) for row in found.aboard]
    note_looks(request, looks, how=How.LISTED)
    context = {
        "voyage": found,
        "may_work": user.role in CASEWORK,
        "settle": SettleForm(),
        "form": NoFurtherActionForm(at=at.date()),
    }
    return render(request, "pages/voyage.html", context)


@require_POST
@for_roles(CASEWORK)
def close(request: HttpRequest, mode: str, means: str, day: str) -> HttpResponse:
    """Take no further action on the chosen declarations: first show what would happen, then do."""
    found = reads.voyage(current_user(request), _key(mode, means, day))
    rows = _chosen(request, found)
    form = NoFurtherActionForm(request.POST, at=now().date())
    if not rows:
        messages.error(request, _("Select declarations first."))
        return redirect(_address(found.key))
    if not form.is_valid() or "confirm" not in request.POST:
        context = {"voyage": found, "rows": rows, "form": form}
        return render(request, "pages/voyage_close.html", context, status=_status(form))
    _close(request, rows, form)
    return redirect(_address(found.key))


def _chosen(request: HttpRequest, found: reads.Voyage) -> list[reads.Aboard]:
    chosen = set(request.POST.getlist("ens")[:MOST_SELECTED])
    return [row for row in found.aboard if str(row.ens) in chosen]


@require_POST
@for_roles(CASEWORK)
def release(request: HttpRequest, mode: str, means: str, day: str) -> HttpResponse:
    """Release the presented goods of the chosen declarations: first show which, then do."""
    found = reads.voyage(current_user(request), _key(mode, means, day))
    rows = _chosen(request, found)
    confirmed = request.POST if "confirm" in request.POST else None
    form = ReleaseForm(confirmed, at=now().date())
    if not rows:
        messages.error(request, _("Select declarations first."))
        return redirect(_address(found.key))
    if not form.is_valid():
        context = {"voyage": found, "rows": rows, "form": form}
        status = 422 if form.is_bound else 200
        return render(request, "pages/voyage_release.html", context, status=status)
    _release(request, rows, form)
    return redirect(_address(found.key))


def _release(request: HttpRequest, rows: list[reads.Aboard], form: ReleaseForm) -> None:
    """Release each presented consignment on which nothing is open, and say why others were not."""
    orders = [
        goods.GoodsOrder(consignment=key, **form.cleaned_data) for row in rows for key in row.lives
    ]
    with transaction.atomic():
        results = goods.release(orders, officer=current_user(request), at=now())
    done = sum(not isinstance(result, Refused) for result in results)
    if done:
        text = ngettext("%d consignment is released.", "%d consignments are released.", done)
        messages.success(request, text % done)
    refused = [result for result in results if isinstance(result, Refused)]
    for text in dict.fromkeys(found.text for each in refused for found in each.findings):
        messages.error(request, text)


def _status(form: NoFurtherActionForm) -> int:
    return 200 if form.is_valid() else 422


def _address(key: reads.Key) -> str:
    return address_of(key.mode, key.means, key.day)


def address_of(mode: str, means: str, day: date) -> str:
    """Return the address of a voyage."""
    return reverse("voyage", args=[mode, means, day.isoformat()])


def _close(request: HttpRequest, rows: list[reads.Aboard], form: NoFurtherActionForm) -> None:
    """Decide the open cases on the revisions that the officer saw; the others stay as they are."""
    orders = [
        services.DecisionOrder(
            case=row.case,
            revision=_revision(request, row),
            verb="no_further_action",
            reason_code=form.cleaned_data["reason_code"],
            note=form.cleaned_data["note"],
        )
        for row in rows
        if row.case is not None
    ]
    with transaction.atomic():
        results = services.decide(orders, officer=current_user(request), at=now())
    done = sum(isinstance(result, services.Decided) for result in results)
    if done:
        text = ngettext("%d case is closed.", "%d cases are closed.", done) % done
        messages.success(request, text)
    refused = [result for result in results if isinstance(result, services.Refused)]
    for text in dict.fromkeys(found.text for each in refused for found in each.findings):
        messages.error(request, text)


def _revision(request: HttpRequest, row: reads.Aboard) -> int:
    sent = request.POST.get(f"revision-{row.case}", "")
    return int(sent) if sent.isdecimal() else 0


@require_POST
@for_roles(CASEWORK)
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Settle goods without a declaration: none is needed, or they need not be held."""
    user = current_user(request)
    line = ArrivalLine.objects.visible_to(user).select_related("arrival").filter(pk=pk).first()
    if line is None:
        raise Http404
    note = request.POST.get("reason", "")[:400]
    with transaction.atomic():
        if "lift" in request.POST:
            [result] = lift_holds([Lift(line=pk, note=note)], officer=user, at=now())
        else:
            wanted = Waiver(line=pk, waiver=request.POST.get("waiver", ""), note=note)
            [result] = waive([wanted], officer=user, at=now())
    if isinstance(result, Refused):
        for finding in result.findings:
            messages.error(request, finding.text)
    else:
        messages.success(request, _("%s is settled.") % line)
    return redirect(address_of_arrival(line.arrival))


def address_of_arrival(arrival: Arrival) -> str:
    """Return the address of the voyage that an arrival ended."""
    day = arrival.expected_on or timezone.localtime(arrival.arrived_at).date()
    return address_of(arrival.transport_mode, arrival.means or arrival.reference, day)
