"""Reference lists of values that rules refer to by code, with validity per entry."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cached_property

import msgspec

from risk.engine.words import cleansed


class ListEntry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One value of a list; it counts from `valid_from` to `valid_to`, both days included.

    Country, identifier and place tell who the bearer of a listed name is.
    """

    value: str
    label: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    note: str = ""
    country: str = ""
    identifier: str = ""
    place: str = ""

    def covers(self, day: date) -> bool:
        """Tell whether the entry is in force on that day."""
        begun = self.valid_from is None or self.valid_from <= day
        return begun and (self.valid_to is None or day <= self.valid_to)


class Membership:
    """The values of a list in one normal form, ready for look-up on a day."""

    def __init__(self, entries: Iterable[ListEntry], normal: Mapping[str, str]) -> None:
        always: set[str] = set()
        dated: dict[str, list[ListEntry]] = {}
        for entry in entries:
            value = normal[entry.value]
            if entry.valid_from is None and entry.valid_to is None:
                always.add(value)
            else:
                dated.setdefault(value, []).append(entry)
        self.always = frozenset(always)
        self.dated = {value: tuple(found) for value, found in dated.items()}
        self.values = self.always | self.dated.keys()

    def contains(self, value: str, day: date) -> bool:
        """Tell whether the value is on the list on that day."""
        if value in self.always:
            return True
        return any(entry.covers(day) for entry in self.dated.get(value, ()))


class ListedMembership:
    """The values of a list too long for memory: what of a declaration is on it was looked up.

    `key` is where the context of the declaration holds them.
    """

    def __init__(self, key: str) -> None:
        self.key = key


class ReferenceList:
    """A named list; immutable. Codes are compared in capitals, texts word by word."""

    def __init__(
        self, code: str, title: str, entries: Iterable[ListEntry], kind: str = "values"
    ) -> None:
        self.code = code
        self.title = title
        self.kind = kind
        self.entries = tuple(entries)

    @cached_property
    def codes(self) -> Membership:
        """Return the values as codes: trimmed, in capitals."""
        normal = {entry.value: entry.value.strip().upper() for entry in self.entries}
        return Membership(self.entries, normal)

    @cached_property
    def phrases(self) -> Membership:
        """Return the values as texts: words joined by single spaces."""
        normal = {entry.value: cleansed(entry.value) for entry in self.entries}
        return Membership((entry for entry in self.entries if normal[entry.value]), normal)


class LongList:
    """A named list of which only id and revision are held; the database knows its entries."""

    def __init__(self, code: str, title: str, key: int, revision: int) -> None:
        self.code = code
        self.title = title
        self.key = key
        self.revision = revision
        self.codes = ListedMembership(f"{code}#code")
        self.phrases = ListedMembership(f"{code}#text")


AnyList = ReferenceList | LongList
