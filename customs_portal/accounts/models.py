"""People, the operators they act for, the offices they belong to, and the tokens of systems."""

from datetime import datetime

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _
from knox.models import AbstractAuthToken

from customs_portal.accounts.querysets import OperatorQuerySet
from customs_portal.events.append_only import append_only


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

    REQUIRED_FIELDS = [*AbstractUser.REQUIRED_FIELDS, "role"]

    class Meta(AbstractUser.Meta):
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


class Operator(models.Model):  # type: ignore[django-manager-missing]  # knox has no types
    """An economic operator with its EORI number (UCC Art. 9)."""

    eori = models.CharField(_("EORI"), max_length=17, unique=True)
    name = models.CharField(_("name"), max_length=70)
    telephone = models.CharField(_("telephone"), max_length=32, blank=True)

    objects = OperatorQuerySet.as_manager()

    class Meta:
        verbose_name = _("operator")
        verbose_name_plural = _("operators")
        ordering = ["eori"]

    def __str__(self) -> str:
        return f"{self.eori} {self.name}"


class OfficeMembership(models.Model):
    """That an official belongs to an office."""

    user = models.ForeignKey(User, models.CASCADE, related_name="office_memberships")
    office = models.ForeignKey("reference.Office", models.PROTECT, related_name="memberships")

    class Meta:
        verbose_name = _("office membership")
        verbose_name_plural = _("office memberships")
        constraints = [
            models.UniqueConstraint(fields=["user", "office"], name="one_membership_per_office")
        ]

    def __str__(self) -> str:
        return f"{self.user} at {self.office}"


class OperatorMembership(models.Model):
    """That a person acts for an operator."""

    user = models.ForeignKey(User, models.CASCADE, related_name="operator_memberships")
    operator = models.ForeignKey(Operator, models.CASCADE, related_name="memberships")

    class Meta:
        verbose_name = _("operator membership")
        verbose_name_plural = _("operator memberships")
        constraints = [
            models.UniqueConstraint(fields=["user", "operator"], name="one_membership_per_operator")
        ]

    def __str__(self) -> str:
        return f"{self.user} for {self.operator}"


class ApiToken(AbstractAuthToken):
    """A token by which an operator's system speaks to the API; only its digest is stored."""

    operator = models.ForeignKey(
        Operator, models.CASCADE, related_name="tokens", verbose_name=_("operator")
    )
    label = models.CharField(_("label"), max_length=70, blank=True)
    test = models.BooleanField(
        _("for tests"),
        default=False,
        db_default=False,
        help_text=_("Messages sent with it are checked and answered, and never registered."),
    )

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")

    def __str__(self) -> str:
        return f"{self.operator.eori} {self.label or self.token_key}"

    def is_live(self, at: datetime) -> bool:
        """Whether the token may be used at that time."""
        return self.user.is_active and (self.expiry is None or self.expiry > at)


class AccessLog(models.Model):
    """That somebody read something that is logged. Append-only; partitioned by month."""

    class What(models.TextChoices):
        CASE = "case", _("Case")
        ENS = "ens", _("ENS")
        MESSAGE_RECEIVED = "message_received", _("Message received")
        MESSAGE_SENT = "message_sent", _("Message sent")

    id = models.BigIntegerField(primary_key=True)
    month = models.DateField(_("month"))
    at = models.DateTimeField(_("time"))
    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("user"))
    what = models.CharField(_("what"), max_length=16, choices=What.choices)
    reference = models.CharField(_("reference"), max_length=40)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    address = models.GenericIPAddressField(_("network address"), null=True)

    class Meta:
        verbose_name = _("access")
        verbose_name_plural = _("access log")
        indexes = [
            models.Index(fields=["what", "reference"], name="access_what"),
            models.Index(fields=["user", "at"], name="access_user"),
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.get_what_display()} {self.reference}"
