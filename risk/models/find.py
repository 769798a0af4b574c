"""What earlier controls have found: by whom and by which container it is known again."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from customs_portal.accounts.models.operators import initials


class ConfirmedFind(models.Model):
    """A party or a container of goods with which a control found something serious.

    `value` is the key of the party as history compares it, or the container number. One control
    stands here once for each of them. Rebuildable from controls and what was analysed.
    """

    class Kind(models.TextChoices):
        PARTY = "party", _("Party")
        CONTAINER = "container", _("Container")

    kind = models.CharField(_("kind"), max_length=9, choices=Kind.choices)
    value = models.TextField(_("known by"), db_collation="C")
    ens = models.BigIntegerField(_("ENS"))
    control = models.BigIntegerField(_("control"))
    found_at = models.DateTimeField(_("found"))

    class Meta:
        verbose_name = _("confirmed find")
        verbose_name_plural = _("confirmed finds")
        constraints = [
            models.UniqueConstraint(fields=["control", "kind", "value"], name="one_find_each")
        ]
        indexes = [models.Index(fields=["value", "found_at"], name="find_by_value")]

    def __str__(self) -> str:
        return f"{self.kind} {self.found_at:%Y-%m-%d}"

    @property
    def label(self) -> str:
        """Return by what it is known where anybody of the role may read it: a name by initials."""
        name, bar, country = self.value.partition("|")
        return f"{initials(name)} {country}".strip() if bar else self.value
