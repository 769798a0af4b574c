"""Score cards: how a filer lodges, month by month, and how good its data are.

A trader's card rests on its own filings alone: what was lodged, in time or late, refused, amended,
and what flags its own data have; never on rules, officers, or what others declared.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta

import msgspec
from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, TruncMonth
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customs_portal.accounts import policies
from customs_portal.accounts.models import Operator, User
from declarations.checks.quality.flags import NAMES, OF_OTHERS, FlagKind
from declarations.models import Filing
from risk.models import ChapterModelMeasure, FilerQuality

MONTHS = 6
PAGE_SIZE = 25
OWN_KINDS = tuple(kind for kind in FlagKind if kind not in OF_OTHERS)
"""Kinds of flags that rest on the filer's own data alone."""


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """A count with its share of all, in words; `of` is what it is counted of."""

    count: int
    of: int

    @property
    def percent(self) -> str:
        """Return the share, empty where there is nothing to share."""
        return f"{100 * self.count / self.of:.1f} %" if self.of else ""


class Month(msgspec.Struct, frozen=True, kw_only=True):
    """A month of a filer; the scores of filings are of all filings, flags of all looked at."""

    month: date
    filings: int = 0
    rejected: Score = Score(count=0, of=0)
    late: Score = Score(count=0, of=0)
    amended: Score = Score(count=0, of=0)
    looked_at: int = 0
    flagged: Score = Score(count=0, of=0)
    flags: tuple[Score, ...] = ()


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One measure over the months, the newest first."""

    label: str | Promise
    scores: tuple[Score, ...]


class ScoreCard(msgspec.Struct, frozen=True, kw_only=True):
    """The card of one filer."""

    months: tuple[Month, ...]
    filings: tuple[Line, ...]
    flags: tuple[Line, ...]


class FilerRow(msgspec.Struct, frozen=True, kw_only=True):
    """One filer of a month in the list of officials."""

    eori: str
    name: str
    month: Month


class ModelMeasure(msgspec.Struct, frozen=True, kw_only=True):
    """How well the model of chapters does, as labels with shares."""

    measured_at: datetime
    labels: int
    shares: tuple[tuple[str | Promise, str], ...]


def months_until(at: datetime, number: int = MONTHS) -> list[date]:
    """Return the first days of the last months, the newest first."""
    found = [at.date().replace(day=1)]
    while len(found) < number:
        found.append((found[-1] - timedelta(days=1)).replace(day=1))
    return found


def month_of(typed: str, at: datetime) -> date:
    """Return the month that is asked for as `2026-11`, the present one where that is none."""
    known = {f"{month:%Y-%m}": month for month in months_until(at)}
    return known.get(typed, at.date().replace(day=1))


def card(eori: str, at: datetime, kinds: Collection[FlagKind] = OWN_KINDS) -> ScoreCard:
    """Return the card of a filer since its first filing, with these kinds of flags."""
    months = months_until(at)
    filed = _filed([eori], months)
    counted = _counted([eori], months)
    found = _since_the_first(
        [
            _month(month, filed.get((eori, month), {}), counted.get((eori, month), {}), kinds)
            for month in months
        ]
    )
    return ScoreCard(
        months=found,
        filings=(
            Line(label=_("Rejected"), scores=tuple(each.rejected for each in found)),
            Line(label=_("Late"), scores=tuple(each.late for each in found)),
            Line(label=_("Amended"), scores=tuple(each.amended for each in found)),
        ),
        flags=(
            Line(label=_("With any flag"), scores=tuple(each.flagged for each in found)),
            *(
                Line(label=NAMES[kind], scores=tuple(each.flags[place] for each in found))
                for place, kind in enumerate(kinds)
            ),
        ),
    )


def _since_the_first(months: Sequence[Month]) -> tuple[Month, ...]:
    """Drop the months before the first with anything; the newest stays."""
    used = [place for place, each in enumerate(months) if each.filings or each.looked_at]
    return tuple(months[: max(used, default=0) + 1])


def filers(user: User, month: date, number: str | None) -> tuple[Page[Operator], list[FilerRow]]:
    """Return a page of the filers of a month, those with most flagged declarations first."""
    page = Paginator(_operators(user, month), PAGE_SIZE).get_page(number)
    eoris = [operator.eori for operator in page.object_list]
    filed, counted = _filed(eoris, [month]), _counted(eoris, [month])
    rows = [
        FilerRow(
            eori=operator.eori,
            name=policies.name_for(user, operator),
            month=_month(
                month,
                filed.get((operator.eori, month), {}),
                counted.get((operator.eori, month), {}),
                tuple(FlagKind),
            ),
        )
        for operator in page.object_list
    ]
    return page, rows


def newest_measure() -> ModelMeasure | None:
    """Return how well the model of chapters did when it was last measured."""
    found = ChapterModelMeasure.objects.first()
    if found is None:
        return None
    shares = (
        (_("Right chapter among the three told"), found.among_three),
        (_("Right chapter first"), found.first),
        (_("Flagged although the chapter is right"), found.flagged_wrongly),
        (_("Flagged where the chapter is wrong"), found.caught),
    )
    return ModelMeasure(
        measured_at=found.measured_at,
        labels=found.labels,
        shares=tuple((label, f"{100 * share:.1f} %") for label, share in shares),
    )


def _operators(user: User, month: date) -> QuerySet[Operator]:
    begin, end = _limits([month])
    lodged = Filing.objects.filter(
        sender=OuterRef("eori"), lodged_at__gte=begin, lodged_at__lt=end, received_from=""
    )
    flagged = FilerQuality.objects.filter(
        filer=OuterRef("eori"), month=month, kind=FilerQuality.FLAGGED
    ).values("declarations")
    return (
        Operator.objects.filter(Exists(lodged))
        .exclude(eori__in=policies.recused_eoris(user))
        .annotate(flagged=Coalesce(Subquery(flagged, output_field=IntegerField()), 0))
        .order_by("-flagged", "eori")
    )


def _limits(months: Iterable[date]) -> tuple[datetime, datetime]:
    """Return the first moment of the months and the first one after them."""
    ordered = sorted(months)
    after = (ordered[-1] + timedelta(days=32)).replace(day=1)
    return datetime.combine(ordered[0], time(), UTC), datetime.combine(after, time(), UTC)


Counts = Mapping[str, int]
ByMonth = dict[tuple[str, date], Counts]


def _filed(eoris: Collection[str], months: Collection[date]) -> ByMonth:
    begin, end = _limits(months)
    rows = (
        Filing.objects.filter(
            sender__in=eoris, lodged_at__gte=begin, lodged_at__lt=end, received_from=""
        )
        .annotate(month=TruncMonth("lodged_at", tzinfo=UTC))
        .values_list("sender", "month")
        .annotate(
            filings=Count("pk"),
            rejected=Count("pk", filter=Q(status=Filing.Status.REJECTED)),
            late=Count("pk", filter=Q(late_minutes__gt=0)),
            amended=Count("pk", filter=Q(version__gt=1)),
        )
    )
    names = ("filings", "rejected", "late", "amended")
    return {
        (sender, month.date()): dict(zip(names, counts, strict=True))
        for sender, month, *counts in rows
    }


def _counted(eoris: Collection[str], months: Collection[date]) -> ByMonth:
    found: dict[tuple[str, date], dict[str, int]] = {}
    rows = FilerQuality.objects.filter(filer__in=eoris, month__in=months)
    for row in rows:
        found.setdefault((row.filer, row.month), {})[row.kind] = row.declarations
    return dict(found)


def _month(month: date, filed: Counts, counted: Counts, kinds: Collection[FlagKind]) -> Month:
    filings, looked_at = filed.get("filings", 0), counted.get(FilerQuality.LOOKED_AT, 0)
    return Month(
        month=month,
        filings=filings,
        rejected=Score(count=filed.get("rejected", 0), of=filings),
        late=Score(count=filed.get("late", 0), of=filings),
        amended=Score(count=filed.get("amended", 0), of=filings),
        looked_at=looked_at,
        flagged=Score(count=counted.get(FilerQuality.FLAGGED, 0), of=looked_at),
        flags=tuple(Score(count=counted.get(kind, 0), of=looked_at) for kind in kinds),
    )
