"""Recording who looks at what, from a request."""

from django.http import HttpRequest

from customs_portal.accounts.access_log import record_access
from customs_portal.accounts.models import AccessLog
from customs_portal.clock import now
from customs_portal.pages.access import current_user


def note_look(
    request: HttpRequest, what: AccessLog.What, reference: object, *, reason: str = ""
) -> None:
    """Record that whoever asks reads `reference`, before it is shown."""
    address = request.META.get("REMOTE_ADDR", "")
    record_access(current_user(request), what, reference, at=now(), address=address, reason=reason)
