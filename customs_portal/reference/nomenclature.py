"""Large lists: Harmonised System subheadings, UN numbers, UN/LOCODE."""

import csv
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

import msgspec
from django.db import connection, transaction

from customs_portal.bulk import copy_rows, fetch_prepared
from customs_portal.reference.models import NomenclatureEntry
from customs_portal.reference.sources import DATA

FOLDER = DATA / "nomenclature"
List = NomenclatureEntry.List
WHOLE = {List.HS6: "hs6.csv", List.UN_NUMBER: "un_numbers.csv"}
"""The lists of which the product has every entry."""
SOME_PLACES = "places.csv"
"""The places of the demo; `load_locodes` loads the whole list."""
BEGINNING = date(2010, 1, 1)


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A code with its name, empty where the list has none."""

    code: str
    name: str = ""


def read(path: Path, *, code: str = "code", name: str = "name") -> Iterator[Entry]:
    """Yield the entries of a CSV file with these columns.

    Raises OSError, and KeyError for a column that is missing.
    """
    with path.open(encoding="utf-8", newline="") as lines:
        for cells in csv.DictReader(lines, strict=True):
            yield Entry(code=cells[code].strip(), name=cells[name].strip()[:200])


def load_own(*, on: date) -> dict[str, int]:
    """Load the product's own lists and return the number of entries of each."""
    counts = {}
    with transaction.atomic():
        for which, file in WHOLE.items():
            entries = list(read(FOLDER / file))
            add(which, entries, on=on)
            _end_missing(which, entries, on)
            counts[which.value] = len(entries)
        counts[List.PLACE.value] = add(List.PLACE, read(FOLDER / SOME_PLACES), on=on)
    return counts


_MERGE = """
INSERT INTO reference_nomenclatureentry AS known (list, code, name, valid_from)
SELECT DISTINCT ON (code) %s, code, name, %s FROM wanted ORDER BY code
ON CONFLICT (list, code) DO UPDATE SET name = EXCLUDED.name, valid_to = NULL
WHERE known.name <> EXCLUDED.name OR known.valid_to IS NOT NULL
"""


def add(which: NomenclatureEntry.List, entries: Iterable[Entry], *, on: date) -> int:
    """Add the entries to a list, or name them anew, and return how many were given.

    Entries of a first load hold from the beginning, later ones from the day of their load.
    """
    wanted = [(entry.code, entry.name) for entry in entries if entry.code]
    first = not NomenclatureEntry.objects.filter(list=which).exists()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE wanted (code text, name text) ON COMMIT DROP")
        copy_rows("wanted", ("code", "name"), wanted)
        cursor.execute(_MERGE, [which, BEGINNING if first else on])
        cursor.execute("DROP TABLE wanted")
    return len(wanted)


def _end_missing(which: NomenclatureEntry.List, entries: Iterable[Entry], on: date) -> None:
    in_force = NomenclatureEntry.objects.filter(list=which, valid_to__isnull=True)
    in_force.exclude(code__in=[entry.code for entry in entries]).update(valid_to=on)


def names(which: NomenclatureEntry.List, codes: Iterable[str]) -> dict[str, str]:
    """Return the names of those of the codes that the list knows, also of ended ones."""
    found = NomenclatureEntry.objects.filter(list=which, code__in=set(codes))
    return dict(found.values_list("code", "name"))


_PERIODS = """
SELECT code, valid_from, valid_to FROM reference_nomenclatureentry
WHERE list = %s AND code = ANY(%s::text[])
"""


def in_force(
    which: NomenclatureEntry.List, codes: Iterable[str], days: Iterable[date]
) -> set[tuple[str, date]] | None:
    """Return which of the codes hold on which of the days; None where the list is not loaded."""
    periods = fetch_prepared(_PERIODS, [which, sorted(codes)])
    if not periods and not NomenclatureEntry.objects.filter(list=which).exists():
        return None
    return {
        (code, day)
        for day in set(days)
        for code, begins, ends in periods
        if begins <= day and (ends is None or day < ends)
    }
