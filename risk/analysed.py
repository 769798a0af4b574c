"""Writing what was analysed: a row for the declaration, one for each goods item, and their history.

The values are those that the rules read, from the same readings.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db import connection

from customs_portal.bulk import copy_rows, fetch_prepared
from declarations.document import Party
from declarations.names import name_key
from risk.engine.field import FieldType
from risk.engine.fields import CATALOGUE
from risk.engine.readings import IDENTITIES, INHERITED, Reading, Readings
from risk.models.analysed import (
    AnalysedDeclaration,
    AnalysedHistory,
    AnalysedItem,
    column,
    model_of,
)

DECLARATION, ITEM, HISTORY = (
    model._meta.db_table for model in (AnalysedDeclaration, AnalysedItem, AnalysedHistory)
)
TABLES = (DECLARATION, ITEM, HISTORY)


class Subjects(msgspec.Struct, frozen=True, kw_only=True):
    """A version that is being analysed: who it is, who lodged it, and its readings."""

    ens: int
    ens_version: int
    received_at: datetime
    filer: str
    readings: Readings


class Columns:
    """The fields that one table holds, in the order of its columns."""

    def __init__(self, model: type[Any]) -> None:
        fields = [field for field in CATALOGUE.values() if model_of(field) is model]
        self.fields = [field.name for field in fields]
        self.names = tuple(map(column, fields))
        self.inherited = [name for name in self.fields if name in INHERITED]
        self._texts = [
            (place, f"{field.name}#text")
            for place, field in enumerate(fields)
            if field.type is FieldType.TEXT
        ]
        self._codes = [n for n, field in enumerate(fields) if field.type is FieldType.CODES]

    def values(self, reading: Reading) -> list[Any]:
        """Return what the columns hold: texts cleansed, codes as lists."""
        found = [reading[name] for name in self.fields]
        for place, key in self._texts:
            if found[place] is not None:
                found[place] = reading[key] or ""
        for place in self._codes:
            if found[place] is not None:
                found[place] = list(found[place])
        return found


_OF_DECLARATION, _OF_ITEM = Columns(AnalysedDeclaration), Columns(AnalysedItem)
_OF_HISTORY = Columns(AnalysedHistory)
_COMMON = ("ens", "ens_version", "received_at", "current", "filer")
_KEYS = ("names", "number", "consignor_key", "consignee_key", "address_key")
_DECLARATION_COLUMNS = (*_COMMON, *_OF_DECLARATION.names)
_ITEM_COLUMNS = (*_COMMON, *_KEYS, *_OF_ITEM.names)
_HISTORY_COLUMNS = ("ens_version", "number", *_OF_HISTORY.names)


def write(subjects: Sequence[Subjects], names: Mapping[str, int]) -> None:
    """Write the rows of declarations and goods items; those of earlier versions become old.

    `names` are the ids of screened names by reference of the identity.
    """
    _end_earlier([entry.ens for entry in subjects])
    copy_rows(DECLARATION, _DECLARATION_COLUMNS, map(_declaration_row, subjects))
    rows = (row for entry in subjects for row in _item_rows(entry, names))
    copy_rows(ITEM, _ITEM_COLUMNS, rows)


def write_history(subjects: Sequence[Subjects]) -> None:
    """Write the rows of history, once the readings know it."""
    copy_rows(
        HISTORY, _HISTORY_COLUMNS, (row for entry in subjects for row in _history_rows(entry))
    )


def remove(ens_versions: Iterable[int]) -> None:
    """Remove all rows of these versions, to be written anew."""
    wanted = list(ens_versions)
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"DELETE FROM {table} WHERE ens_version = ANY(%s)", [wanted])  # noqa: S608 our own table


def _end_earlier(ens: Sequence[int]) -> None:
    for table in (DECLARATION, ITEM):
        statement = f"UPDATE {table} SET current = false WHERE current AND ens = ANY(%s::bigint[])"  # noqa: S608 our own table
        fetch_prepared(statement, [list(ens)])


def _declaration_row(entry: Subjects) -> tuple[object, ...]:
    return (*_common(entry), *_OF_DECLARATION.values(entry.readings.header))


def _item_rows(entry: Subjects, names: Mapping[str, int]) -> Iterator[tuple[object, ...]]:
    common, header = _common(entry), entry.readings.header
    for name in _OF_ITEM.inherited:
        header[name]  # read once here, so that each goods item can adopt it
    for reading in entry.readings.items:
        reading.adopt()
        screened = [names[reference] for reference in reading[IDENTITIES]]
        yield (*common, screened, *_keys(reading), *_OF_ITEM.values(reading))


def _history_rows(entry: Subjects) -> Iterator[tuple[object, ...]]:
    for place, reading in enumerate((entry.readings.header, *entry.readings.items)):
        yield (entry.ens_version, place, *_OF_HISTORY.values(reading))


def _common(entry: Subjects) -> tuple[object, ...]:
    return entry.ens, entry.ens_version, entry.received_at, True, entry.filer or None


def _keys(reading: Reading) -> tuple[object, ...]:
    subject = reading.subject
    consignee = subject.party("consignee")
    return (
        subject.place,
        party_key(subject.party("consignor")),
        party_key(consignee),
        _address_key(consignee),
    )


def party_key(party: Party | None) -> str | None:
    """Return by what a person is known again: the identifier, else name and country."""
    if party is None:
        return None
    if party.identifier:
        return party.identifier.strip().upper()
    name = name_key(party.name)
    return f"{name}|{(party.country or '').strip().upper()}" if name else None


def _address_key(party: Party | None) -> str | None:
    if party is None or not (party.street or party.postcode):
        return None
    parts = (party.street, party.postcode, party.city, party.country)
    return "|".join(name_key(part) for part in parts)
