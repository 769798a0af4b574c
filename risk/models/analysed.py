"""What was analysed, flattened: one column for each field of the rule catalogue.

Written with the assessment from the same values that the rules saw; search and back-test read it.
Rebuildable from the documents and the stored features; nothing refers to it. A column is named
after its field with `_` for the dot. Text stands in its cleansed form, empty where no word is left
of it, and null where nothing is declared.
"""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.expressions import Func, Value
from django.utils.translation import gettext_lazy as _

from risk.engine.field import FOUND_LATER, Field, FieldType, Level
from risk.engine.fields import CATALOGUE


class ExactNumber(models.Field[Any, Any]):
    """A decimal number of any precision."""

    def db_type(self, connection: Any) -> str:
        """Return PostgreSQL's own type."""
        return "numeric"


class Analysed(models.Model):
    """Which version of which ENS a row describes; `current` until a newer one is analysed."""

    ens = models.BigIntegerField(_("ENS"))
    ens_version = models.BigIntegerField(_("ENS version"))
    received_at = models.DateTimeField(_("received"))
    current = models.BooleanField(_("current"), default=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.ens} ({self.ens_version})"


class AnalysedDeclaration(Analysed):
    """What a version declares as a whole."""

    filer = models.TextField(_("filer"), db_collation="C", null=True)  # noqa: DJ001 null is missing

    class Meta(Analysed.Meta):
        abstract = False
        verbose_name = _("analysed declaration")
        verbose_name_plural = _("analysed declarations")
        constraints = [
            models.UniqueConstraint(fields=["ens_version"], name="one_analysed_declaration")
        ]
        indexes = [
            models.Index(fields=["received_at"], name="analysed_received"),
            models.Index(fields=["ens"], name="analysed_ens"),
        ]


def _words(column: str) -> Func:
    return Func(column, Value(" "), function="string_to_array")


class AnalysedItem(Analysed):
    """One goods item of a version with its header's values; keys are those of history.

    `names` are the screened names and addresses of its parties.
    """

    number = models.PositiveIntegerField(_("number"))
    filer = models.TextField(_("filer"), db_collation="C", null=True)  # noqa: DJ001 null is missing
    consignor_key = models.TextField(_("key of the consignor"), db_collation="C", null=True)  # noqa: DJ001
    consignee_key = models.TextField(_("key of the consignee"), db_collation="C", null=True)  # noqa: DJ001
    address_key = models.TextField(_("key of the address"), db_collation="C", null=True)  # noqa: DJ001
    names = ArrayField(models.BigIntegerField(), verbose_name=_("names"), default=list)

    class Meta(Analysed.Meta):
        abstract = False
        verbose_name = _("analysed goods item")
        verbose_name_plural = _("analysed goods items")
        constraints = [
            models.UniqueConstraint(fields=["ens_version", "number"], name="one_analysed_item")
        ]
        indexes = [
            models.Index(fields=["ens"], name="analysed_item_ens"),
            models.Index(
                fields=["consignee_key", "received_at", "ens"],
                include=["item_hs2", "item_hs6", "item_gross_mass", "consignor_key", "filer"],
                name="history_consignee",
                condition=models.Q(current=True),
            ),
            models.Index(
                fields=["consignor_key", "received_at", "ens"],
                include=["item_gross_mass"],
                name="history_consignor",
                condition=models.Q(current=True),
            ),
            models.Index(
                fields=["address_key", "received_at", "ens"],
                include=["consignor_key", "item_gross_mass"],
                name="history_address",
                condition=models.Q(current=True, address_key__isnull=False),
            ),
            models.Index(
                fields=["item_hs4", "received_at"],
                include=["routing_country_of_loading"],
                name="history_heading",
                condition=models.Q(current=True),
            ),
            models.Index(
                fields=["item_hs6", "received_at"],
                include=["item_mass_per_package"],
                name="history_subheading",
                condition=models.Q(current=True),
            ),
            models.Index(fields=["item_commodity_code"], name="analysed_code"),
            models.Index(fields=["consignee_identifier"], name="analysed_consignee"),
            models.Index(fields=["routing_place_of_loading"], name="analysed_loading"),
            GinIndex(fields=["parties_identifiers"], name="analysed_identifiers"),
            GinIndex(OpClass(_words("item_description"), "array_ops"), name="analysed_words"),
            GinIndex(fields=["names"], name="analysed_names", condition=models.Q(current=True)),
        ]


class AnalysedHistory(models.Model):
    """What history and data quality say of one goods item; number 0 of the declaration."""

    ens_version = models.BigIntegerField(_("ENS version"))
    number = models.PositiveIntegerField(_("number"))

    class Meta:
        verbose_name = _("analysed history")
        verbose_name_plural = _("analysed histories")
        constraints = [
            models.UniqueConstraint(fields=["ens_version", "number"], name="one_analysed_history")
        ]

    def __str__(self) -> str:
        return f"{self.ens_version} {self.number}"


def column(field: Field) -> str:
    """Return the column in which the value of a field stands."""
    return field.name.replace(".", "_")


def model_of(field: Field) -> type[models.Model] | None:
    """Return the table in which the value of a field stands; None where it is joined."""
    if field.level is Level.NAMES:
        return None
    if field.level in FOUND_LATER:
        return AnalysedHistory
    return AnalysedItem if field.of_item else AnalysedDeclaration


def _column_type(field: Field) -> "models.Field[Any, Any]":
    label: Any = field.label
    if field.type is FieldType.NUMBER:
        return ExactNumber(label, null=True)
    if field.type is FieldType.TIME:
        return models.DateTimeField(label, null=True)
    if field.type is FieldType.CODES:
        return ArrayField(models.TextField(), verbose_name=label, null=True)
    return models.TextField(label, db_collation="C", null=True)


for _field in CATALOGUE.values():
    if _model := model_of(_field):
        _model.add_to_class(column(_field), _column_type(_field))
