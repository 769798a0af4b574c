"""Reading rules and reference lists from files; what the database holds is loaded from these.

The rules and lists that come with the portal are illustrations: no threshold and no entry is real.
"""

import csv
from collections.abc import Iterator
from datetime import date
from io import TextIOWrapper
from itertools import dropwhile
from pathlib import Path
from typing import BinaryIO

import msgspec

from customs_portal.cells import text_of_cell
from risk.engine.lists import ListEntry, ReferenceList
from risk.engine.rules import EngineRule

DATA = Path(__file__).resolve().parent.parent / "data"

_rules_decoder = msgspec.json.Decoder(tuple[EngineRule, ...])


def load_rules(path: Path = DATA / "demo_rules.json") -> tuple[EngineRule, ...]:
    """Return the rules of a file in its order; raises msgspec.ValidationError if it has others."""
    return _rules_decoder.decode(path.read_bytes())


def load_lists(directory: Path = DATA) -> dict[str, ReferenceList]:
    """Return the lists named in `lists.csv` with their entries in `lists/<code>.csv`.

    Raises FileNotFoundError for a named list without file, ValueError for an entry that is none.
    """
    return {
        row["code"]: ReferenceList(
            row["code"],
            row["title"],
            load_entries(directory / "lists" / f"{row['code']}.csv"),
            row["kind"] or "values",
        )
        for row in _rows(directory / "lists.csv")
    }


COLUMNS = (
    "value", "label", "valid_from", "valid_to", "note", "country", "identifier", "place",
)  # fmt: skip
"""The columns of a list file; the last three may be missing."""

REQUIRED = COLUMNS[:5]


def load_entries(path: Path) -> list[ListEntry]:
    """Return the entries of a list file, whose columns are those of `COLUMNS`."""
    return [_entry(row) for row in _rows(path)]


def read_entries(path: Path) -> Iterator[ListEntry]:
    """Yield the entries of a list file one by one; the watermark of an exported one is left out.

    Raises OSError, csv.Error, and ValueError for a column that is missing or a line that is no
    entry.
    """
    with path.open("rb") as file:
        yield from entries_in(file)


def entries_in(file: BinaryIO) -> Iterator[ListEntry]:
    """Yield the entries of an open list file one by one; raises as `read_entries` does."""
    with TextIOWrapper(file, encoding="utf-8-sig", newline="") as text:
        yield from _entries(csv.DictReader(dropwhile(_is_watermark, text), strict=True, restval=""))


def _entries(reader: "csv.DictReader[str]") -> Iterator[ListEntry]:
    if missing := [name for name in REQUIRED if name not in (reader.fieldnames or ())]:
        raise ValueError(f"columns are missing: {', '.join(missing)}")
    for row in reader:
        if None in row:
            raise ValueError(f"line {reader.line_num} has more cells than there are columns")
        if not _is_watermark(row["value"]):
            yield _entry({name: text_of_cell(text) for name, text in row.items()})


def _is_watermark(line: str) -> bool:
    """Whether a line says by whom a file was exported, or is its digest."""
    return line.startswith("# ")


def _entry(row: dict[str, str]) -> ListEntry:
    if not row["value"].strip():
        raise ValueError("an entry of a list has no value")
    return ListEntry(
        value=row["value"],
        label=row["label"],
        valid_from=_day(row["valid_from"]),
        valid_to=_day(row["valid_to"]),
        note=row["note"],
        country=row.get("country", "").strip().upper(),
        identifier=row.get("identifier", "").strip(),
        place=row.get("place", "").strip(),
    )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
