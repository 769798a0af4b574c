"""Recording what is read through the API, in the name of the token's account."""

from typing import cast

from rest_framework.request import Request

from customs_portal import clock
from customs_portal.accounts.access_log import record_access
from customs_portal.accounts.addresses import address_of
from customs_portal.accounts.models import AccessLog, User


def note_look(request: Request, what: AccessLog.What, reference: object) -> None:
    """Record that the account reads `reference`, before it is sent."""
    user, address = cast(User, request.user), address_of(request) or ""
    record_access(user, what, reference, at=clock.now(), address=address)
