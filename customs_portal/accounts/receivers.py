"""What allauth and Django tell of logins, written to the trail; signals are their public way."""

from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from django.contrib.auth import signals as auth
from django.http import HttpRequest

from customs_portal.accounts import sessions
from customs_portal.accounts.addresses import address_of, agent_of
from customs_portal.accounts.models import SignInEvent, User
from customs_portal.accounts.sign_in_trail import record
from customs_portal.clock import now

Kind = SignInEvent.Kind


def connect() -> None:
    """Connect the receivers, each once."""
    auth.user_logged_in.connect(begin_session, dispatch_uid="begin_session")
    auth.user_logged_out.connect(signed_out, dispatch_uid="signed_out")
    account.user_logged_in.connect(signed_in, dispatch_uid="signed_in")
    account.password_changed.connect(password_changed, dispatch_uid="password_changed")
    mfa.authentication_failed.connect(code_refused, dispatch_uid="code_refused")
    mfa.authenticator_added.connect(factor_added, dispatch_uid="factor_added")
    mfa.authenticator_reset.connect(factor_added, dispatch_uid="factor_reset")
    mfa.authenticator_removed.connect(factor_removed, dispatch_uid="factor_removed")


def begin_session(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Note the session, however it came to be."""
    address, agent = address_of(request), agent_of(request)
    sessions.begin(request.session, user=user, at=now(), address=address, agent=agent)


def signed_in(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Record a login that went through all its steps."""
    record(Kind.SIGNED_IN, request=request, at=now(), user=user)


def signed_out(sender: Any, request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    """Record that somebody signed out; the session is no longer in use."""
    if user is None:
        return
    sessions.end(request.session)
    record(Kind.SIGNED_OUT, request=request, at=now(), user=user)


def password_changed(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Record it, and end the person's other sessions."""
    ended = sessions.end_others(request.session, user=user)
    detail = f"{ended} other sessions ended" if ended else ""
    record(Kind.PASSWORD_CHANGED, request=request, at=now(), user=user, detail=detail)


def code_refused(
    sender: Any, request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any
) -> None:
    """Record a wrong security code."""
    record(Kind.CODE_REFUSED, request=request, at=now(), user=user, detail=authenticator.type)


def factor_added(
    sender: Any, request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any
) -> None:
    """Record a new app, passkey or set of recovery codes."""
    record(Kind.FACTOR_ADDED, request=request, at=now(), user=user, detail=authenticator.type)


def factor_removed(
    sender: Any, request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any
) -> None:
    """Record that an app, a passkey or a set of recovery codes is gone."""
    record(Kind.FACTOR_REMOVED, request=request, at=now(), user=user, detail=authenticator.type)
