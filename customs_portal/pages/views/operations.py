"""Operations: how the pipeline stands, and another try for what is parked."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from customs_portal.clock import now
from customs_portal.events.parked import retry
from customs_portal.pages.access import ADMINISTRATION, OVERSIGHT, current_user, for_roles
from customs_portal.pages.reads import operations as reads


@require_safe
@for_roles(OVERSIGHT)
def operations(request: HttpRequest) -> HttpResponse:
    """Show backlog, age and parked deliveries by consumer, and the outages."""
    may_retry = current_user(request).role in ADMINISTRATION
    context = {"found": reads.read(now()), "may_retry": may_retry}
    return render(request, "pages/operations.html", context)


@require_POST
@for_roles(ADMINISTRATION)
def retry_parked(request: HttpRequest) -> HttpResponse:
    """Give the chosen deliveries their attempts back."""
    ids = [int(each) for each in request.POST.getlist("delivery") if each.isdecimal()]
    count = retry(ids[: reads.MOST_PARKED], at=now())
    if count:
        text = ngettext(
            "%d delivery will be tried again.", "%d deliveries will be tried again.", count
        )
        messages.success(request, text % count)
    else:
        messages.error(request, _("Select deliveries first."))
    return redirect("operations")
