"""Writing what was analysed: a row for the declaration, one for each goods item, and their history.

The values are those that the rules read, from the same readings.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db import connection

from customs_portal.bulk import copy_rows, fetch_prepared
from declarations.document import Party
from declarations.names import name_key
from risk.engine.field import Field, FieldType
from risk.engine.fields import CATALOGUE
from risk.engine.readings import Reading, Readings
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


def _fields(model: type[Any]) -> tuple[Field, ...]:
    return tuple(field for field in CATALOGUE.values() if model_of(field) is model)


_OF_DECLARATION, _OF_ITEM = _fields(AnalysedDeclaration), _fields(AnalysedItem)
_OF_HISTORY = _fields(AnalysedHistory)
_COMMON = ("ens", "ens_version", "received_at", "current", "filer")
_KEYS = ("number", "consignor_key", "consignee_key", "address_key")
_DECLARATION_COLUMNS = (*_COMMON, *map(column, _OF_DECLARATION))
_ITEM_COLUMNS = (*_COMMON, *_KEYS, *map(column, _OF_ITEM))
_HISTORY_COLUMNS = ("ens_version", "number", *map(column, _OF_HISTORY))


def write(subjects: Sequence[Subjects]) -> None:
    """Write the rows of declarations and goods items; those of earlier versions become old."""
    _end_earlier([entry.ens for entry in subjects])
    copy_rows(DECLARATION, _DECLARATION_COLUMNS, map(_declaration_row, subjects))
    copy_rows(ITEM, _ITEM_COLUMNS, (row for entry in subjects for row in _item_rows(entry)))


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
    return (*_common(entry), *_values(entry.readings.header, _OF_DECLARATION))


def _item_rows(entry: Subjects) -> Iterator[tuple[object, ...]]:
    common = _common(entry)
    for reading in entry.readings.items:
        yield (*common, *_keys(reading), *_values(reading, _OF_ITEM))


def _history_rows(entry: Subjects) -> Iterator[tuple[object, ...]]:
    for reading in (entry.readings.header, *entry.readings.items):
        yield (entry.ens_version, reading.subject.place, *_values(reading, _OF_HISTORY))


def _common(entry: Subjects) -> tuple[object, ...]:
    return entry.ens, entry.ens_version, entry.received_at, True, entry.filer or None


def _values(reading: Reading, fields: Iterable[Field]) -> Iterator[object]:
    for field in fields:
        value = reading[field.name]
        if value is None:
            yield None
        elif field.type is FieldType.CODES:
            yield list(value)
        else:
            yield (reading[f"{field.name}#text"] or "") if field.type is FieldType.TEXT else value


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
