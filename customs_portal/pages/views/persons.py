"""Reading the names of natural persons, for a stated reason that is recorded."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from customs_portal.pages.access import WITHOUT_NEED, current_user, for_roles
from customs_portal.pages.looking import How, What, note_look
from declarations.models import Ens
from messaging.models import InboundMessage, OutboundMessage

SHORTEST_REASON = 10


@require_POST
@for_roles(WITHOUT_NEED)
def of_ens(request: HttpRequest, mrn: str) -> HttpResponse:
    """Open the names in an ENS for an hour."""
    found = Ens.objects.visible_to(current_user(request)).filter(mrn=mrn).first()
    if found is None:
        raise Http404
    return _opened(request, What.ENS, found.mrn, ens=found.pk, page=redirect("ens", found.mrn))


@require_POST
@for_roles(WITHOUT_NEED)
def of_received(request: HttpRequest, correlation: UUID) -> HttpResponse:
    """Open a message received for an hour."""
    seen = InboundMessage.objects.visible_to(current_user(request))
    found = seen.filter(correlation=correlation).first()
    if found is None:
        raise Http404
    page = redirect("message", found.correlation)
    return _opened(request, What.MESSAGE_RECEIVED, found.correlation, ens=None, page=page)


@require_POST
@for_roles(WITHOUT_NEED)
def of_sent(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a message written for an hour."""
    seen = OutboundMessage.objects.visible_to(current_user(request))
    found = seen.filter(pk=pk).first()
    if found is None:
        raise Http404
    what, name = What.MESSAGE_SENT, found.message_identification
    return _opened(request, what, name, ens=found.ens_id, page=redirect("message_sent", found.pk))


def _opened(
    request: HttpRequest, what: What, reference: object, *, ens: int | None, page: HttpResponse
) -> HttpResponse:
    """Record the reason, or say that it is missing, and lead back to where it was asked for."""
    stated = request.POST.get("reason", "").replace("\x00", "").strip()
    if len(stated) < SHORTEST_REASON:
        messages.error(request, _("Say in at least 10 signs why you need the names."))
    else:
        note_look(request, what, reference, ens=ens, how=How.UNMASKED, reason=stated)
    back = request.POST.get("next", "")
    own = url_has_allowed_host_and_scheme(
        back, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return redirect(back) if back and own else page
