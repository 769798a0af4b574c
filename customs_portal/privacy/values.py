"""The values of a row as a person is told them: no secret and no bytes among them."""

import msgspec
from django.db import models

SECRET = frozenset({
    "password", "digest", "session_data", "session_key", "secret_reason", "token_key", "body",
    "document_json", "data",
})  # fmt: skip
"""Columns that are never told: secrets, bytes, and documents that name others as well."""
NEVER_TOLD = frozenset({"risk"})
"""Apps of whose rows only what they are is told: rules and opinions are secret."""
LONGEST = 300


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One row: what it is, since when, and its values by name."""

    what: str
    at: str
    values: tuple[tuple[str, str], ...]


def row_of(row: models.Model) -> Row:
    """Return a row in words."""
    fields = row._meta.concrete_fields
    moments = (f.value_from_object(row) for f in fields if isinstance(f, models.DateTimeField))
    first = next((moment for moment in moments if moment), None)
    told = () if row._meta.app_label in NEVER_TOLD else tuple(_values(row))
    return Row(what=_name(row), at=first.isoformat() if first else "", values=told)


def _name(row: models.Model) -> str:
    return f"{row._meta.verbose_name} {row.pk}"


def _values(row: models.Model) -> list[tuple[str, str]]:
    found = []
    for field in row._meta.concrete_fields:
        value = field.value_from_object(row)
        is_told = field.name not in SECRET and not isinstance(field, models.BinaryField)
        if is_told and value not in (None, "", [], {}):
            found.append((str(field.verbose_name), str(value)[:LONGEST]))
    return found
