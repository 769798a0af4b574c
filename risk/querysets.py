"""Questions about assessments and cases."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Self, TypeVar

import msgspec
from django.contrib.postgres.search import SearchQuery
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q, Value
from django.db.models.lookups import GreaterThan, LessThan

from customs_portal.accounts import policies
from customs_portal.accounts.models import User
from declarations.models import Ens, Measure, SearchKey
from declarations.querysets import naming, seen_by
from risk.word_search import word_query

Row = TypeVar("Row", bound=models.Model)

IN_QUEUE_ORDER = ("alarm_rank", "due_at", "severity_rank", "id")
"""The place of a case in every queue: breached instructions first, then by the time left."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class AssessmentQuerySet(models.QuerySet[Row]):
    """Assessments by state."""

    def of(self, ens: Ens) -> Self:
        """Keep those of one ENS."""
        return self.filter(ens=ens)

    def current(self) -> Self:
        """Keep those that no newer version has superseded."""
        return self.exclude(status="superseded")

    def awaiting_review(self) -> Self:
        """Keep those on which a person must decide."""
        return self.filter(status__in=("review", "waiting"))

    def unfinished(self) -> Self:
        """Keep those on which a person or another State has still to say something."""
        return self.filter(status__in=("screening", "review", "waiting"))


class CaseQuerySet(models.QuerySet[Row]):
    """Cases, as officers work through them."""

    def open(self) -> Self:
        """Keep the open ones."""
        return self.filter(status="open")

    def visible_to(self, user: User) -> Self:
        """Keep those on an ENS that the user sees: the same as `Ens.objects.visible_to`."""
        return self.filter(seen_by(user, "ens"))

    def workable_by(self, user: User) -> Self:
        """Keep those on which the user may decide.

        Officers and supervisors at the office of the case; those of a risk centre in the whole
        country; nobody where they keep out of an operator that is declared.
        """
        if not user.is_active or user.role not in policies.OFFICER_ROLES:
            return self.none()
        cases = self.without_parties(policies.recused_eoris(user))
        if policies.belongs_to_risk_centre(user):
            return cases
        return cases.filter(office__in=sorted(policies.office_references(user)))

    def without_parties(self, eoris: frozenset[str]) -> Self:
        """Leave out those on an ENS in which one of the EORI numbers is declared."""
        return self.exclude(Exists(naming(eoris, "ens"))) if eoris else self

    def in_queue_order(self) -> Self:
        """Order by the time left, then by severity; breached instructions come first of all."""
        return self.order_by(*IN_QUEUE_ORDER)

    def after(self, place: "Place") -> Self:
        """Keep those that stand behind the place in the queue."""
        return self.filter(GreaterThan(_row(map(F, IN_QUEUE_ORDER)), place.row()))

    def before(self, place: "Place") -> Self:
        """Keep those that stand before the place in the queue."""
        return self.filter(LessThan(_row(map(F, IN_QUEUE_ORDER)), place.row()))

    def late(self, at: datetime) -> Self:
        """Keep those whose time has run out."""
        return self.filter(due_at__lt=at)

    def due_within(self, span: timedelta, at: datetime) -> Self:
        """Keep those whose time runs out within the span, but has not yet."""
        return self.filter(due_at__gte=at, due_at__lt=at + span)

    def without_officer(self) -> Self:
        """Keep those that nobody has claimed."""
        return self.filter(assignee__isnull=True)

    def of(self, user: User) -> Self:
        """Keep those that the user has claimed."""
        return self.filter(assignee=user)

    def resting(self) -> Self:
        """Keep those whose analysis rests until an answer or the arrival."""
        return self.filter(due_by__in=("reply", "arrival"))

    def waiting(self) -> Self:
        """Keep those that wait for an answer of whoever lodged."""
        from risk.models import Assessment

        asked = Assessment.objects.filter(ens=OuterRef("ens"), status="waiting")
        return self.filter(Exists(asked))

    def to_be_signed(self) -> Self:
        """Keep those on which a do-not-load or a decision waits for its second signature."""
        from risk.models import DecisionProposal

        waiting = Measure.objects.filter(status="awaiting_second")
        every: CaseQuerySet[Row] = CaseQuerySet(self.model)
        measured = every.open().filter(ens__in=waiting.values("ens")).values("pk")
        proposed = DecisionProposal.objects.filter(state="open").values("case")
        return self.filter(pk__in=measured.union(proposed))

    def matching(self, typed: str) -> Self:
        """Keep those found by what was typed: an identifier by its beginning, or words.

        Each word must begin one of goods, goods codes or names of parties.
        """
        query = word_query(typed)
        worded = Q(word_vector=SearchQuery(query, config="simple", search_type="raw"))
        identified, are_few = _by_identifier(typed.strip().upper(), query)
        if identified is None:
            return self.filter(worded)
        conditions = [identified, worded] if query else [identified]
        if not are_few:
            return self.filter(Q(*conditions, _connector=Q.OR))
        every: CaseQuerySet[Row] = CaseQuerySet(self.model)
        first, *more = (every.open().filter(each).values("pk") for each in conditions)
        return self.filter(pk__in=first.union(*more) if more else first)


