"""Partners for those who run the portal: what waits and why, another try, outages, keys."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from customs_portal.clock import now
from customs_portal.pages.access import ADMINISTRATION, OVERSIGHT, current_user, for_roles
from customs_portal.pages.partner_forms import KeysForm, OutageForm
from customs_portal.pages.reads import partners as reads
from messaging.models import Partner, PartnerOutage
from messaging.wire.concluding import set_aside, try_again
from messaging.wire.outcomes import Delivered, Handed
from messaging.wire.partner_keys import KeysRefused, read_set, take_over
from messaging.wire.sending import fetch_keys, try_connection

LONGEST_REASON = 200


@require_safe
@for_roles(OVERSIGHT)
def partners(request: HttpRequest) -> HttpResponse:
    """Show how the line to each partner stands, those in trouble first."""
    return render(request, "pages/partners.html", {"rows": reads.partners(now())})


@require_safe
@for_roles(OVERSIGHT)
def partner(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one partner: what waits, since when, why, and when it is tried next."""
    return _page(request, _partner(pk))


def _partner(pk: int) -> Partner:
    return get_object_or_404(Partner, pk=pk)


def _page(
    request: HttpRequest,
    found: Partner,
    outage: OutageForm | None = None,
    keys: KeysForm | None = None,
) -> HttpResponse:
    context = {
        "page": reads.partner_page(found, now()),
        "may_act": current_user(request).role in ADMINISTRATION,
        "outage_form": outage or OutageForm(),
        "keys_form": keys or KeysForm(),
        "form": outage or keys,
    }
    status = 422 if outage or keys else 200
    return render(request, "pages/partner.html", context, status=status)


@require_POST
@for_roles(ADMINISTRATION)
def test(request: HttpRequest, pk: int) -> HttpResponse:
    """Test the connection: both signatures, the agreement, the clocks."""
    outcome = try_connection(_partner(pk), at=now())
    if isinstance(outcome, Delivered):
        messages.success(request, _("The connection works: its receipt is right."))
    elif isinstance(outcome, Handed):
        messages.success(request, _("The test lies in the folder of the gateway."))
    else:
        messages.error(request, _("The connection does not work: %s") % outcome.reason)
    return redirect("partner", pk)


@require_POST
@for_roles(ADMINISTRATION)
def replay(request: HttpRequest, pk: int) -> HttpResponse:
    """Have the chosen messages tried now, or all."""
    found, chosen = _partner(pk), _chosen(request)
    if "all" not in request.POST and not chosen:
        messages.error(request, _("Select messages first."))
        return redirect("partner", pk)
    try_again(found, None if "all" in request.POST else chosen, at=now())
    messages.success(request, _("They are tried now."))
    return redirect("partner", pk)


@require_POST
@for_roles(ADMINISTRATION)
def give_up(request: HttpRequest, pk: int) -> HttpResponse:
    """Set the chosen messages aside, for a reason; what follows them goes on."""
    found, chosen = _partner(pk), _chosen(request)
    reason = request.POST.get("reason", "").strip()[:LONGEST_REASON]
    if not chosen or not reason:
        messages.error(request, _("Select messages and write down the reason."))
        return redirect("partner", pk)
    count = set_aside(found, chosen, reason=reason, by=current_user(request).pk, at=now())
    text = ngettext("%d message is set aside.", "%d messages are set aside.", count)
    messages.success(request, text % count)
    return redirect("partner", pk)


def _chosen(request: HttpRequest) -> list[int]:
    sent = request.POST.getlist("message")[: reads.MOST_SHOWN]
    return [int(each) for each in sent if each.isdecimal() and len(each) < 19]


@require_POST
@for_roles(ADMINISTRATION)
def plan_outage(request: HttpRequest, pk: int) -> HttpResponse:
    """Plan an outage: meanwhile nothing is tried and nobody alarmed."""
    found, form = _partner(pk), OutageForm(request.POST)
    if not form.is_valid():
        return _page(request, found, outage=form)
    PartnerOutage.objects.create(partner=found, **form.cleaned_data)
    messages.success(request, _("The outage is planned."))
    return redirect("partner", pk)


@require_POST
@for_roles(ADMINISTRATION)
def end_outage(request: HttpRequest, pk: int, outage: int) -> HttpResponse:
    """End an outage now; one that has not begun is taken back."""
    at = now()
    row = get_object_or_404(PartnerOutage, pk=outage, partner=pk, to_at__gt=at)
    if row.from_at >= at:
        row.delete()
    else:
        row.to_at = at
        row.save(update_fields=["to_at"])
    messages.success(request, _("The outage is over."))
    return redirect("partner", pk)


@require_POST
@for_roles(ADMINISTRATION)
def fetch(request: HttpRequest, pk: int) -> HttpResponse:
    """Take over the keys that the partner publishes, signed with one that we know."""
    try:
        count = fetch_keys(_partner(pk), at=now())
    except KeysRefused as error:
        messages.error(request, str(error))
    else:
        text = ngettext("%d key is new.", "%d keys are new.", count)
        messages.success(request, text % count if count else _("No key is new."))
    return redirect("partner", pk)


@require_POST
@for_roles(ADMINISTRATION)
def enter_keys(request: HttpRequest, pk: int) -> HttpResponse:
    """Take over keys that a person got from the partner by another way."""
    found, form = _partner(pk), KeysForm(request.POST)
    if not form.is_valid():
        return _page(request, found, keys=form)
    try:
        take_over(found, read_set(form.cleaned_data["keys"].encode(), now()), at=now())
    except KeysRefused as error:
        form.add_error("keys", str(error))
        return _page(request, found, keys=form)
    messages.success(request, _("These are its keys now."))
    return redirect("partner", pk)
