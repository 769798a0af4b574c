"""The tokens by which systems speak to the API."""

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from knox.models import AbstractAuthToken

from customs_portal.accounts.models.operators import Operator
from customs_portal.accounts.models.people import User
from customs_portal.events.changes import tracked


class TokenScope(models.TextChoices):
    """What a token may be used for."""

    LODGE = "lodge", _("Send messages and follow them")
    READ = "read", _("Read filings and collect notifications")
    LISTS = "lists", _("Load reference lists")


OF_OPERATORS = (TokenScope.LODGE, TokenScope.READ)
"""What an operator's system may be allowed."""


def every_scope() -> list[str]:
    """Return all scopes of an operator's system."""
    return [scope.value for scope in OF_OPERATORS]


class ApiToken(AbstractAuthToken):
    """A token by which a system speaks to the API; only its digest is stored.

    It acts for an operator; or, without one, loads reference lists in the name of an analyst.
    """

    operator = models.ForeignKey(
        Operator,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="tokens",
        verbose_name=_("operator"),
    )
    label = models.CharField(_("label"), max_length=70, blank=True)
    test = models.BooleanField(
        _("for tests"),
        default=False,
        db_default=False,
        help_text=_("Messages sent with it are checked and answered, and never registered."),
    )
    scopes = ArrayField(
        models.CharField(max_length=8, choices=TokenScope.choices),
        default=every_scope,
        verbose_name=_("may"),
    )
    issued_by = models.ForeignKey(
        User,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("issued by"),
    )
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)

    class Meta:
        triggers = [tracked(hidden=("digest",), ignored=("last_used_at",))]
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        constraints = [
            models.CheckConstraint(condition=~Q(scopes=[]), name="token_for_something"),
            models.CheckConstraint(
                condition=Q(operator__isnull=True, scopes=[TokenScope.LISTS.value])
                | Q(operator__isnull=False) & ~Q(scopes__contains=[TokenScope.LISTS.value]),
                name="lists_are_loaded_for_no_operator",
            ),
        ]

    def __str__(self) -> str:
        owner = self.operator.eori if self.operator else self.user.username
        return f"{owner} {self.label or self.token_key}"

    def is_live(self, at: datetime) -> bool:
        """Whether the token may be used at that time."""
        return self.user.is_active and (self.expiry is None or self.expiry > at)

    def scope_names(self) -> list[str]:
        """Return in words what it may be used for."""
        return [str(scope.label) for scope in TokenScope if scope.value in self.scopes]
