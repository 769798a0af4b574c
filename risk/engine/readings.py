"""The values of one subject, read from the declaration when first asked for."""

from collections.abc import Callable
from datetime import date
from functools import cached_property
from typing import Any

from declarations.document import Spot
from risk.engine.field import Field, FieldType
from risk.engine.fields import CATALOGUE
from risk.engine.names import PARTIES_OF_ITEMS, identities_of
from risk.engine.rules import Bound
from risk.engine.subject import Declared, Subject
from risk.engine.words import cleansed

DAY = "#day"
"""Key of the day on which validity of list entries is judged."""

IDENTITIES = "#names"
"""Key of the names and addresses of all parties, by reference."""


def _text_readers(field: Field) -> dict[str, Callable[[Subject], Any]]:
    """Return readers of the cleansed text and of its set of words."""

    def text(subject: Subject) -> str | None:
        value = field.read(subject)
        return cleansed(str(value)) or None if value is not None else None

    def found(subject: Subject) -> frozenset[str]:
        return frozenset((text(subject) or "").split())

    return {f"{field.name}#text": text, f"{field.name}#words": found}


READERS: dict[str, Callable[[Subject], Any]] = {
    **{field.name: field.read for field in CATALOGUE.values()},
    **{
        key: read
        for field in CATALOGUE.values()
        if field.type is FieldType.TEXT
        for key, read in _text_readers(field).items()
    },
}


def _day(subject: Subject) -> date:
    return subject.context.received_at.date()


READERS[DAY] = _day
READERS[IDENTITIES] = identities_of


def _keys(field: Field) -> tuple[str, ...]:
    forms = ("#text", "#words") if field.type is FieldType.TEXT else ()
    return (field.name, *(f"{field.name}{form}" for form in forms))


INHERITED: dict[str, tuple[str, ...]] = {
    key: field.declared_on_item
    for field in CATALOGUE.values()
    if field.declared_on_item or not field.of_item
    for key in _keys(field)
} | {IDENTITIES: PARTIES_OF_ITEMS}
"""Keys whose value is the header's unless the goods item declares one of the attributes."""

_ATTRIBUTES = tuple(sorted({name for names in INHERITED.values() for name in names}))


class Reading(dict[str, Any]):
    """The values of one subject by field name, each read when first asked for.

    `header` is the reading of the declaration, of which a goods item's is part. `seen` remembers
    values as text with where they stand, and `bound` what conditions found: many hits rest on the
    same ones.
    """

    def __init__(self, subject: Subject, header: "Reading | None" = None) -> None:
        super().__init__()
        self.subject = subject
        self.header = header or self
        self.seen: dict[tuple[str, tuple[str, ...]], tuple[str, tuple[Spot, ...]]] = {}
        self.bound: dict[tuple[object, bool, bool], Bound] = {}
        self._given = [name for name in _ATTRIBUTES if getattr(subject.item, name, None)]

    def __missing__(self, key: str) -> Any:
        value = self._inherit(key) if key in INHERITED else READERS[key](self.subject)
        self[key] = value
        return value

    def adopt(self) -> None:
        """Take over what the header has read and the goods item does not declare itself."""
        given = self._given
        if not given:
            self.update(self.header)
            return
        for key, value in self.header.items():
            if not any(name in given for name in INHERITED.get(key, ())):
                self[key] = value

    def _inherit(self, key: str) -> Any:
        own = self._given and any(name in self._given for name in INHERITED[key])
        return READERS[key](self.subject) if own or self.header is self else self.header[key]

    @property
    def items_declared(self) -> tuple["Reading", ...]:
        """Return the readings of all goods items of the declaration."""
        return self.header.items_below

    @cached_property
    def items_below(self) -> tuple["Reading", ...]:
        """Return the readings of the goods items below this header."""
        return tuple(Reading(subject, self) for subject in self.subject.declared.subjects())


class Readings:
    """The readings of one declaration: of its header, and of each goods item."""

    def __init__(self, declared: Declared) -> None:
        self.declared = declared
        self.header = Reading(declared.whole)
        self.items = self.header.items_declared
