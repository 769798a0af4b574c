"""Traffic classes, and the time limits of lodging and analysis that depend on them.

The class is not declared; it is derived from mode, containers, places of loading and unloading
(Delegated Regulation (EU) 2015/2446 Art. 105 to 110, Implementing Regulation (EU) 2015/2447
Art. 186), and an officer may correct it.
"""

import csv
from collections.abc import Collection
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path

import msgspec

from declarations.document import Document
from declarations.filing_types import FilingLevel, filing_types, level_of

DATA = Path(__file__).parent / "data"
BEFORE_LOADING = timedelta(minutes=15)
"""How soon a filing before loading is to be looked at; the law says at once (Art. 186(1))."""
VALIDITY = timedelta(days=200)
"""For how long a filing counts without arrival (UCC Art. 129(3))."""


class TrafficClass(StrEnum):
    """The kinds of traffic that have time limits of their own."""

    DEEP_SEA_CONTAINER = "deep_sea_container"
    DEEP_SEA_BULK = "deep_sea_bulk"
    SHORT_SEA = "short_sea"
    SHORT_VOYAGE = "short_voyage"
    FERRY = "ferry"
    INLAND_WATER = "inland_water"
    AIR_LONG_HAUL = "air_long_haul"
    AIR_SHORT_HAUL = "air_short_haul"
    RAIL = "rail"
    RAIL_SHORT = "rail_short"
    ROAD = "road"


BY_MODE = {
    "2": TrafficClass.RAIL,
    "3": TrafficClass.ROAD,
    "8": TrafficClass.INLAND_WATER,
    "10": TrafficClass.FERRY,
    "11": TrafficClass.FERRY,
}


STRICTEST_FIRST = (
    TrafficClass.DEEP_SEA_CONTAINER,
    TrafficClass.DEEP_SEA_BULK,
    TrafficClass.SHORT_SEA,
    TrafficClass.SHORT_VOYAGE,
)
"""By sea, which class a ship with goods of several takes."""


class Carriage(msgspec.Struct, frozen=True, kw_only=True):
    """From where to where some goods are carried, and whether in containers."""

    loading: str
    unloading: str
    boxed: bool


class TimeLimit(msgspec.Struct, frozen=True, kw_only=True):
    """The limits of one class: length of the analysis (None: until arrival), and of lodging.

    It holds from `valid_from` up to, and not including, `valid_to`; `rule` is the article.
    """

    traffic: TrafficClass
    valid_from: date
    valid_to: date | None
    analysis: timedelta | None
    lodging: timedelta
    lodging_before: str
    rule: str = ""

    def holds_on(self, day: date) -> bool:
        """Whether the limit is in force on that day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


class PlaceRow(msgspec.Struct, frozen=True, kw_only=True):
    """A country or UN/LOCODE that begins a near place, with its validity.

    `unloading` limits it to voyages there, empty for all.
    """

    prefix: str
    unloading: str
    valid_from: date
    valid_to: date | None


class Lateness(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a declaration came in time, and by which limit.

    `lodge_by` and `minutes` are None where the limit counts from loading or departure, which an
    IE315 does not declare, or from an arrival that is not declared.
    """

    limit: TimeLimit
    lodge_by: datetime | None
    minutes: int | None


def traffic_class(document: Document, at: datetime) -> TrafficClass:
    """Return the class of the traffic; a mixed sea declaration takes the strictest one."""
    return derived_class(document.transport_mode, carriages(document), at)


def derived_class(mode: str, carried: Collection[Carriage], at: datetime) -> TrafficClass:
    """Return the class of goods carried that way; those of unknown origin come from far."""
    if mode in BY_MODE:
        return BY_MODE[mode]
    day = at.date()
    if mode == "4":
        near = bool(carried) and all(_is_near(one, "short_haul_air.csv", day) for one in carried)
        return TrafficClass.AIR_SHORT_HAUL if near else TrafficClass.AIR_LONG_HAUL
    found = {_class_by_sea(one, day) for one in carried} or {TrafficClass.DEEP_SEA_BULK}
    return next(name for name in STRICTEST_FIRST if name in found)


@lru_cache(maxsize=20_000)
def _class_by_sea(one: Carriage, day: date) -> TrafficClass:
    if _is_near(one, "short_sea.csv", day):
        return TrafficClass.SHORT_SEA
    if _is_near(one, "short_voyages.csv", day):
        return TrafficClass.SHORT_VOYAGE
    return TrafficClass.DEEP_SEA_CONTAINER if one.boxed else TrafficClass.DEEP_SEA_BULK


