"""People: each has one role."""

from typing import TYPE_CHECKING

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from customs_portal.accounts.standing import Standing
from customs_portal.events.changes import tracked

if TYPE_CHECKING:
    from customs_portal.accounts.models.operators import (
        Operator,
        OperatorMembership,
    )


class Role(models.TextChoices):
    """The roles of the access table; a user has exactly one."""

    OFFICER = "officer", _("Officer")
    SUPERVISOR = "supervisor", _("Supervisor")
    ANALYST = "analyst", _("Risk analyst")
    APPROVER = "approver", _("Risk approver")
    ADMINISTRATOR = "administrator", _("Administrator")
    AUDITOR = "auditor", _("Auditor")
    TRADER = "trader", _("Trader")
    PARTNER = "partner", _("Partner system")


STAFF_ROLES = frozenset(Role) - {Role.TRADER, Role.PARTNER}


class User(AbstractUser):  # type: ignore[django-manager-missing]  # knox has no types
    """A person, or the technical account of a trader's or partner's system."""

    role = models.CharField(_("role"), max_length=16, choices=Role.choices, default=Role.TRADER)
    offices = models.ManyToManyField(
        "reference.Office", through="OfficeMembership", related_name="+", verbose_name=_("offices")
    )
    operators: "models.ManyToManyField[Operator, OperatorMembership]" = models.ManyToManyField(
        "Operator",
        through="OperatorMembership",
        related_name="users",
        verbose_name=_("operators"),
    )
    single_keys = models.BooleanField(_("single keys"), default=False)
    theme = models.CharField(
        _("theme"),
        max_length=5,
        choices=[("auto", _("as the system")), ("light", _("light")), ("dark", _("dark"))],
        default="auto",
    )

    standing: Standing | None = None
    """Where the user stands, for the life of one request; see `policies.stand`."""

    REQUIRED_FIELDS = [*AbstractUser.REQUIRED_FIELDS, "role"]

    class Meta(AbstractUser.Meta):
        triggers = [tracked(hidden=("password",), ignored=("last_login",))]
        verbose_name = _("user")  # type: ignore[assignment]  # lazy
        verbose_name_plural = _("users")  # type: ignore[assignment]  # lazy

    def save(self, *args: object, **kwargs: object) -> None:
        """Keep Django's own staff flag equal to what the role says."""
        self.is_staff = self.role in STAFF_ROLES
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    @property
    def is_official(self) -> bool:
        """Whether the user works for the administration."""
        return self.is_active and self.role in STAFF_ROLES
