"""The door in the admin: its trail, sessions in use, invitations."""

from typing import cast

from allauth.mfa.models import Authenticator
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from customs_portal.accounts.invitations import revoke
from customs_portal.accounts.models import Invitation, SignedInSession, SignInEvent, User
from customs_portal.accounts.sign_in_trail import record
from customs_portal.admin_access import ADMINISTRATION, AUDIT, RoleAdmin, role_of
from customs_portal.clock import now

admin.site.unregister(Authenticator)


@admin.register(SignInEvent)
class SignInEventAdmin(RoleAdmin):
    """Every attempt to get in and every change of how somebody gets in."""

    readers = ADMINISTRATION | AUDIT
    list_display = ("at", "kind", "user", "name", "detail", "actor", "address")
    list_filter = ("kind", "at")
    list_select_related = ("user", "actor")
    search_fields = ("=user__username", "name", "=address")
    date_hierarchy = "at"
    ordering = ("-at", "-pk")


@admin.register(SignedInSession)
class SignedInSessionAdmin(RoleAdmin):
    """Who is logged in, since when and from where."""

    readers = ADMINISTRATION | AUDIT
    list_display = ("user", "started_at", "seen_at", "address", "agent")
    list_filter = ("seen_at",)
    list_select_related = ("user",)
    search_fields = ("=user__username", "=address")
    date_hierarchy = "started_at"
    ordering = ("-seen_at",)


@admin.register(Invitation)
class InvitationAdmin(RoleAdmin):
    """Who was invited by whom, and whether the link was used."""

    readers = ADMINISTRATION | AUDIT
    list_display = ("user", "made_by", "made_at", "expires_at", "used_at", "revoked_at")
    list_filter = ("made_at",)
    list_select_related = ("user", "made_by")
    search_fields = ("=user__username", "=user__email")
    date_hierarchy = "made_at"
    ordering = ("-made_at",)
    actions = ("revoke",)

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        """Whether the role may withdraw invitations."""
        return role_of(request) in ADMINISTRATION

    @admin.action(description=_("Withdraw"), permissions=["revoke"])
    def revoke(self, request: HttpRequest, rows: QuerySet[Invitation]) -> None:
        """Withdraw the chosen invitations that are open."""
        at, by = now(), cast("User", request.user)
        with transaction.atomic():
            done = revoke(list(rows.values_list("pk", flat=True)), at=at)
            for row in done:
                kind = SignInEvent.Kind.INVITATION_REVOKED
                record(kind, request=request, at=at, user=row.user, actor=by)
        text = ngettext("%d invitation withdrawn.", "%d invitations withdrawn.", len(done))
        self.message_user(request, text % len(done), messages.SUCCESS)
