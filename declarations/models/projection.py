"""The projection: what is declared, flattened for search, queue and history.

Written in the transaction of the version, rebuildable from the documents; nothing refers to it.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from declarations.models.ens import Ens
from declarations.models.filing import FilingVersion


class Projected(models.Model):
    """A row of the projection: which version it describes, and where in the document it stands."""

    filing_version = models.ForeignKey(
        FilingVersion,
        models.CASCADE,
        related_name="+",
        db_index=False,  # each table has its own, by name
        db_constraint=False,  # written with its version; checked by check_projection, not per row
    )
    path = models.CharField(_("path"), max_length=64)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.filing_version_id} {self.path}"


class DeclaredConsignment(Projected):
    """A consignment as described by one version."""

    key = models.CharField(_("consignment key"), max_length=400)

    class Meta(Projected.Meta):
        abstract = False
        verbose_name = _("declared consignment")
        verbose_name_plural = _("declared consignments")
        indexes = [models.Index(fields=["filing_version"], name="declared_consignment")]


class DeclaredItem(Projected):
    """A goods item as described by one version; header data are filled in where they apply."""

    number = models.PositiveIntegerField(_("number"))
    description = models.CharField(_("description"), max_length=280, blank=True)
    commodity_code = models.CharField(_("commodity code"), max_length=8, blank=True)
    gross_mass = models.DecimalField(_("gross mass"), max_digits=14, decimal_places=3, null=True)
    un_number = models.CharField(_("UN number"), max_length=4, blank=True)
    packages = models.PositiveIntegerField(_("packages"), null=True)
    loading_country = models.CharField(_("country of loading"), max_length=2, blank=True)
    place_of_loading = models.CharField(_("place of loading"), max_length=35, blank=True)
    place_of_unloading = models.CharField(_("place of unloading"), max_length=35, blank=True)

    class Meta(Projected.Meta):
        abstract = False
        verbose_name = _("declared item")
        verbose_name_plural = _("declared items")
        indexes = [
            models.Index(fields=["filing_version"], name="declared_item"),
            models.Index(fields=["commodity_code"], name="declared_item_code"),
        ]


class DeclaredParty(Projected):
    """A party as described by one version, with the key of its normalised name."""

    role = models.CharField(_("role"), max_length=16)
    identifier = models.CharField(_("identifier"), max_length=17, blank=True)
    name = models.CharField(_("name"), max_length=70, blank=True)
    name_key = models.CharField(_("name key"), max_length=70, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)

    class Meta(Projected.Meta):
        abstract = False
        verbose_name = _("declared party")
        verbose_name_plural = _("declared parties")
        indexes = [
            models.Index(fields=["filing_version"], name="declared_party"),
            models.Index(fields=["identifier"], name="declared_party_identifier"),
            models.Index(fields=["name_key"], name="declared_party_name"),
        ]


class DeclaredEquipment(Projected):
    """A container or other equipment as described by one version."""

    identification = models.CharField(_("identification"), max_length=17)

    class Meta(Projected.Meta):
        abstract = False
        verbose_name = _("declared equipment")
        verbose_name_plural = _("declared equipment")
        indexes = [
            models.Index(fields=["filing_version"], name="declared_equipment"),
            models.Index(fields=["identification"], name="declared_equipment_id"),
        ]


class DeclaredRouting(Projected):
    """A country of the itinerary, in its order."""

    sequence = models.PositiveSmallIntegerField(_("sequence"))
    country = models.CharField(_("country"), max_length=2)

    class Meta(Projected.Meta):
        abstract = False
        verbose_name = _("declared routing")
        verbose_name_plural = _("declared routings")
        indexes = [models.Index(fields=["filing_version"], name="declared_routing")]


class SearchKey(models.Model):
    """An identifier by which an ENS can be found: MRN, LRN, container, bill, EORI, means."""

    ens = models.ForeignKey(Ens, models.CASCADE, related_name="search_keys", db_constraint=False)
    kind = models.CharField(_("kind"), max_length=16)
    value = models.CharField(_("value"), max_length=70)

    class Meta:
        verbose_name = _("search key")
        verbose_name_plural = _("search keys")
        constraints = [
            models.UniqueConstraint(fields=["value", "kind", "ens"], name="one_search_key")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"
