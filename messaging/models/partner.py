"""Partners: administrations, agencies and trader systems that we exchange messages with."""

from datetime import date

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator, URLValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from customs_portal.accounts.models import Operator
from customs_portal.events.changes import tracked

ADMINISTRATION_KINDS = ("CD301A", "CD302A", "CD303A", "CD319A", "CD906B", "CD917B", "XF319A")
"""What administrations exchange unless agreed otherwise."""
SCREENING_KINDS = ("XF4Q01A", "XF4S01A")
"""What those exchange beside it that screen filings of ICS2 for each other."""
CODE = RegexValidator(r"\A[A-Z]{2}[A-Za-z0-9]{0,15}\Z", _("Two capital letters, then up to 15."))
FOLDER = RegexValidator(r"\A[a-z0-9][a-z0-9-]{0,39}\Z", _("Small letters, digits and hyphens."))


def agreed_kinds() -> list[str]:
    """Return the kinds of message that administrations exchange."""
    return list(ADMINISTRATION_KINDS)


class Partner(models.Model):
    """A party to message exchange, with what was agreed with it.

    What comes with its signature, or with a token of its operator, is its message. What we send
    it is pushed over its transport, or waits to be collected with such a token.
    """

    class Kind(models.TextChoices):
        ADMINISTRATION = "administration", _("Customs administration")
        AGENCY = "agency", _("Agency")
        TRADER = "trader", _("Trader's system")

    class Transport(models.TextChoices):
        COLLECT = "collect", _("It collects")
        HTTP = "http", _("HTTP, signed")
        FOLDER = "folder", _("Folder of a gateway")

    kind = models.CharField(
        _("kind"), max_length=14, choices=Kind.choices, default=Kind.ADMINISTRATION
    )
    code = models.CharField(
        _("name on the wire"),
        max_length=17,
        unique=True,
        validators=[CODE],
        blank=True,
        help_text=_("Country of an administration, EORI of a trader."),
    )
    country = models.CharField(
        _("country"), max_length=2, blank=True, help_text=_("Of an administration only.")
    )
    name = models.CharField(_("name"), max_length=120)
    operator = models.OneToOneField(
        Operator,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("operator of its system"),
        help_text=_("Whose API tokens its system uses; made by itself for administrations."),
    )
    active = models.BooleanField(_("active"), default=True)
    transport = models.CharField(
        _("transport"), max_length=7, choices=Transport.choices, default=Transport.COLLECT
    )
    address = models.CharField(
        _("address"),
        max_length=200,
        blank=True,
        validators=[URLValidator(schemes=["http", "https"])],
        help_text=_("Where its portal answers, such as https://customs.example"),
    )
    folder = models.CharField(_("folder"), max_length=40, blank=True, validators=[FOLDER])
    gateway_vouches = models.BooleanField(
        _("the gateway vouches for it"),
        default=False,
        help_text=_("The gateway has checked the sender; no signature of ours is asked."),
    )
    we_send = ArrayField(models.CharField(max_length=8), default=agreed_kinds, blank=True)
    they_send = ArrayField(models.CharField(max_length=8), default=agreed_kinds, blank=True)
    agreement = models.CharField(_("agreement"), max_length=120, blank=True)
    agreed_from = models.DateField(_("in force from"), null=True, blank=True)
    agreed_to = models.DateField(
        _("in force until"),
        null=True,
        blank=True,
        help_text=_("First day on which it no longer holds."),
    )

    class Meta:
        triggers = [tracked()]
        verbose_name = _("partner")
        verbose_name_plural = _("partners")
        ordering = ["kind", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["country"], condition=~Q(country=""), name="one_administration_per_country"
            ),
            models.CheckConstraint(
                condition=Q(agreed_from=None)
                | Q(agreed_to=None)
                | Q(agreed_to__gt=F("agreed_from")),
                name="agreement_period",
                violation_error_message=_("It must end after it begins."),
            ),
            models.CheckConstraint(
                condition=Q(kind="administration") ^ Q(country=""),
                name="administrations_have_a_country",
                violation_error_message=_("An administration has a country, nobody else has one."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **options: object) -> None:
        """Save; an administration is named on the wire by its country."""
        self.code = self.country or self.code
        super().save(*args, **options)  # type: ignore[arg-type]  # passed on as they come

    def clean(self) -> None:
        """Refuse a transport without what it needs, and HTTP in the clear outside the demo."""
        needed = {self.Transport.HTTP: "address", self.Transport.FOLDER: "folder"}
        field = needed.get(self.Transport(self.transport))
        if field and not getattr(self, field):
            raise ValidationError({field: _("This transport needs it.")})
        if self.address.startswith("http:") and not settings.DEMO:
            raise ValidationError({"address": _("Use https.")})
        if self.country == settings.CUSTOMS_COUNTRY:
            raise ValidationError({"country": _("That is our own administration.")})
        if not (self.country or self.code):
            raise ValidationError({"code": _("It needs a name on the wire.")})

    @property
    def is_pushed_to(self) -> bool:
        """Whether we send to it, instead of waiting until it collects."""
        return self.transport != self.Transport.COLLECT

    def is_agreed(self, on: date) -> bool:
        """Whether messages may be exchanged on a day."""
        begun = self.agreed_from is None or self.agreed_from <= on
        return self.active and begun and (self.agreed_to is None or on < self.agreed_to)


class PartnerContact(models.Model):
    """Whom to call or write to at a partner."""

    partner = models.ForeignKey(Partner, models.CASCADE, related_name="contacts")
    name = models.CharField(_("name"), max_length=70)
    task = models.CharField(_("for what"), max_length=70, blank=True)
    telephone = models.CharField(_("telephone"), max_length=32, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)

    class Meta:
        triggers = [tracked()]
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.name} {self.telephone}".strip()


class PartnerKey(models.Model):
    """A public key of a partner: what it signs verifies with one that is valid at that time.

    At most two are valid at a time, so that a new one can take over without interruption.
    """

    partner = models.ForeignKey(Partner, models.CASCADE, related_name="keys")
    key_id = models.CharField(_("key id"), max_length=64)
    public_key = models.JSONField(_("public key (JWK)"))
    valid_from = models.DateTimeField(_("valid from"))
    valid_to = models.DateTimeField(_("valid until"), null=True, blank=True)

    class Meta:
        triggers = [tracked()]
        verbose_name = _("key of a partner")
        verbose_name_plural = _("keys of partners")
        ordering = ["partner", "-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["partner", "key_id"], name="one_key_per_id"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="partner_key_period",
                violation_error_message=_("It must end after it begins."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.partner} {self.key_id[:12]}"


class PartnerOutage(models.Model):
    """A planned outage of a partner: meanwhile nothing is tried and nobody is alarmed."""

    partner = models.ForeignKey(Partner, models.CASCADE, related_name="outages")
    from_at = models.DateTimeField(_("from"))
    to_at = models.DateTimeField(_("to"))
    reason = models.CharField(_("reason"), max_length=120)

    class Meta:
        triggers = [tracked()]
        verbose_name = _("planned outage of a partner")
        verbose_name_plural = _("planned outages of partners")
        ordering = ["-from_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(to_at__gt=F("from_at")),
                name="partner_outage_period",
                violation_error_message=_("It must end after it begins."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.partner}: {self.reason}"
