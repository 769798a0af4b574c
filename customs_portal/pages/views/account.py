"""Your account: password, second step, sessions in use."""

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from customs_portal.accounts import sessions
from customs_portal.accounts.models import SignInEvent
from customs_portal.accounts.sign_in_trail import record
from customs_portal.clock import now
from customs_portal.pages.access import current_user

LAST_EVENTS = 10


@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """Show how the user gets in, from where they are logged in, and what happened last."""
    user, at = current_user(request), now()
    steps = Authenticator.objects.filter(user=user).order_by("created_at")
    context = {
        "steps": {
            kind: [step for step in steps if step.type == kind] for kind in Authenticator.Type
        },
        "sessions": sessions.in_use(user, at),
        "own": sessions.own_number(request.session),
        "events": SignInEvent.objects.filter(user=user).order_by("-at")[:LAST_EVENTS],
        "idle_minutes": int(sessions.idle_limit().total_seconds() // 60),
        "hours": int(sessions.absolute_limit().total_seconds() // 3600),
    }
    return render(request, "pages/account.html", context)


@require_POST
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    """End all sessions of the user but this one."""
    user = current_user(request)
    count = sessions.end_others(request.session, user=user)
    if count:
        kind = SignInEvent.Kind.SESSIONS_ENDED
        record(kind, request=request, at=now(), user=user, detail=f"{count}")
    text = ngettext("%d other session ended.", "%d other sessions ended.", count) % count
    messages.success(request, text if count else _("There is no other session."))
    return redirect("your_account")
