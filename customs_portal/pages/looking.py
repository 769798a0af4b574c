"""Recording who looks at what, from a request."""

from collections.abc import Sequence

from django.http import HttpRequest

from customs_portal.accounts.access_log import record_looks
from customs_portal.accounts.addresses import address_of
from customs_portal.accounts.models import AccessLog
from customs_portal.clock import now
from customs_portal.looks import Look
from customs_portal.pages.access import current_user

How = AccessLog.How
What = AccessLog.What


def note_look(
    request: HttpRequest,
    what: AccessLog.What,
    reference: object,
    *,
    ens: int | None = None,
    how: AccessLog.How = How.READ,
    reason: str = "",
) -> None:
    """Record that whoever asks reads `reference`, before it is shown."""
    look = Look(what=what.value, reference=str(reference), ens=ens)
    note_looks(request, [look], how=how, reason=reason)


def note_looks(
    request: HttpRequest,
    looks: Sequence[Look],
    *,
    how: AccessLog.How = How.READ,
    reason: str = "",
) -> None:
    """Record that whoever asks is shown all of these, in one statement, before they are."""
    address = address_of(request) or ""
    user = current_user(request)
    record_looks(user, looks, at=now(), address=address, how=how, reason=reason)
