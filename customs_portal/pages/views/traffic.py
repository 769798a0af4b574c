"""Correcting the class of traffic of an ENS."""

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from customs_portal.clock import now
from customs_portal.pages.access import CASEWORK, current_user, for_roles
from customs_portal.pages.forms import PageForm
from declarations.models import Ens
from declarations.models.ens import TRAFFIC_CLASSES
from declarations.services.results import Refused
from declarations.services.traffic import TrafficOrder, correct_traffic
from declarations.traffic import TrafficClass


class TrafficForm(PageForm):
    """The right class, and why."""

    traffic = forms.ChoiceField(label=gettext_lazy("Traffic"), choices=TRAFFIC_CLASSES)
    traffic_reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200)


@require_POST
@for_roles(CASEWORK)
def correct(request: HttpRequest, mrn: str) -> HttpResponse:
    """Correct the class, or say why not."""
    user = current_user(request)
    found = Ens.objects.visible_to(user).filter(mrn=mrn).first()
    if found is None:
        raise Http404
    form = TrafficForm(request.POST)
    if form.is_valid():
        _carry_out(request, found, form, user.pk)
    for _field, text in form.summary():
        messages.error(request, text)
    return redirect("ens", mrn)


def _carry_out(request: HttpRequest, ens: Ens, form: TrafficForm, officer: int) -> None:
    order = TrafficOrder(
        ens=ens.pk,
        traffic=TrafficClass(form.cleaned_data["traffic"]),
        reason=form.cleaned_data["traffic_reason"],
    )
    with transaction.atomic():
        [result] = correct_traffic([order], officer=officer, at=now())
    if isinstance(result, Refused):
        for finding in result.findings:
            messages.error(request, finding.text)
    else:
        rule = result.lateness.limit.rule
        messages.success(request, _("The traffic is corrected. The limit is by %s.") % rule)
