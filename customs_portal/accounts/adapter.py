"""How people get in: accounts are made by an administrator, never by the person."""

from datetime import timedelta
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from customs_portal.accounts import sessions
from customs_portal.accounts.addresses import address_of
from customs_portal.accounts.models import SignInEvent, User
from customs_portal.accounts.sign_in_trail import record, record_attempt
from customs_portal.clock import now

FRESH = timedelta(minutes=5)
"""How long after a login the password is not asked again for changes of the account."""


class ClosedAdapter(DefaultAccountAdapter):
    """allauth without registration, with a trail of refused attempts."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": _("The user name or the password is not right."),
        "too_many_login_attempts": _("Too many attempts. Wait five minutes, then try again."),
        "rate_limited": _("Too many attempts. Wait five minutes, then try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never open."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the address by which attempts are counted."""
        return address_of(request) or "unknown"

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the attempt; raises ValidationError, recorded, when there were too many."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            name = str(credentials.get("username", ""))
            record_attempt(SignInEvent.Kind.LOCKED, request=request, at=now(), name=name)
            raise

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Record a wrong name or password."""
        name = str(credentials.get("username", ""))
        record_attempt(SignInEvent.Kind.REFUSED, request=request, at=now(), name=name)

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        """Tell whoever knew the password of a closed account whom to ask."""
        kind = SignInEvent.Kind.REFUSED
        record(kind, request=request, at=now(), user=user, detail="account closed")
        messages.error(request, _("This account is closed. Ask your administrator."))
        return redirect("account_login")

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Ask the password again, but not right after the login."""
        user = self.request.user
        row = sessions.current(self.request.session, user=user) if user.pk else None
        return row is None or now() - row.started_at > FRESH

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Go back to the page of the account."""
        return reverse("your_account")
