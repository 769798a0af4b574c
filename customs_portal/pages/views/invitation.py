"""The page behind the link of an invitation: set the password, once."""

from django.contrib import messages
from django.contrib.auth.forms import SetPasswordForm
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from customs_portal.accounts import invitations
from customs_portal.accounts.models import SignInEvent
from customs_portal.accounts.sign_in_trail import record
from customs_portal.clock import now

GONE = 410


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Ask for a password and set it; say nothing of why a link does not work."""
    found = invitations.invitation_of(token, at=now())
    if found is None:
        return _gone(request)
    form = SetPasswordForm(found.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _set(request, token, form.cleaned_data["new_password1"])
    return render(request, "pages/invitation.html", {"form": form, "invited": found.user})


def _set(request: HttpRequest, token: str, password: str) -> HttpResponse:
    at = now()
    with transaction.atomic():
        user = invitations.use(token, password=password, at=at)
        if user is None:
            return _gone(request)
        record(SignInEvent.Kind.INVITATION_USED, request=request, at=at, user=user)
    messages.success(request, _("Your password is set. Log in with it."))
    return redirect("account_login")


def _gone(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/invitation_over.html", status=GONE)
