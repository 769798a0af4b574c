"""How people get in: their sessions in use, their invitations, and the trail of every attempt."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from customs_portal.events.append_only import append_only


class SignInEvent(models.Model):
    """One thing that happened at the door; never changed.

    `name` is what was typed where nobody of that name is known, shortened: it may be a password.
    `actor` is who did it to the user, such as the administrator who invited.
    """

    class Kind(models.TextChoices):
        """What happened."""

        SIGNED_IN = "signed_in", _("Signed in")
        REFUSED = "refused", _("Wrong name or password")
        CODE_REFUSED = "code_refused", _("Wrong security code")
        LOCKED = "locked", _("Too many attempts")
        SIGNED_OUT = "signed_out", _("Signed out")
        EXPIRED = "expired", _("Session ended by its limit")
        SESSIONS_ENDED = "sessions_ended", _("Other sessions ended")
        PASSWORD_CHANGED = "password_changed", _("Password changed")
        FACTOR_ADDED = "factor_added", _("Second step added")
        FACTOR_REMOVED = "factor_removed", _("Second step removed")
        INVITED = "invited", _("Invited")
        INVITATION_REVOKED = "invitation_revoked", _("Invitation withdrawn")
        INVITATION_USED = "invitation_used", _("Invitation used")

    user = models.ForeignKey(
        "accounts.User", models.PROTECT, related_name="+", null=True, verbose_name=_("user")
    )
    name = models.CharField(_("name tried"), max_length=150, blank=True)
    kind = models.CharField(_("what"), max_length=20, choices=Kind.choices)
    detail = models.CharField(_("detail"), max_length=40, blank=True)
    actor = models.ForeignKey(
        "accounts.User", models.PROTECT, related_name="+", null=True, verbose_name=_("by")
    )
    at = models.DateTimeField(_("time"))
    address = models.GenericIPAddressField(_("network address"), null=True)
    agent = models.CharField(_("browser"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("sign-in event")
        verbose_name_plural = _("sign-in events")
        indexes = [
            models.Index(fields=["-at"], name="sign_in_at"),
            models.Index(fields=["user", "at"], name="sign_in_user"),
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.user or self.name}"


class SignedInSession(models.Model):
    """A session in use; the browser's session names it, and ends with it.

    The key of the browser's session is not stored here: who reads this table gets in nowhere.
    """

    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="signed_in_sessions")
    started_at = models.DateTimeField(_("since"))
    seen_at = models.DateTimeField(_("last used"))
    address = models.GenericIPAddressField(_("network address"), null=True)
    agent = models.CharField(_("browser"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("session in use")
        verbose_name_plural = _("sessions in use")
        ordering = ["-seen_at"]

    def __str__(self) -> str:
        return f"{self.user} {self.started_at:%Y-%m-%d %H:%M}"


class Invitation(models.Model):
    """That a person may set a password through a link: once, until it ends or is withdrawn."""

    user = models.ForeignKey(
        "accounts.User", models.PROTECT, related_name="invitations", verbose_name=_("user")
    )
    made_by = models.ForeignKey(
        "accounts.User", models.PROTECT, related_name="+", verbose_name=_("by")
    )
    made_at = models.DateTimeField(_("made"))
    expires_at = models.DateTimeField(_("ends"))
    used_at = models.DateTimeField(_("used"), null=True)
    revoked_at = models.DateTimeField(_("withdrawn"), null=True)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-made_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(used_at__isnull=True, revoked_at__isnull=True),
                name="one_open_invitation",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.made_at:%Y-%m-%d}"
