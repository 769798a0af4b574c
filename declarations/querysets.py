"""Questions about filings, ENS and measures; `visible_to` is asked before anything is shown."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from customs_portal.accounts import policies
from customs_portal.accounts.models import Role, User

if TYPE_CHECKING:
    from declarations.models import SearchKey

Row = TypeVar("Row", bound=models.Model)


def naming(eoris: frozenset[str], ens: str) -> "models.QuerySet[SearchKey]":
    """Return the search keys by which the outer row's ENS names one of the EORI numbers.

    One that is part of another is named by what the whole declares.
    """
    from declarations.models import Ens, SearchKey

    part = Ens.objects.filter(pk=OuterRef(OuterRef(ens))).values("absorbed_by")
    whole = Coalesce(Subquery(part), OuterRef(ens))
    return SearchKey.objects.filter(ens=whole, kind="eori", value__in=eoris)


class FilingQuerySet(models.QuerySet[Row]):
    """Filings, as traders follow them."""

    def visible_to(self, user: User) -> Self:
        """Keep those where an operator of the user lodges, represents or, after the MRN, carries.

        Whom the declarant has given a mandate to read sees what the declarant sees.
        Officials see the filings of the ENS that they see. No trader sees what another State told.
        """
        from declarations.models import Ens

        if user.is_official:
            seen = Ens.objects.visible_to(user).filter(members__filing=OuterRef("pk"))
            return self.filter(Exists(seen))
        eoris, readable = policies.operator_eoris(user), policies.reading_eoris(user)
        return self.filter(received_from="").filter(
            Q(sender__in=eoris)
            | (Q(declarant__in=readable) | Q(representative__in=eoris)) & ~Q(status="rejected")
            | Q(carrier__in=eoris, mrn__isnull=False)
        )


class EnsQuerySet(models.QuerySet[Row]):
    """ENS, as officials work on them."""

    def visible_to(self, user: User) -> Self:
        """Keep those that the access table lets the user see; a trader sees none."""
        return self.filter(seen_by(user, "pk"))

    def with_parts_visible_to(self, user: User) -> Self:
        """Keep those that the user sees, and those that are part of one that the user sees."""
        from declarations.models import Ens

        seen = Ens.objects.visible_to(user)
        part = Q(status="absorbed") & Exists(seen.filter(pk=OuterRef("absorbed_by")))
        return self.filter(Exists(seen.filter(pk=OuterRef("pk"))) | part)

    def at_offices(self, offices: frozenset[str]) -> Self:
        """Keep those with a leg at one of the offices, and those handed over to one."""
        return self.filter(at_offices(offices, "pk"))

    def entering_here(self) -> Self:
        """Leave out those whose first entry is that of another State, which told us of them."""
        return self.exclude(role__in=("subsequent_entry", "involved"))

    def handled_here(self) -> Self:
        """Leave out what another State only has us screen: its goods are not ours to expect."""
        return self.exclude(role="involved")

    def without_parties(self, eoris: frozenset[str]) -> Self:
        """Leave out those in which one of the EORI numbers, in capitals, is declared."""
        return self.exclude(Exists(naming(eoris, "pk"))) if eoris else self


def seen_by(user: User, ens: str) -> Q:
    """Return what holds for a row whose field `ens` names an ENS that the user sees.

    Asked row by row, so that a page of rows in the order of an index asks for these only.
    """
    if not user.is_official or user.role == Role.ADMINISTRATOR:
        return Q(pk__in=[])
    eoris = policies.recused_eoris(user)
    kept = ~Q(Exists(naming(eoris, ens))) if eoris else Q()
    if reads_the_country(user):
        return kept
    return kept & at_offices(policies.office_references(user), ens)


def reads_the_country(user: User) -> bool:
    """Whether an official sees the ENS of all offices, but for those that they keep out of."""
    return user.role in policies.READ_EVERYTHING_ROLES or policies.belongs_to_risk_centre(user)


def at_offices(offices: frozenset[str], ens: str) -> Q:
    """Return what holds for a row on an ENS with a leg at an office, or handed over to one."""
    from declarations.models import EntryLeg, OfficeSight

    here = {"ens": OuterRef(ens), "office__in": sorted(offices)}
    return Q(Exists(EntryLeg.objects.filter(**here))) | Q(
        Exists(OfficeSight.objects.filter(**here))
    )


class MeasureQuerySet(models.QuerySet[Row]):
    """Measures by who may know of them."""

    def announced(self, at: datetime) -> Self:
        """Keep those that the trader has been told of by then."""
        return self.filter(announced_at__lte=at)

    def open(self) -> Self:
        """Keep those with something still to be done or to be obeyed."""
        from declarations.models import Measure

        return self.filter(status__in=Measure.OPEN)

    def to_reconfirm(self) -> Self:
        """Keep those that ask to be confirmed on a new version."""
        return self.open().filter(reconfirm_since_version__isnull=False)

    def in_effect(self) -> Self:
        """Keep what other offices on the way are to know of: neither unsigned nor ended."""
        from declarations.models import Measure

        states = (*Measure.OPEN, Measure.Status.BREACHED)
        unsigned = (Measure.Status.AWAITING_SECOND, Measure.Status.PROPOSED)
        known = self.filter(status__in=states).exclude(status__in=unsigned)
        return known.exclude(kind=Measure.Kind.REFUSAL)

    def do_not_loads_in_force(self) -> Self:
        """Keep the instructions not to load that stand."""
        return self.filter(kind="do_not_load", status="in_force")


class ArrivalQuerySet(models.QuerySet[Row]):
    """Arrivals, as officials see them."""

    def visible_to(self, user: User) -> Self:
        """Keep those at an office of the user; who reads the country sees all."""
        return _at_offices_of(self, user, "office")


class ArrivalLineQuerySet(models.QuerySet[Row]):
    """Lines of arrivals."""

    def visible_to(self, user: User) -> Self:
        """Keep those of arrivals that the user sees."""
        return _at_offices_of(self, user, "arrival__office")

    def open(self) -> Self:
        """Keep those that wait for a declaration, an answer or an officer."""
        return self.filter(state__in=("unmatched", "asked"))


class DualFilingQuerySet(models.QuerySet[Row]):
    """Pairs of declarations for the same goods."""

    def visible_to(self, user: User) -> Self:
        """Keep those of which the user sees both declarations."""
        from declarations.models import Ens

        seen = Ens.objects.visible_to(user)
        return self.filter(first__in=seen, second__in=seen)

    def open(self) -> Self:
        """Keep those that nobody has decided."""
        return self.filter(state__in=("suspected", "confirmed"))


class FilingLinkQuerySet(models.QuerySet[Row]):
    """Which filings stand below which."""

    def visible_to(self, user: User) -> Self:
        """Keep those of which an official sees the lower one; a trader sees none."""
        from declarations.models import Filing

        if not user.is_official:
            return self.none()
        return self.filter(lower__in=Filing.objects.visible_to(user))

    def live(self) -> Self:
        """Keep those that hold."""
        return self.filter(ended_at__isnull=True)


class SubsequentEntryNoticeQuerySet(models.QuerySet[Row]):
    """What our offices of subsequent entry were told."""

    def visible_to(self, user: User) -> Self:
        """Keep those to the user's offices; who reads the country sees those of all."""
        from declarations.models import Ens

        seen = self.filter(ens__in=Ens.objects.visible_to(user))
        return _at_offices_of(seen, user, "office")

    def live(self) -> Self:
        """Keep those that an office still has to deal with."""
        return self.filter(state__in=("expected", "arrived", "not_arrived"))


