"""The exact bytes of messages, for whoever may see them."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from customs_portal.pages.access import READING, TRADERS, current_user, for_roles
from messaging.models import InboundMessage, OutboundMessage
from messaging.reads import raw_body


@require_safe
@for_roles(READING)
def received(request: HttpRequest, pk: int) -> HttpResponse:
    """Return a message as it was received."""
    found = InboundMessage.objects.visible_to(current_user(request)).filter(pk=pk).first()
    return _download(found, str(pk))


@require_safe
@for_roles(READING | TRADERS)
def written(request: HttpRequest, pk: int) -> HttpResponse:
    """Return a message as it was written."""
    found = OutboundMessage.objects.visible_to(current_user(request)).filter(pk=pk).first()
    return _download(found, found.message_identification if found else "")


def _download(message: InboundMessage | OutboundMessage | None, name: str) -> HttpResponse:
    """Never shown inside the site: what a stranger wrote is saved, not opened."""
    if message is None:
        raise Http404
    response = HttpResponse(raw_body(message), content_type="application/xml")
    response["Content-Disposition"] = (
        f'attachment; filename="{message.kind or "message"}-{name}.xml"'
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response
