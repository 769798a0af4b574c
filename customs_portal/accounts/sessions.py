"""Sessions in use: begun at login, kept alive by use, ended by limits or by the person.

The browser's session (Django's) holds the number of its row here. Where the row is gone the
session is over, on whatever machine it is.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db.models import Q, QuerySet

from customs_portal.accounts.models import SignedInSession, User
from customs_portal.bulk import read_prepared

SESSION_NAME = "signed_in_session"
TOUCH_AFTER = timedelta(seconds=60)
"""How old the last note of use may grow, so that not every request writes."""


def begin(
    session: SessionBase, *, user: User, at: datetime, address: str | None, agent: str
) -> None:
    """Note that a session is in use from now on; forget the person's that ran out."""
    over(user, at).delete()
    row = SignedInSession.objects.create(
        user=user, started_at=at, seen_at=at, address=address, agent=agent
    )
    session[SESSION_NAME] = row.pk


def current(session: SessionBase, *, user: User) -> SignedInSession | None:
    """Return the row of a browser's session, None where it has been ended."""
    found = read_prepared(
        SignedInSession,
        "t.id = %s::bigint AND t.user_id = %s::bigint",
        [own_number(session), user.pk],
    )
    return found[0] if found else None


def own_number(session: SessionBase) -> int:
    """Return the number of the row of a browser's session; 0, which no row has, without one."""
    return int(session.get(SESSION_NAME, 0))


def limit_passed(row: SignedInSession, at: datetime) -> str:
    """Return which limit has ended the session, `idle` or `absolute`; empty while it lives."""
    if at - row.started_at >= absolute_limit():
        return "absolute"
    return "idle" if at - row.seen_at >= idle_limit() else ""


def touch(row: SignedInSession, *, at: datetime) -> None:
    """Note that the session was used."""
    if at - row.seen_at >= TOUCH_AFTER:
        SignedInSession.objects.filter(pk=row.pk, seen_at__lt=at).update(seen_at=at)


def end(session: SessionBase) -> None:
    """End a browser's own session."""
    SignedInSession.objects.filter(pk=own_number(session)).delete()


def end_others(session: SessionBase, *, user: User) -> int:
    """End all sessions of the user but this one; return how many."""
    others = SignedInSession.objects.filter(user=user).exclude(pk=own_number(session))
    return others.delete()[0]


def end_all(*, user: User) -> int:
    """End all sessions of the user; return how many."""
    return SignedInSession.objects.filter(user=user).delete()[0]


def in_use(user: User, at: datetime) -> list[SignedInSession]:
    """Return the user's sessions that are within their limits, the last used first."""
    over_now = over(user, at).values("pk")
    return list(SignedInSession.objects.filter(user=user).exclude(pk__in=over_now))


def over(user: User, at: datetime) -> QuerySet[SignedInSession]:
    """Return the user's sessions that ran out."""
    ended = Q(started_at__lte=at - absolute_limit()) | Q(seen_at__lte=at - idle_limit())
    return SignedInSession.objects.filter(ended, user=user)


def idle_limit() -> timedelta:
    """Return how long a session lives without use."""
    return timedelta(minutes=settings.SESSION_IDLE_MINUTES)


def absolute_limit() -> timedelta:
    """Return how long a session lives at most."""
    return timedelta(hours=settings.SESSION_HOURS)
