"""The message tables of ICS phase 1: which elements stand where, how often, with what content.

`messaging/data/ics1/messages/*.csv` has one row per element in document order; a row without type
is a group. `types.csv` holds the simple types, `messages.csv` the catalogue, `optional_fields.csv`
the elements that the current rule set of Great Britain no longer demands.
"""

import csv
from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from pathlib import Path

import msgspec

DATA = Path(__file__).resolve().parents[2] / "data" / "ics1"


class Form(StrEnum):
    """Full: the form of the common domain. Optional: fewer mandatory header elements."""

    FULL = "full"
    OPTIONAL = "optional"


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the catalogue; `size_limit` is in bytes."""

    message: str
    number: str
    title: str
    route: str
    namespace: str
    children: str
    size_limit: int


class SimpleType(msgspec.Struct, frozen=True, kw_only=True):
    """A simple type. Of `patterns` every step must hold, by one of its alternatives.

    `max_length` is the longest text allowed, None where there is no limit.
    """

    name: str
    base: str
    max_length: int | None
    facets: dict[str, str]
    patterns: tuple[tuple[str, ...], ...]
    enumerations: tuple[str, ...]


class Element(msgspec.Struct, frozen=True, kw_only=True):
    """An element with its place; `max` is None where unbounded, `type` None for a group."""

    name: str
    path: str
    min: int
    max: int | None
    type: SimpleType | None
    codelist: str
    description: str
    rules: tuple[str, ...]
    children: tuple["Element", ...]

    @property
    def repeatable(self) -> bool:
        """Return whether the element may occur more than once."""
        return self.max != 1

    def walk(self) -> Iterator["Element"]:
        """Yield the element and everything below it in document order."""
        yield self
        for child in self.children:
            yield from child.walk()


_FACETS = {
    "length": "length",
    "min_length": "minLength",
    "max_length": "maxLength",
    "total_digits": "totalDigits",
    "fraction_digits": "fractionDigits",
    "min_inclusive": "minInclusive",
    "max_inclusive": "maxInclusive",
}


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def catalogue() -> dict[str, Message]:
    """Return the messages by their XML name."""
    rows = _rows(DATA / "messages.csv")
    return {row["message"]: msgspec.convert(row, Message, strict=False) for row in rows}


@cache
def simple_types() -> dict[str, SimpleType]:
    """Return the simple types by name."""
    return {row["name"]: _simple_type(row) for row in _rows(DATA / "types.csv")}


def _simple_type(row: dict[str, str]) -> SimpleType:
    limit = row["length"] or row["max_length"]
    return SimpleType(
        name=row["name"],
        base=row["base"],
        max_length=int(limit) if limit else None,
        facets={xsd: row[column] for column, xsd in _FACETS.items() if row[column]},
        patterns=msgspec.json.decode(row["patterns"] or "[]", type=tuple[tuple[str, ...], ...]),
        enumerations=msgspec.json.decode(row["enumerations"] or "[]", type=tuple[str, ...]),
    )


@cache
def table(message: str, form: Form = Form.FULL) -> Element:
    """Return the root element of a message with everything below it.

    Raises KeyError for a message that is not in the catalogue.
    """
    name = catalogue()[message].message
    optional = _optional_fields() if form is Form.OPTIONAL else frozenset()
    below: dict[str, list[dict[str, str]]] = {}
    rows = _rows(DATA / "messages" / f"{name}.csv")
    for row in rows:
        below.setdefault(row["path"].rpartition("/")[0], []).append(row)
    return _element(rows[0], below, optional)


@cache
def _optional_fields() -> frozenset[str]:
    return frozenset(row["path"] for row in _rows(DATA / "optional_fields.csv"))


def _element(
    row: dict[str, str], below: dict[str, list[dict[str, str]]], optional: frozenset[str]
) -> Element:
    path = row["path"]
    return Element(
        name=path.rpartition("/")[2],
        path=path,
        min=0 if path in optional else int(row["min"]),
        max=None if row["max"] == "unbounded" else int(row["max"]),
        type=simple_types()[row["type"]] if row["type"] else None,
        codelist=row["codelist"],
        description=row["description"],
        rules=tuple(f"{row['rules']} {row['conditions']}".split()),
        children=tuple(_element(child, below, optional) for child in below.get(path, ())),
    )


@cache
def by_path(message: str, form: Form = Form.FULL) -> dict[str, Element]:
    """Return every element of a message by its path (`/CC315A/HEAHEA/RefNumHEA4`)."""
    return {element.path: element for element in table(message, form).walk()}


@cache
def group_names(message: str) -> frozenset[str]:
    """Return the names of the elements that have children."""
    return frozenset(found.name for found in table(message).walk() if found.type is None)


@cache
def repeatable_names(message: str) -> frozenset[str]:
    """Return the names of the elements that may occur more than once in their parent."""
    return frozenset(found.name for found in table(message).walk() if found.repeatable)


@cache
def parties() -> dict[str, tuple[str, ...]]:
    """Return the element names of each party group of a declaration.

    In the order TIN, name, street, postcode, city, country, language.
    """
    return {row.pop("group"): tuple(row.values()) for row in _rows(DATA / "parties.csv")}


@cache
def example_values() -> dict[str, dict[str, str]]:
    """Return example values by `type`, and by `name`: the beginning of an element's name."""
    found: dict[str, dict[str, str]] = {"type": {}, "name": {}}
    for row in _rows(DATA / "example_values.csv"):
        found[row["by"]][row["word"]] = row["value"]
    return found
