"""The page of a back-test: how far it is, and what a rule or rule set would have found."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import msgspec

from customs_portal.reference.snapshot import Snapshot
from risk.models import BackTest, Rule
from risk.services import back_test
from risk.services.back_test import Progress, Result

CHART_WIDTH, CHART_HEIGHT = 600, 120
DAY = timedelta(days=1)


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    """One day of the chart: where its bar stands, and its hits."""

    day: date
    hits: int
    x: float
    y: float
    width: float
    height: float


class PlaceLine(msgspec.Struct, frozen=True, kw_only=True):
    """Hits at one office by one mode of transport, in all and for each day."""

    office: str
    mode: str
    hits: int
    each_day: float


class OverlapLine(msgspec.Struct, frozen=True, kw_only=True):
    """Another rule that hit some of the same declarations, and what share of them."""

    code: str
    title: str
    hits: int
    share: int


class BackTestPage(msgspec.Struct, frozen=True, kw_only=True):
    """Everything on the page of a back-test; shares are whole percentages, None where unknown."""

    test: BackTest
    code: str
    last_day: date
    progress: Progress
    is_running: bool
    hits: int
    each_day: float
    days: int
    bars: list[Bar]
    places: list[PlaceLine]
    rules: list[OverlapLine]
    overlap: list[OverlapLine]
    samples: list[str]
    decided: int
    precision: int | None
    hours_each_day: float | None


class Impact(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule version would have found: `hours_each_day` is None without enough decisions."""

    test: BackTest
    progress: Progress
    hits: int
    each_day: float
    hours_each_day: float | None


def impact(test: BackTest) -> Impact:
    """Return the figures of a back-test that stand on the page of a publication."""
    found = back_test.result(test.pk)
    each_day = found.hits / _days(test)
    return Impact(
        test=test,
        progress=found.progress,
        hits=found.hits,
        each_day=each_day,
        hours_each_day=_hours(each_day, found),
    )


def _days(test: BackTest) -> int:
    return max(1, -(-(test.ends_at - test.begins_at) // DAY))


def _hours(each_day: float, found: Result) -> float | None:
    return None if found.minutes is None else each_day * found.minutes / 60


def read(test: BackTest, snapshot: Snapshot) -> BackTestPage:
    """Return the page of a back-test as far as it is done."""
    found = back_test.result(test.pk)
    days = _days(test)
    by_day: Counter[date] = Counter()
    by_place: Counter[tuple[str, str]] = Counter()
    for count in found.days:
        by_day[count.day] += count.hits
        by_place[count.office, count.mode] += count.hits
    each_day = found.hits / days
    return BackTestPage(
        test=test,
        code=(test.rule or {}).get("code", ""),
        last_day=_utc(test.ends_at - timedelta(seconds=1)),
        progress=found.progress,
        is_running=test.state == BackTest.State.RUNNING,
        hits=found.hits,
        each_day=each_day,
        days=days,
        bars=_bars(by_day, test),
        places=[
            PlaceLine(
                office=_office(office, snapshot),
                mode=snapshot.code_name("TransportMode", mode),
                hits=hits,
                each_day=hits / days,
            )
            for (office, mode), hits in by_place.most_common()
        ],
        rules=_overlap(found.rules, found.hits),
        overlap=_overlap(found.overlap, found.hits),
        samples=[ens.mrn for ens in found.samples],
        decided=found.decided,
        precision=None if found.precision is None else round(100 * found.precision),
        hours_each_day=_hours(each_day, found),
    )


def _office(reference: str, snapshot: Snapshot) -> str:
    row = snapshot.office(reference)
    return f"{row.name} {reference}" if row else reference


def _bars(by_day: Counter[date], test: BackTest) -> list[Bar]:
    """Return a bar for each day (UTC) of the period, the highest as high as the chart."""
    first, last = _utc(test.begins_at), _utc(test.ends_at - timedelta(seconds=1))
    dates = [first + number * DAY for number in range((last - first).days + 1)]
    highest, width = max(by_day.values(), default=0), CHART_WIDTH / len(dates)
    heights = [CHART_HEIGHT * by_day[day] / highest if highest else 0.0 for day in dates]
    return [
        Bar(
            day=day,
            hits=by_day[day],
            x=round(number * width, 2),
            y=round(CHART_HEIGHT - height, 2),
            width=round(width * 0.8, 2),
            height=round(height, 2),
        )
        for number, (day, height) in enumerate(zip(dates, heights, strict=True))
    ]


def _utc(moment: datetime) -> date:
    return moment.astimezone(UTC).date()


def _overlap(counts: object, hits: int) -> list[OverlapLine]:
    found = msgspec.convert(counts, dict[str, int])
    titles = dict(Rule.objects.filter(code__in=found).values_list("code", "title"))
    return [
        OverlapLine(
            code=code,
            title=titles.get(code, ""),
            hits=count,
            share=round(100 * count / hits) if hits else 0,
        )
        for code, count in found.items()
    ]
