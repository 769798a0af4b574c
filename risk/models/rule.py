"""Risk profiles, rules with their versions, published rule sets, and reference lists."""

from decimal import Decimal

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from customs_portal.events.append_only import append_only
from customs_portal.events.changes import tracked
from risk.models.content import RuleContent


class RiskProfile(models.Model):
    """A named, owned group of rules that is switched and published together."""

    code = models.CharField(_("code"), max_length=24, unique=True)
    name = models.CharField(_("name"), max_length=120)
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        triggers = [tracked()]
        verbose_name = _("risk profile")
        verbose_name_plural = _("risk profiles")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Rule(models.Model):
    """A common risk rule; what it says stands in its versions."""

    profile = models.ForeignKey(RiskProfile, models.PROTECT, related_name="rules")
    code = models.CharField(_("code"), max_length=16, unique=True)
    title = models.CharField(_("title"), max_length=120)
    family = models.CharField(_("family"), max_length=60)

    class Meta:
        verbose_name = _("rule")
        verbose_name_plural = _("rules")
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class RuleVersion(RuleContent):
    """What a rule says, as an expression tree, and what follows from a hit. Never changed."""

    rule = models.ForeignKey(Rule, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("number"))
    expression = models.JSONField(_("expression"))
    created_at = models.DateTimeField(_("created"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    urgent = models.BooleanField(_("urgent"), default=False)

    class Meta:
        verbose_name = _("rule version")
        verbose_name_plural = _("rule versions")
        constraints = [
            models.UniqueConstraint(fields=["rule", "number"], name="one_rule_version_per_number")
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.rule.code} v{self.number}"


class RuleSetVersion(models.Model):
    """The published rules: the exact versions that assessments are made with. Never changed."""

    number = models.PositiveIntegerField(_("number"), unique=True)
    rule_versions = ArrayField(models.BigIntegerField(), verbose_name=_("rule versions"))
    published_at = models.DateTimeField(_("published"))
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("rule set version")
        verbose_name_plural = _("rule set versions")
        ordering = ["-number"]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.number}"


class ReferenceList(models.Model):
    """A list that rules compare with; `revision` goes up with each change of its entries.

    Lists of persons, companies and addresses are compared by likeness: from `threshold` on, a
    declared name matches. The others are compared value for value.
    """

    class Kind(models.TextChoices):
        VALUES = "values", _("Codes and words")
        PERSONS = "persons", _("Persons")
        COMPANIES = "companies", _("Companies")
        ADDRESSES = "addresses", _("Addresses")
        VESSELS = "vessels", _("Vessels")
        EORI = "eori", _("EORI numbers")
        CONTAINERS = "containers", _("Containers")

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=120)
    secret = models.BooleanField(_("secret"), default=False)
    revision = models.PositiveIntegerField(_("revision"), default=1)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.VALUES)
    threshold = models.DecimalField(
        _("threshold"), max_digits=3, decimal_places=2, default=Decimal("0.85")
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("owner"),
    )

    class Meta:
        triggers = [tracked()]
        verbose_name = _("reference list")
        verbose_name_plural = _("reference lists")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code

    @property
    def is_by_likeness(self) -> bool:
        """Whether declared names are compared with its entries by likeness."""
        return self.kind in BY_LIKENESS


BY_LIKENESS = (
    ReferenceList.Kind.PERSONS,
    ReferenceList.Kind.COMPANIES,
    ReferenceList.Kind.ADDRESSES,
)
"""Kinds of list whose entries are names or addresses."""


TOLD = ("label", "note", "place", "value", "valid_from", "valid_to", "country", "identifier")
"""Columns of an entry whose change is logged."""


class ReferenceListEntry(models.Model):
    """One entry of a reference list with its validity in days.

    It is in the list from revision `added_in` until, and not including, `removed_in`; so any past
    revision can be read again. `as_code` and `as_text` are what values are compared with;
    names and addresses are looked up by `clues`. Country, identifier and place tell who a name is.

    What comes and leaves is told by the revisions, so that the log of changes keeps only what is
    changed in place (docs/decisions/0018-a-load-is-one-change.md).
    """

    list = models.ForeignKey(ReferenceList, models.PROTECT, related_name="entries")
    value = models.CharField(_("value"), max_length=120)
    label = models.CharField(_("label"), max_length=120, blank=True)
    note = models.TextField(_("handling note"), blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True, default="")
    identifier = models.CharField(_("identifier"), max_length=40, blank=True, default="")
    place = models.CharField(_("place"), max_length=120, blank=True, default="")
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    as_code = models.TextField(_("as a code"), db_collation="C", default="")
    as_text = models.TextField(_("as a text"), db_collation="C", default="")
    clues = ArrayField(models.IntegerField(), verbose_name=_("clues"), default=tuple)
    added_in = models.PositiveIntegerField(_("added in revision"), default=1)
    removed_in = models.PositiveIntegerField(_("removed in revision"), null=True, blank=True)

    class Meta:
        triggers = [tracked(on=pgtrigger.UpdateOf(*TOLD) | pgtrigger.Delete)]
        verbose_name = _("entry of a reference list")
        verbose_name_plural = _("entries of reference lists")
        constraints = [
            models.UniqueConstraint(
                fields=["list", "value", "valid_from"],
                condition=models.Q(removed_in__isnull=True),
                name="one_entry_per_value_and_start",
            )
        ]
        indexes = [
            models.Index(fields=["list", "as_code"], name="entry_as_code"),
            models.Index(fields=["list", "as_text"], name="entry_as_text"),
            GinIndex(
                fields=["clues"],
                name="entry_alike",
                condition=models.Q(removed_in__isnull=True) & ~models.Q(clues=[]),
            ),
        ]

    def __str__(self) -> str:
        return self.value
