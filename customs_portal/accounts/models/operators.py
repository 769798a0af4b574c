"""The register of economic operators, and who acts for them."""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from customs_portal.accounts.models.people import User
from customs_portal.accounts.querysets import OperatorQuerySet
from customs_portal.events.changes import tracked

EORI = RegexValidator(
    r"\A[A-Z]{2}[\x21-\x7e]{1,15}\Z", _("Two capital letters and 1 to 15 characters, no spaces.")
)
"""The form of an EORI number: an..17 with the country in front (ICS data type TIN)."""


class Operator(models.Model):  # type: ignore[django-manager-missing]  # knox has no types
    """An economic operator with its EORI number (UCC Art. 9) and what the register says of it."""

    class Aeo(models.TextChoices):
        """Kinds of authorised economic operator (UCC Art. 38)."""

        AEOC = "AEOC", _("AEOC, customs simplifications")
        AEOS = "AEOS", _("AEOS, security and safety")
        AEOF = "AEOF", _("AEOF, both")

    eori = models.CharField(_("EORI"), max_length=17, unique=True, validators=[EORI])
    name = models.CharField(_("name"), max_length=70)
    telephone = models.CharField(_("telephone"), max_length=32, blank=True)
    natural_person = models.BooleanField(_("natural person"), default=False)
    country = models.CharField(_("country"), max_length=2, blank=True)
    street = models.CharField(_("street and number"), max_length=70, blank=True)
    postcode = models.CharField(_("postcode"), max_length=9, blank=True)
    city = models.CharField(_("city"), max_length=35, blank=True)
    valid_from = models.DateField(_("EORI valid from"), null=True, blank=True)
    valid_to = models.DateField(
        _("EORI valid until"),
        null=True,
        blank=True,
        help_text=_("First day on which it no longer holds."),
    )
    aeo = models.CharField(_("AEO"), max_length=4, choices=Aeo.choices, blank=True)
    aeo_number = models.CharField(_("authorisation number"), max_length=35, blank=True)
    aeo_valid_from = models.DateField(_("authorisation valid from"), null=True, blank=True)
    aeo_valid_to = models.DateField(_("authorisation valid until"), null=True, blank=True)
    aeo_suspended = models.BooleanField(_("authorisation suspended"), default=False)

    objects = OperatorQuerySet.as_manager()

    class Meta:
        triggers = [tracked()]
        verbose_name = _("operator")
        verbose_name_plural = _("operators")
        ordering = ["eori"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="eori_period",
                violation_error_message=_("It must end after it begins."),
            ),
            models.CheckConstraint(
                condition=Q(aeo_valid_from=None)
                | Q(aeo_valid_to=None)
                | Q(aeo_valid_to__gte=F("aeo_valid_from")),
                name="aeo_period",
                violation_error_message=_("It must end after it begins."),
            ),
            models.CheckConstraint(
                condition=Q(aeo="", aeo_number="", aeo_suspended=False)
                | ~Q(aeo="") & ~Q(aeo_number=""),
                name="aeo_has_a_number",
                violation_error_message=_("Kind and number of an authorisation belong together."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.eori} {self.label}"

    @property
    def label(self) -> str:
        """Return what the operator is called where anybody may read it: a person by initials."""
        return initials(self.name) if self.natural_person else self.name


def initials(name: str | None) -> str:
    """Return the first letter of each word of a name, at most four."""
    return " ".join(f"{word[:1].upper()}." for word in (name or "").split()[:4])


class OperatorMembership(models.Model):
    """That a person acts for an operator, and what they may do there."""

    class Role(models.TextChoices):
        """What a colleague may do."""

        OWNER = "owner", _("Owner: lodges, and looks after colleagues, mandates and tokens")
        LODGER = "lodger", _("Lodger: lodges and answers")
        READER = "reader", _("Reader: reads")

    user = models.ForeignKey(User, models.CASCADE, related_name="operator_memberships")
    operator = models.ForeignKey(Operator, models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=8, choices=Role.choices, default=Role.READER)

    class Meta:
        triggers = [tracked()]
        verbose_name = _("operator membership")
        verbose_name_plural = _("operator memberships")
        constraints = [
            models.UniqueConstraint(fields=["user", "operator"], name="one_membership_per_operator")
        ]

    def __str__(self) -> str:
        return f"{self.user} for {self.operator}"
