"""Marks: which declared values a hit points to, and the anchors that join reason and field."""

from collections.abc import Iterable, Sequence

import msgspec
from django.utils.translation import gettext as _

from customs_portal.pages.reads import comparisons
from customs_portal.pages.reads.hits import Reason
from risk.engine.explain import Titles
from risk.engine.rules import Bound

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

    def __init__(self, reasons: Sequence[Reason], titles: Titles) -> None:
        self._titles = titles
        self._pointers: dict[tuple[str, str, str], dict[int, Bound]] = {}
        self._taken: set[int] = set()
        for reason in reasons:
            for bound in (bound for hit in reason.hits for bound in hit.bound):
                for spot in bound.spots:
                    key = (spot.kind, spot.reference, spot.field)
                    self._pointers.setdefault(key, {})[reason.number] = bound
        self._things = {key[:2] for key in self._pointers}

    def cell(self, text: str | None, kind: str, reference: str, fields: Iterable[str]) -> Cell:
        """Return the value that is declared at a spot under one of these field names."""
        if (kind, reference) not in self._things:
            return Cell(text=text or "")
        found: dict[int, Bound] = {}
        for field in fields:
            for number, bound in self._pointers.get((kind, reference, field), {}).items():
                found.setdefault(number, bound)
        marks = tuple(self._mark(number, found[number]) for number in sorted(found))
        return Cell(text=text or (_("not declared") if marks else ""), marks=marks)

    def is_marked(self, kind: str, reference: str) -> bool:
        """Whether any reason points to this thing."""
        return (kind, reference) in self._things

    def has_marked(self, reason: Reason) -> bool:
        """Whether a value has been marked for the reason."""
        return reason.number in self._taken

    def _mark(self, number: int, bound: Bound) -> Mark:
        first = number not in self._taken
        self._taken.add(number)
        threshold = comparisons.threshold(bound, self._titles)
        brief = threshold if len(threshold) <= SHORT else ""
        words = f"{comparisons.words(bound)} {brief}".strip()
        return Mark(number=number, words=words, anchor=f"field-{number}" if first else "")
