"""Marks: which declared values a hit points to, and the anchors that join reason and field."""

from collections.abc import Iterable, Sequence

import msgspec
from django.utils.translation import gettext as _

from customs_portal.pages.reads.hits import Comparison, Reason

DECLARATION = "declaration"
"""Anchor of the heading above the fields, for what has no field of its own."""
SHORT = 16
"""Characters of a threshold that still stand beside a value; longer ones are in the reason."""


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """That reason `number` points to a value; `anchor` is set on its first place only."""

    number: int
    words: str
    anchor: str


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """A declared value with the marks on it; `text` says so where nothing is declared."""

    text: str
    marks: tuple[Mark, ...] = ()


class Marker:
    """Gives each value its marks, and remembers where each reason was marked first."""

    def __init__(self, reasons: Sequence[Reason]) -> None:
        self._pointers: dict[tuple[str, str, str], dict[int, Comparison]] = {}
        self._taken: set[int] = set()
        for reason in reasons:
            for comparison in reason.comparisons:
                for spot in comparison.spots:
                    key = (spot.kind, spot.reference, spot.field)
                    self._pointers.setdefault(key, {})[reason.number] = comparison

    def cell(self, text: str | None, kind: str, reference: str, fields: Iterable[str]) -> Cell:
        """Return the value that is declared at a spot under one of these field names."""
        found: dict[int, Comparison] = {}
        for field in fields:
            for number, comparison in self._pointers.get((kind, reference, field), {}).items():
                found.setdefault(number, comparison)
        marks = tuple(self._mark(number, found[number]) for number in sorted(found))
        return Cell(text=text or (_("not declared") if marks else ""), marks=marks)

    def is_marked(self, kind: str, reference: str) -> bool:
        """Whether any reason points to this thing."""
        return any(key[:2] == (kind, reference) for key in self._pointers)

    def _mark(self, number: int, comparison: Comparison) -> Mark:
        first = number not in self._taken
        self._taken.add(number)
        brief = comparison.threshold if len(comparison.threshold) <= SHORT else ""
        words = f"{comparison.words} {brief}".strip()
        return Mark(number=number, words=words, anchor=f"field-{number}" if first else "")

    def linked(self, reasons: Iterable[Reason]) -> list[Reason]:
        """Return the reasons with a link to their first mark, once everything is marked."""
        return [
            msgspec.structs.replace(
                reason,
                link=f"field-{reason.number}" if reason.number in self._taken else DECLARATION,
            )
            for reason in reasons
        ]