class DeclarationRequestQuerySet(models.QuerySet[Row]):
    """What we ask other administrations for."""

    def visible_to(self, user: User) -> Self:
        """Keep those of an office of the user; who reads the country sees all."""
        return _at_offices_of(self, user, "office")


class InfringementQuerySet(models.QuerySet[Row]):
    """Possible infringements."""

    def visible_to(self, user: User) -> Self:
        """Keep those at an office of the user; who reads the country sees all."""
        return _at_offices_of(self, user, "office")


class ReferralQuerySet(models.QuerySet[Row]):
    """Questions to filers, by who may know of them."""

    def visible_to(self, user: User) -> Self:
        """Keep those on an ENS that the official sees; a trader sees those to an own operator."""
        from declarations.models import Ens

        if user.is_official:
            return self.filter(ens__in=Ens.objects.visible_to(user))
        return self.filter(addressee__in=policies.operator_eoris(user))

    def open(self) -> Self:
        """Keep those that wait for an answer."""
        return self.filter(status="open")

    def unsettled(self) -> Self:
        """Keep those that wait for an answer, or for an officer to read it."""
        return self.filter(status__in=("open", "answered"))

    def sent(self, at: datetime) -> Self:
        """Keep those that have left: nobody can take them back unseen any more."""
        return self.filter(sent_at__lte=at)


class AttachmentQuerySet(models.QuerySet[Row]):
    """Files, by who may know of them."""

    def visible_to(self, user: User) -> Self:
        """Keep those on an ENS that the official sees; a trader sees what an own operator sent."""
        from declarations.models import Ens

        if user.is_official:
            return self.filter(ens__in=Ens.objects.visible_to(user))
        return self.filter(sender__in=policies.operator_eoris(user)).exclude(sender="")


Rows = TypeVar("Rows", bound="models.QuerySet[Any]")


def _at_offices_of(rows: Rows, user: User, field: str) -> Rows:
    """Keep the rows at the offices of an official; nobody else sees any."""
    if not user.is_official or user.role == Role.ADMINISTRATOR:
        return rows.none()
    if reads_the_country(user):
        return rows
    return rows.filter(**{f"{field}__in": policies.office_references(user)})
