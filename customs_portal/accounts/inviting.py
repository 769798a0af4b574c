"""Making an invitation from a page: the link, its mail and its line in the trail."""

import logging
from smtplib import SMTPException

import msgspec
from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from customs_portal.accounts.invitations import invite, token_of
from customs_portal.accounts.models import Invitation, SignInEvent, User
from customs_portal.accounts.second_factor import remove_second_step
from customs_portal.accounts.sign_in_trail import record
from customs_portal.clock import now

logger = logging.getLogger(__name__)


class Invited(msgspec.Struct, frozen=True, kw_only=True):
    """An invitation made: the link, shown once, and to which address it was sent as well."""

    invitation: Invitation
    link: str
    mailed_to: str


def invite_from(request: HttpRequest, *, user: User, by: User) -> Invited:
    """Invite the person, record it, and mail the link where mail is configured."""
    with transaction.atomic():
        invitation = invite(user=user, by=by, at=now())
        kind = SignInEvent.Kind.INVITED
        record(kind, request=request, at=invitation.made_at, user=user, actor=by)
    link = request.build_absolute_uri(reverse("invitation", args=[token_of(invitation)]))
    return Invited(invitation=invitation, link=link, mailed_to=_mail(user, link))


def forget_second_step(request: HttpRequest, *, user: User, by: User) -> None:
    """Remove the second step of somebody who lost it, and record who did."""
    with transaction.atomic():
        if remove_second_step(user):
            kind = SignInEvent.Kind.FACTOR_REMOVED
            record(kind, request=request, at=now(), user=user, actor=by, detail="all")


def _mail(user: User, link: str) -> str:
    """Send the link; return the address, empty where nothing was sent."""
    if not (settings.EMAIL_URL and user.email):
        return ""
    text = render_to_string("account/email/invitation.txt", {"user": user, "link": link})
    try:
        send_mail(_("Your access to the portal"), text, None, [user.email])
    except (OSError, SMTPException):
        logger.exception("The invitation of user %s could not be mailed", user.pk)
        return ""
    return user.email
