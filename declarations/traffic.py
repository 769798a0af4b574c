"""Traffic classes, and the time limits of lodging and analysis that depend on them.

The class is not declared; it is derived from mode, containers and place of loading (Delegated
Regulation (EU) 2015/2446 Art. 105 to 109, Implementing Regulation (EU) 2015/2447 Art. 186).
"""

import csv
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path

import msgspec

from declarations.document import Document

DATA = Path(__file__).parent / "data"


class TrafficClass(StrEnum):
    """The kinds of traffic that have time limits of their own."""

    DEEP_SEA_CONTAINER = "deep_sea_container"
    DEEP_SEA_BULK = "deep_sea_bulk"
    SHORT_SEA = "short_sea"
    FERRY = "ferry"
    INLAND_WATER = "inland_water"
    AIR_LONG_HAUL = "air_long_haul"
    AIR_SHORT_HAUL = "air_short_haul"
    RAIL = "rail"
    ROAD = "road"


BY_MODE = {
    "2": TrafficClass.RAIL,
    "3": TrafficClass.ROAD,
    "8": TrafficClass.INLAND_WATER,
    "10": TrafficClass.FERRY,
    "11": TrafficClass.FERRY,
}


class TimeLimit(msgspec.Struct, frozen=True, kw_only=True):
    """The limits of one class: length of the analysis (None: until arrival), and of lodging.

    It holds from `valid_from` up to, and not including, `valid_to`.
    """

    traffic: TrafficClass
    valid_from: date
    valid_to: date | None
    analysis: timedelta | None
    lodging: timedelta
    lodging_before: str

    def holds_on(self, day: date) -> bool:
        """Whether the limit is in force on that day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


class PlaceRow(msgspec.Struct, frozen=True, kw_only=True):
    """A country or UN/LOCODE that begins a near place, with its validity."""

    prefix: str
    valid_from: date
    valid_to: date | None


def traffic_class(document: Document, at: datetime) -> TrafficClass:
    """Return the class of the traffic; a mixed sea declaration takes the strictest one."""
    if document.transport_mode in BY_MODE:
        return BY_MODE[document.transport_mode]
    loading = places_of_loading(document)
    if document.transport_mode == "4":
        near = _all_near(loading, "short_haul_air.csv", at.date())
        return TrafficClass.AIR_SHORT_HAUL if near else TrafficClass.AIR_LONG_HAUL
    if _all_near(loading, "short_sea.csv", at.date()):
        return TrafficClass.SHORT_SEA
    boxed = any(item.containers for item in document.items())
    return TrafficClass.DEEP_SEA_CONTAINER if boxed else TrafficClass.DEEP_SEA_BULK


def places_of_loading(document: Document) -> list[str]:
    """Return the places of loading, of the items or else of the header."""
    places = {item.place_of_loading or document.place_of_loading for item in document.items()}
    return sorted(place for place in places if place)


def analysis_ends_at(document: Document, received_at: datetime) -> datetime:
    """Return when the risk analysis must be concluded, counted from receipt (Art. 186)."""
    limit = time_limit(document, received_at)
    if limit.analysis is None:
        return max(document.expected_arrival, received_at)
    return received_at + limit.analysis


def late_minutes(document: Document, received_at: datetime) -> int | None:
    """Return by how many minutes the lodging limit was missed; None where it cannot be known.

    Loading and departure are not part of the declaration, so only limits before arrival are known.
    """
    limit = time_limit(document, received_at)
    if limit.lodging_before != "arrival":
        return None
    missed = received_at - (document.expected_arrival - limit.lodging)
    return max(0, -(-int(missed.total_seconds()) // 60))


def time_limit(document: Document, received_at: datetime) -> TimeLimit:
    """Return the limits of the declaration's traffic class that were in force at receipt.

    Raises LookupError where the table says nothing for that day.
    """
    found, day = traffic_class(document, received_at), received_at.date()
    for limit in time_limits():
        if limit.traffic is found and limit.holds_on(day):
            return limit
    raise LookupError(f"There is no time limit for {found} on {day}.")


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
    )


def _all_near(places: Iterable[str], table: str, day: date) -> bool:
    prefixes = _prefixes(table, day)
    found = [place.upper().startswith(prefixes) for place in places]
    return bool(found) and all(found)


@cache
def _prefixes(table: str, day: date) -> tuple[str, ...]:
    rows = _places(table)
    return tuple(
        row.prefix
        for row in rows
        if row.valid_from <= day and (row.valid_to is None or day < row.valid_to)
    )


@cache
def _places(table: str) -> tuple[PlaceRow, ...]:
    with (DATA / table).open(newline="") as file:
        return tuple(
            PlaceRow(
                prefix=row["prefix"],
                valid_from=date.fromisoformat(row["valid_from"]),
                valid_to=_day(row["valid_to"]),
            )
            for row in csv.DictReader(file)
        )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
