"""One message: its page, and its exact bytes, for whoever may see them. Each look is recorded."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from customs_portal.accounts.models import AccessLog
from customs_portal.clock import now
from customs_portal.pages.access import READING, TRADERS, current_user, for_roles
from customs_portal.pages.frames import base_of
from customs_portal.pages.looking import note_look
from customs_portal.pages.reads import message as reads
from messaging.models import InboundMessage, OutboundMessage
from messaging.reads import kept_body, may_read_body

READERS = READING | TRADERS


@require_safe
@for_roles(READERS)
def message(request: HttpRequest, correlation: UUID) -> HttpResponse:
    """Show a message received, with its findings beside its lines."""
    found = _received(request, correlation=correlation)
    return _page(request, reads.received(found, current_user(request), now()))


@require_safe
@for_roles(READERS)
def sent(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a message written."""
    return _page(request, reads.sent(_written(request, pk), current_user(request), now()))


@require_safe
@for_roles(READERS)
def raw(request: HttpRequest, correlation: UUID) -> HttpResponse:
    """Return a message as it was received, by its correlation id."""
    return _download(request, _received(request, correlation=correlation), str(correlation))


@require_safe
@for_roles(READING)
def received(request: HttpRequest, pk: int) -> HttpResponse:
    """Return a message as it was received."""
    return _download(request, _received(request, pk=pk), str(pk))


@require_safe
@for_roles(READERS)
def written(request: HttpRequest, pk: int) -> HttpResponse:
    """Return a message as it was written."""
    found = _written(request, pk)
    return _download(request, found, found.message_identification)


def _received(request: HttpRequest, **names: object) -> InboundMessage:
    """Return the message and record the look; raises Http404 for one that is hidden or is not."""
    seen = InboundMessage.objects.visible_to(current_user(request))
    related = seen.select_related("operator", "answer", "repeats__answer")
    found: InboundMessage | None = related.filter(**names).first()
    if found is None:
        raise Http404
    note_look(request, AccessLog.What.MESSAGE_RECEIVED, found.correlation)
    return found


def _written(request: HttpRequest, pk: int) -> OutboundMessage:
    seen = OutboundMessage.objects.visible_to(current_user(request)).select_related("answers")
    found: OutboundMessage | None = seen.filter(pk=pk).first()
    if found is None:
        raise Http404
    note_look(request, AccessLog.What.MESSAGE_SENT, found.message_identification, ens=found.ens_id)
    return found


def _page(request: HttpRequest, view: reads.MessageView) -> HttpResponse:
    context = {"base": base_of(request), "message": view, "at": now()}
    return render(request, "pages/message.html", context)


def _download(
    request: HttpRequest, message: InboundMessage | OutboundMessage, name: str
) -> HttpResponse:
    """Never shown inside the site: what a stranger wrote is saved, not opened.

    Whoever has no need of the names in it states a reason first.
    """
    if not may_read_body(message, current_user(request), now()):
        messages.error(request, _("Say why you need the message as it is, then download it."))
        return redirect(reads.address_of(message))
    body = kept_body(message)
    if body is None:
        messages.error(request, _("The message is no longer kept."))
        return redirect(reads.address_of(message))
    response = HttpResponse(body, content_type=_media_type(message))
    response["Content-Disposition"] = (
        f'attachment; filename="{message.kind or "message"}-{name}{_ending(message)}"'
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _media_type(message: InboundMessage | OutboundMessage) -> str:
    return message.media_type if isinstance(message, OutboundMessage) else "application/xml"


def _ending(message: InboundMessage | OutboundMessage) -> str:
    return ".json" if _media_type(message) == "application/json" else ".xml"
