"""Names that were held against lists, what they match, and what people say of that."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from customs_portal.accounts.models.operators import initials
from customs_portal.events.changes import tracked
from declarations.models import Ens
from declarations.names import has_legal_form
from risk.models.rule import ReferenceList, ReferenceListEntry
from risk.querysets import NameMatchQuerySet


class ScreenedName(models.Model):
    """A party or an address as it was declared, held against the lists when first seen.

    `key` is the key of its normalised name, `clues` what it is looked up by. Country and
    identifier are evidence, so that the same name with others is another one.
    """

    class Kind(models.TextChoices):
        NAME = "name", _("Name")
        ADDRESS = "address", _("Address")

    kind = models.CharField(_("kind"), max_length=7, choices=Kind.choices)
    key = models.TextField(_("key"), db_collation="C")
    clues = ArrayField(models.IntegerField(), verbose_name=_("clues"), default=list)
    country = models.CharField(_("country"), max_length=2, blank=True)
    identifier = models.CharField(_("identifier"), max_length=17, blank=True)
    written = models.CharField(_("as first declared"), max_length=200)
    first_seen_at = models.DateTimeField(_("first seen"))

    class Meta:
        verbose_name = _("screened name")
        verbose_name_plural = _("screened names")
        constraints = [
            models.UniqueConstraint(
                fields=["key", "kind", "country", "identifier"], name="one_screened_name"
            )
        ]
        indexes = [GinIndex(fields=["clues"], name="screened_name_alike", fastupdate=False)]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """Return what it is called where anybody of the role may read it: a person by initials.

        Of an address, which does not say whose it is, nothing; of what was forgotten nothing.
        """
        if self.kind == self.Kind.ADDRESS:
            return str(_("an address"))
        return self.written if has_legal_form(self.written) else initials(self.written)

    @property
    def reference(self) -> str:
        """Return the reference of its `risk.engine.names.Identity`."""
        return f"{self.kind}|{self.key}|{self.country}|{self.identifier}"


class NameMatch(models.Model):
    """That a screened name is like an entry of a list: how much, and why, in words.

    Found by one revision of the list; it counts as long as the entry is in the list and in force.
    `open_after`: open declarations of this name with a higher id are still to be looked at.
    """

    name = models.ForeignKey(ScreenedName, models.PROTECT, related_name="matches")
    entry = models.ForeignKey(ReferenceListEntry, models.PROTECT, related_name="matches")
    revision = models.PositiveIntegerField(_("revision of the list"))
    score = models.DecimalField(_("score"), max_digits=5, decimal_places=4)
    agrees = models.BooleanField(_("no country contradicts"))
    reasons = models.JSONField(_("reasons"))
    found_at = models.DateTimeField(_("found"))
    open_after = models.BigIntegerField(_("open declarations looked at"), null=True, blank=True)

    objects = NameMatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("name match")
        verbose_name_plural = _("name matches")
        constraints = [
            models.UniqueConstraint(fields=["name", "entry"], name="one_match_of_a_pair")
        ]
        indexes = [
            models.Index(
                fields=["id"], condition=Q(open_after__isnull=False), name="pending_name_match"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} = {self.entry} ({self.score})"


class MatchVerdict(models.Model):
    """What a person says of a match: another party, until a day; or the listed one.

    One counts at a time; one that is revoked stays.
    """

    class Verdict(models.TextChoices):
        DISMISSED = "dismissed", _("Another party")
        CONFIRMED = "confirmed", _("The listed party")

    match = models.ForeignKey(NameMatch, models.PROTECT, related_name="verdicts")
    verdict = models.CharField(_("verdict"), max_length=9, choices=Verdict.choices)
    reason = models.TextField(_("reason"))
    until = models.DateField(_("until"), null=True, blank=True)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    given_at = models.DateTimeField(_("given"))
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        verbose_name = _("verdict on a name match")
        verbose_name_plural = _("verdicts on name matches")
        triggers = [tracked()]
        constraints = [
            models.UniqueConstraint(
                fields=["match"], condition=Q(revoked_at__isnull=True), name="one_verdict_on_match"
            ),
            models.CheckConstraint(
                condition=Q(verdict="confirmed", until__isnull=True)
                | Q(verdict="dismissed", until__isnull=False),
                name="dismissals_end",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.match_id}: {self.get_verdict_display()}"


class NameHit(models.Model):
    """That a version of an ENS declares a matched name; `suppressed_by` kept it from counting."""

    match = models.ForeignKey(NameMatch, models.PROTECT, related_name="hits")
    ens = models.ForeignKey(Ens, models.CASCADE, related_name="+")
    ens_version = models.BigIntegerField(_("ENS version"))
    suppressed_by = models.ForeignKey(
        MatchVerdict, models.PROTECT, null=True, blank=True, related_name="suppressed"
    )
    found_at = models.DateTimeField(_("found"))

    class Meta:
        verbose_name = _("declaration with a matched name")
        verbose_name_plural = _("declarations with a matched name")
        constraints = [
            models.UniqueConstraint(fields=["match", "ens_version"], name="one_hit_of_a_match")
        ]

    def __str__(self) -> str:
        return f"{self.match_id} {self.ens_version}"


class Rescreening(models.Model):
    """That names seen before are held against a new revision of a list, and how far that has come.

    It goes by the entries that came with revision `since` or later, not by the names: most loads
    change little.
    """

    class State(models.TextChoices):
        RUNNING = "running", _("Running")
        FINISHED = "finished", _("Finished")

    list = models.ForeignKey(ReferenceList, models.PROTECT, related_name="rescreenings")
    revision = models.PositiveIntegerField(_("revision"))
    since = models.PositiveIntegerField(_("since revision"))
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.RUNNING)
    last_entry = models.BigIntegerField(_("last entry looked at"), default=0)
    total = models.PositiveIntegerField(_("entries to look at"))
    looked_at = models.PositiveIntegerField(_("entries looked at"), default=0)
    matched = models.PositiveIntegerField(_("names that match"), default=0)
    reassessed = models.PositiveIntegerField(_("open declarations assessed anew"), default=0)
    started_at = models.DateTimeField(_("started"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("rescreening")
        verbose_name_plural = _("rescreenings")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["list", "revision"], name="one_rescreening"),
            models.CheckConstraint(
                condition=Q(looked_at__lte=F("total")), name="no_more_than_all_entries"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.list} {self.revision}"
