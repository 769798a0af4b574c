"""Where a second step is required, nothing opens before it is set up."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.deprecation import MiddlewareMixin

from customs_portal.accounts.models import User
from customs_portal.accounts.second_factor import must_set_up

SETTING_UP = frozenset(
    {
        "account_login",
        "account_logout",
        "account_reauthenticate",
        "invitation",
        "livez",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
        "mfa_view_recovery_codes",
        "readyz",
    }
)
"""Names of URLs that lead to a second step, or out."""


class SecondStepMiddleware(MiddlewareMixin):
    """Leads staff without a second step to its set-up, whatever they ask for."""

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponse],
        args: tuple[object, ...],
        kwargs: dict[str, object],
    ) -> HttpResponse | None:
        """Let the request pass unless whoever is logged in lacks a second step."""
        user, match = request.user, request.resolver_match
        if not isinstance(user, User) or not must_set_up(user):
            return None
        request.setting_up = True  # type: ignore[attr-defined]
        known = match is not None and match.view_name in SETTING_UP
        return None if known else redirect("mfa_activate_totp")
