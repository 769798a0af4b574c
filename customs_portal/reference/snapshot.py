"""The reference data of one day as a frozen value that is handed to checks."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import TypeVar

import msgspec

from customs_portal.reference.sources import (
    CodeRow,
    CountryRow,
    OfficeRow,
    ReasonRow,
    Row,
    Tables,
    from_csv,
    from_database,
)

VERSION_CHECK_EVERY = timedelta(seconds=5)

AnyRow = TypeVar("AnyRow", bound=Row)


class Snapshot(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Everything that was valid on one day; the same from CSV and from the database."""

    day: date
    codes: Mapping[str, Mapping[str, CodeRow]]
    countries: Mapping[str, CountryRow]
    offices: Mapping[str, OfficeRow]
    reasons: Mapping[str, ReasonRow]

    def has_code(self, code_list: str, code: str) -> bool:
        """Whether the list contains the code; a list that is not loaded contains none."""
        return code in self.codes.get(code_list, {})

    def code_name(self, code_list: str, code: str) -> str:
        """Return the meaning of a code, or the code itself where it is unknown."""
        row = self.codes.get(code_list, {}).get(code)
        return row.name if row else code

    def country_name(self, code: str) -> str:
        """Return the name of a country, or the code itself where it is unknown."""
        row = self.countries.get(code)
        return row.name if row else code

    def is_country(self, code: str) -> bool:
        """Whether the code stands in the full list of countries."""
        return code in self.countries

    def is_eu(self, code: str) -> bool:
        """Whether the country is a member of the Union."""
        row = self.countries.get(code)
        return row is not None and row.eu_member

    def is_ics2(self, code: str) -> bool:
        """Whether the country takes part in ICS2."""
        row = self.countries.get(code)
        return row is not None and row.ics2_member

    def office(self, reference: str) -> OfficeRow | None:
        """Return the customs office with that reference number."""
        return self.offices.get(reference)

    def reason(self, code: str) -> ReasonRow | None:
        """Return the reason code."""
        return self.reasons.get(code)


def build(tables: Tables, day: date) -> Snapshot:
    """Return what the tables say about one day."""
    lists: dict[str, dict[str, CodeRow]] = {}
    for row in _valid(tables.codes, day):
        lists.setdefault(row.list, {})[row.code] = row
    return Snapshot(
        day=day,
        codes=MappingProxyType({name: MappingProxyType(rows) for name, rows in lists.items()}),
        countries=MappingProxyType({row.code: row for row in _valid(tables.countries, day)}),
        offices=MappingProxyType({row.reference: row for row in _valid(tables.offices, day)}),
        reasons=MappingProxyType({row.code: row for row in _valid(tables.reasons, day)}),
    )


def offline(at: datetime) -> Snapshot:
    """Return the snapshot of the product's own CSV files; needs no database."""
    return _offline_on(at.date())


def current(at: datetime) -> Snapshot:
    """Return the snapshot of the database, read again only when a newer load exists.

    The version is looked up at most once in VERSION_CHECK_EVERY and process.
    """
    return _database.snapshot(at)


class _Database:
    """What this process has read from the database, and which load it was."""

    def __init__(self) -> None:
        self.version = -1
        self.checked_at: datetime | None = None
        self.tables: Tables | None = None
        self.by_day: dict[date, Snapshot] = {}

    def snapshot(self, at: datetime) -> Snapshot:
        self._refresh(at)
        day = at.date()
        if day not in self.by_day:
            assert self.tables is not None
            self.by_day[day] = build(self.tables, day)
        return self.by_day[day]

    def _refresh(self, at: datetime) -> None:
        if self.checked_at is not None and abs(at - self.checked_at) < VERSION_CHECK_EVERY:
            return
        version = _loaded_version()
        if self.tables is None or version != self.version:
            self.tables, self.by_day, self.version = from_database(), {}, version
        self.checked_at = at


def forget() -> None:
    """Drop what this process has read, so that the next `current` asks the database."""
    _database.__init__()  # type: ignore[misc]


def _loaded_version() -> int:
    from customs_portal.reference.models import Load

    newest = Load.objects.order_by("-id").values_list("id", flat=True).first()
    return newest or 0


def _valid(rows: Iterable[AnyRow], day: date) -> list[AnyRow]:
    return [row for row in rows if row.holds_on(day)]


@lru_cache(maxsize=1)
def _csv_tables() -> Tables:
    return from_csv()


@lru_cache(maxsize=8)
def _offline_on(day: date) -> Snapshot:
    return build(_csv_tables(), day)


_database = _Database()