SHORTEST_IDENTIFIER = 3
FEW = 500
"""Up to so many ENS an identifier is looked up first; one of more is asked of case after case."""
OTHERS = ("document", "equipment", "lrn", "means", "mrn", "seal")
"""Kinds of identifiers besides EORI numbers, which stand among the words of a case."""


def _by_identifier(value: str, query: str) -> tuple[Q | None, bool]:
    """Return what holds for cases on an ENS one of whose identifiers begins so; are they few?

    Few are looked up before the cases; of more the first cases of the queue show enough. None where
    `query`, which looks among the words, finds all: there are many, of one EORI number.
    """
    if len(value) < SHORTEST_IDENTIFIER:
        return Q(pk__in=[]), True
    keys = SearchKey.objects.filter(value__startswith=value)
    found = list(keys.values_list("ens_id", flat=True)[: FEW + 1])
    if len(found) <= FEW:
        return Q(ens__in=found), True
    is_word = query == f"{value.lower()}:*"
    others = (keys.filter(value__gt=value), keys.filter(value=value, kind__in=OTHERS))
    if is_word and not any(each.exists() for each in others):
        return None, False
    return Q(Exists(keys.filter(ens=OuterRef("ens")))), False


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a case stands in every queue."""

    alarm_rank: int
    due_at: datetime
    severity_rank: int
    id: int

    def __str__(self) -> str:
        micros = (self.due_at - _EPOCH) // timedelta(microseconds=1)
        return f"{self.alarm_rank}-{micros}-{self.severity_rank}-{self.id}"

    def row(self) -> Func:
        """Return the place as PostgreSQL compares it."""
        return _row(Value(part) for part in msgspec.structs.astuple(self))


def place_of(text: str) -> Place | None:
    """Return the place that was written as text; None for anything else."""
    found = re.fullmatch(r"([01])-(\d{1,17})-([0-4])-(\d{1,18})", text, re.ASCII)
    if found is None:
        return None
    alarm, micros, severity, key = map(int, found.groups())
    due_at = _EPOCH + timedelta(microseconds=micros)
    return Place(alarm_rank=alarm, due_at=due_at, severity_rank=severity, id=key)


def _row(parts: Iterable[F | Value]) -> Func:
    return Func(*parts, function="ROW", output_field=models.BooleanField())


class NameMatchQuerySet(models.QuerySet[Row]):
    """Matches of declared names with entries of lists."""

    def in_lists(self) -> Self:
        """Keep those whose entry is in its list now and whose score still reaches its threshold."""
        return self.filter(
            entry__removed_in__isnull=True, score__gte=models.F("entry__list__threshold")
        )

    def visible_to(self, user: User) -> Self:
        """Keep those of a name in an ENS that the user sees; who reads everything sees all."""
        if user.role in policies.READ_EVERYTHING_ROLES:
            return self
        seen = Ens.objects.visible_to(user)
        known: NameMatchQuerySet[Row] = NameMatchQuerySet(self.model)
        return self.filter(pk__in=known.filter(hits__ens__in=seen).values("pk"))