def carriages(document: Document) -> set[Carriage]:
    """Return how the items are carried, each way once; the header fills what they leave out."""
    return {
        Carriage(
            loading=item.place_of_loading or document.place_of_loading or "",
            unloading=item.place_of_unloading or document.place_of_unloading or "",
            boxed=bool(item.containers),
        )
        for item in document.items()
    }


def expected_by(document: Document, received_at: datetime) -> datetime:
    """Return when the goods come at the latest, where it is not declared as far as it is known.

    A filing of ICS2 may tell the departure alone, or nothing: then it holds as long as it is valid.
    """
    declared = document.expected_arrival or document.actual_departure
    return declared or document.estimated_departure or received_at + VALIDITY


def analysis_ends_at(
    document: Document, received_at: datetime, traffic: TrafficClass | None = None
) -> datetime:
    """Return when the risk analysis must be concluded, counted from receipt (Art. 186).

    A house of ICS2 is analysed with its master, or before loading at once.
    """
    if level_of(document.type) is FilingLevel.HOUSE:
        before_loading = filing_types()[document.type].preloading
        return received_at + (BEFORE_LOADING if before_loading else VALIDITY)
    limit = time_limit(document, received_at, traffic)
    return analysis_end(limit, expected_by(document, received_at), received_at)


def analysis_end(limit: TimeLimit, arrival: datetime, received_at: datetime) -> datetime:
    """Return when an analysis under that limit ends; a short flight's with its arrival."""
    if limit.analysis is None:
        return max(arrival, received_at)
    return received_at + limit.analysis


def late_minutes(document: Document, received_at: datetime) -> int | None:
    """Return by how many minutes the lodging limit was missed; None where it cannot be known."""
    return lateness(document, received_at).minutes


def lateness(
    document: Document, received_at: datetime, traffic: TrafficClass | None = None
) -> Lateness:
    """Return whether the declaration came in time, `traffic` being an officer's correction."""
    limit = time_limit(document, received_at, traffic)
    if limit.lodging_before != "arrival" or document.expected_arrival is None:
        return Lateness(limit=limit, lodge_by=None, minutes=None)
    lodge_by = document.expected_arrival - limit.lodging
    missed = -(-int((received_at - lodge_by).total_seconds()) // 60)
    return Lateness(limit=limit, lodge_by=lodge_by, minutes=max(0, missed))


def time_limit(
    document: Document, received_at: datetime, traffic: TrafficClass | None = None
) -> TimeLimit:
    """Return the limits of the declaration's class (see `limit_of`), or of the corrected one."""
    return limit_of(traffic or traffic_class(document, received_at), received_at)


def limit_of(traffic: TrafficClass, received_at: datetime) -> TimeLimit:
    """Return the limits of a class that were in force at receipt.

    Raises LookupError where the table says nothing for that day.
    """
    day = received_at.date()
    for limit in time_limits():
        if limit.traffic is traffic and limit.holds_on(day):
            return limit
    raise LookupError(f"There is no time limit for {traffic} on {day}.")


@cache
def time_limits() -> tuple[TimeLimit, ...]:
    """Return the rows of the product's table."""
    with (DATA / "time_limits.csv").open(newline="") as file:
        return tuple(_limit(row) for row in csv.DictReader(file))


def _limit(row: dict[str, str]) -> TimeLimit:
    analysis = row["analysis_minutes"]
    return TimeLimit(
        traffic=TrafficClass(row["class"]),
        valid_from=date.fromisoformat(row["valid_from"]),
        valid_to=_day(row["valid_to"]),
        analysis=timedelta(minutes=int(analysis)) if analysis else None,
        lodging=timedelta(minutes=int(row["lodging_minutes"])),
        lodging_before=row["lodging_before"],
        rule=row["rule"],
    )


@lru_cache(maxsize=20_000)
def _is_near(one: Carriage, table: str, day: date) -> bool:
    loading, unloading = one.loading.upper(), one.unloading.upper()
    return any(
        loading.startswith(row.prefix) and unloading.startswith(row.unloading)
        for row in _places_on(table, day)
    )


@cache
def _places_on(table: str, day: date) -> tuple[PlaceRow, ...]:
    return tuple(
        row
        for row in _places(table)
        if row.valid_from <= day and (row.valid_to is None or day < row.valid_to)
    )


@cache
def _places(table: str) -> tuple[PlaceRow, ...]:
    with (DATA / table).open(newline="") as file:
        return tuple(
            PlaceRow(
                prefix=row["loading"],
                unloading=row.get("unloading", ""),
                valid_from=date.fromisoformat(row["valid_from"]),
                valid_to=_day(row["valid_to"]),
            )
            for row in csv.DictReader(file)
        )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
