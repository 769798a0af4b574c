"""How far a back-test is, and what it has found so far."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from statistics import median

import msgspec
from django.db.models import Sum

from declarations.models import Ens
from risk.models import BackTest, BackTestPart
from risk.services.back_test.counting import SAMPLES

ENOUGH = 30
"""Decisions from which on a share of them says something."""


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How far a back-test is."""

    state: str
    looked_at: int
    total: int

    @property
    def percent(self) -> int:
        """Return the whole percentage that is done."""
        return 100 * self.looked_at // self.total if self.total else 100


class DayCount(msgspec.Struct, frozen=True, kw_only=True):
    """Declarations hit on a day at an office by a mode of transport."""

    day: date
    office: str
    mode: str
    hits: int


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What a back-test has found; the parts not done yet are not in it.

    `overlap` counts declarations hit that another rule has hit too.
    `samples` are ENS. `precision` is the share with a positive result of those decided by a person
    and `minutes` the median work on one; both None where fewer than 30 were.
    """

    progress: Progress
    hits: int
    days: tuple[DayCount, ...]
    rules: Mapping[str, int]
    overlap: Mapping[str, int]
    samples: tuple[Ens, ...]
    decided: int
    precision: float | None
    minutes: float | None


def progress(back_test: int) -> Progress:
    """Return how far the back-test is; raises BackTest.DoesNotExist."""
    test = BackTest.objects.get(pk=back_test)
    done = BackTestPart.objects.filter(back_test=test, done=True)
    looked_at = done.aggregate(total=Sum("looked_at"))["total"] or 0
    return Progress(state=test.state, looked_at=looked_at, total=test.total)


def result(back_test: int) -> Result:
    """Return what the back-test has found so far; raises BackTest.DoesNotExist."""
    parts = list(BackTestPart.objects.filter(back_test=back_test, done=True).order_by("number"))
    decided = sum(part.decided for part in parts)
    confirmed = sum(part.confirmed for part in parts)
    minutes = [value for part in parts for value in part.minutes]
    return Result(
        progress=progress(back_test),
        hits=sum(part.hits for part in parts),
        days=_days(parts),
        rules=_added(part.rules for part in parts),
        overlap=_added(part.overlap for part in parts),
        samples=_samples(parts),
        decided=decided,
        precision=confirmed / decided if decided >= ENOUGH else None,
        minutes=median(minutes) if len(minutes) >= ENOUGH else None,
    )


def _days(parts: Iterable[BackTestPart]) -> tuple[DayCount, ...]:
    found: Counter[tuple[str, str, str]] = Counter()
    for part in parts:
        for day, office, mode, hits in part.days:
            found[day, office, mode] += hits
    return tuple(
        DayCount(day=date.fromisoformat(day), office=office, mode=mode, hits=hits)
        for (day, office, mode), hits in sorted(found.items())
    )


def _added(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for each in counts:
        total.update(each)
    return dict(total.most_common())


def _samples(parts: Iterable[BackTestPart]) -> tuple[Ens, ...]:
    """Return some of the ENS hit, from all parts alike."""
    lists = [part.samples for part in parts if part.samples]
    longest = max(map(len, lists), default=0)
    spread = [found[place] for place in range(longest) for found in lists if place < len(found)]
    rows = Ens.objects.in_bulk(spread[:SAMPLES])
    return tuple(rows[key] for key in spread[:SAMPLES] if key in rows)
