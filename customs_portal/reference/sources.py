"""Reference data as typed rows, from the CSV files of the product or from the database."""

import csv
import hashlib
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from django.db import models

DATA = Path(__file__).parent / "data"


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A row that holds from `valid_from` up to, and not including, `valid_to`."""

    valid_from: date
    valid_to: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether the row is valid on that day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


class CodeRow(Row, frozen=True, kw_only=True):
    """A code of a list, with the further columns of its file as attributes."""

    list: str
    code: str
    name: str
    attributes: dict[str, str] = msgspec.field(default_factory=dict)


class CountryRow(Row, frozen=True, kw_only=True):
    """A country with its memberships."""

    code: str
    name: str
    eu_member: bool
    ics2_member: bool


class OfficeRow(Row, frozen=True, kw_only=True):
    """A customs office."""

    reference: str
    name: str
    country: str
    kind: str
    place: str
    timezone: str
    illustrative: bool


class ReasonRow(Row, frozen=True, kw_only=True):
    """A reason code with all its policies."""

    code: str
    decision: str
    title: str
    definition: str
    use_when: str
    do_not_use_when: str
    second_signature: str
    text_required: bool
    announced: str
    announced_note: str
    trader_text: str
    statistics: str


class Tables(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the reference data contain, of all days."""

    codes: tuple[CodeRow, ...]
    countries: tuple[CountryRow, ...]
    offices: tuple[OfficeRow, ...]
    reasons: tuple[ReasonRow, ...]


AnyRow = TypeVar("AnyRow", bound=Row)


def from_csv(folder: Path = DATA) -> Tables:
    """Read the tables from CSV files; needs no database.

    Raises msgspec.ValidationError for a cell that does not fit, FileNotFoundError for a missing
    file.
    """
    return Tables(
        codes=tuple(_read_codes(folder / "code_lists")),
        countries=_read(folder / "countries.csv", CountryRow),
        offices=_read(folder / "offices.csv", OfficeRow),
        reasons=_read(folder / "reason_codes.csv", ReasonRow),
    )


def from_database() -> Tables:
    """Read the tables from the database."""
    from customs_portal.reference.models import Code, Country, Office, ReasonCode

    return Tables(
        codes=_fetch(Code.objects.all(), CodeRow),
        countries=_fetch(Country.objects.all(), CountryRow),
        offices=_fetch(Office.objects.all(), OfficeRow),
        reasons=_fetch(ReasonCode.objects.all(), ReasonRow),
    )


def digest(tables: Tables) -> str:
    """Return the SHA-256 of the tables, equal for equal content."""
    return hashlib.sha256(msgspec.json.encode(tables)).hexdigest()


def _read(path: Path, row_type: type[AnyRow]) -> tuple[AnyRow, ...]:
    return tuple(_convert(cells, row_type) for cells in _cells(path))


def _read_codes(folder: Path) -> Iterator[CodeRow]:
    for path in sorted(folder.glob("*.csv")):
        for cells in _cells(path):
            known = {name: cells.pop(name) for name in ("code", "name", "valid_from", "valid_to")}
            yield _convert({**known, "list": path.stem, "attributes": cells}, CodeRow)


def _cells(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines, strict=True)


@cache
def _flags(row_type: type[Row]) -> frozenset[str]:
    return frozenset(f.name for f in msgspec.structs.fields(row_type) if f.type is bool)


def _convert(cells: dict[str, Any], row_type: type[AnyRow]) -> AnyRow:
    """Turn the texts of one line into a row; `yes` and `no` are the only booleans."""
    cells["valid_to"] = cells["valid_to"] or None
    for name in _flags(row_type):
        cells[name] = {"yes": True, "no": False}.get(cells[name], cells[name])
    return msgspec.convert(cells, row_type)


def _fetch(queryset: models.QuerySet[Any], row_type: type[AnyRow]) -> tuple[AnyRow, ...]:
    names = [field.name for field in msgspec.structs.fields(row_type)]
    return tuple(row_type(**values) for values in queryset.values(*names))
