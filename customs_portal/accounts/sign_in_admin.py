"""The door in the admin: its trail, sessions in use, invitations."""

from allauth.mfa.models import Authenticator
from django.contrib import admin

from customs_portal.accounts.models import Invitation, SignedInSession, SignInEvent
from customs_portal.admin_access import ADMINISTRATION, AUDIT, RoleAdmin

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
