"""Telling somebody by telephone what their system did not collect."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from customs_portal.clock import now
from customs_portal.pages.access import CASEWORK, current_user, for_roles
from messaging.undelivered import record_call
from risk.models import Case
from risk.services import Refused


@require_POST
@for_roles(CASEWORK)
def record(request: HttpRequest, case_id: int) -> HttpResponse:
    """Record the call and close the case, or say what is missing."""
    user = current_user(request)
    if not Case.objects.visible_to(user).filter(pk=case_id).exists():
        raise Http404
    with transaction.atomic():
        [result] = record_call([case_id], note=request.POST.get("note", ""), officer=user, at=now())
    if isinstance(result, Refused):
        for finding in result.findings:
            messages.error(request, finding.text)
        return redirect("review", case_id)
    messages.success(request, _("The call is recorded."))
    return redirect("queue")
