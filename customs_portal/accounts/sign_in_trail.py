"""The trail of the door: every attempt to get in and every change of how somebody gets in."""

from datetime import datetime

from django.http import HttpRequest

from customs_portal.accounts.addresses import address_of, agent_of
from customs_portal.accounts.models import SignInEvent, User

KEPT_OF_UNKNOWN = 3


def record(
    kind: SignInEvent.Kind,
    *,
    request: HttpRequest,
    at: datetime,
    user: User | None = None,
    name: str = "",
    detail: str = "",
    actor: User | None = None,
) -> None:
    """Record what happened, from where; `name` is what was typed where `user` is not known."""
    SignInEvent.objects.create(
        kind=kind,
        user=user,
        name=shortened(name),
        detail=detail[:40],
        actor=actor,
        at=at,
        address=address_of(request),
        agent=agent_of(request),
    )


def record_attempt(
    kind: SignInEvent.Kind, *, request: HttpRequest, at: datetime, name: str, detail: str = ""
) -> None:
    """Record an attempt that did not get in, under the person of that name if there is one."""
    user = User.objects.filter(username=name).first()
    record(kind, request=request, at=at, user=user, name="" if user else name, detail=detail)


def shortened(name: str) -> str:
    """Return the beginning of a name that nobody has: people type passwords in the wrong field."""
    text = name.replace("\x00", "")
    return text if len(text) <= KEPT_OF_UNKNOWN else f"{text[:KEPT_OF_UNKNOWN]}…"
