"""All flags of a batch of declarations: every text is looked at once, the model asked once.

The work is bounded: texts are cut, and a declaration has 9,999 goods items at most.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date

import msgspec

from customs_portal.reference.snapshot import Snapshot
from declarations.checks.quality.chapters import Guess, guesses
from declarations.checks.quality.characters import has_foreign_letters
from declarations.checks.quality.cleansing import cleansed
from declarations.checks.quality.descriptions import repeats_code, repeats_packages
from declarations.checks.quality.flags import Flag, FlagKind
from declarations.checks.quality.stop_words import Listed, counts_as_empty
from declarations.document import Document, GoodsItem

SUBHEADING = 6
"""Digits of a code that are the same all over the world."""

PARTIES = ("consignor", "consignee", "notify_party")
"""Parties whose names and addresses traders write themselves; the others are registered."""

OF_PARTY = ("name", "street", "city")
Flags = dict[int, tuple[Flag, ...]]
"""Flags by place of the goods item, counted from 1 by item number; 0 is the header."""


class Examined(msgspec.Struct, frozen=True, kw_only=True):
    """A declaration to be looked at, and the day on which lists are in force."""

    document: Document
    on: date


class Lists(msgspec.Struct, frozen=True, kw_only=True):
    """What codes are held against.

    `subheadings` are those of the asked ones that are in force, by day; None where nobody knows.
    """

    reference: Snapshot
    subheadings: Collection[tuple[str, date]] | None

    def lacks(self, code: str, on: date) -> bool:
        """Whether the subheading is known not to be in force."""
        return self.subheadings is not None and (code, on) not in self.subheadings


def subheadings(batch: Sequence[Examined]) -> set[str]:
    """Return the subheadings that the declarations name."""
    found = (_subheading(item) for each in batch for item in each.document.items())
    return {code for code in found if code}


def examine(batch: Sequence[Examined], lists: Lists) -> list[Flags]:
    """Return the flags of each declaration."""
    likely = guesses([text for each in batch for text in _texts(each.document)])
    return [_examine(each, lists, likely.get) for each in batch]


def _texts(document: Document) -> Iterator[str]:
    """Yield the cleansed descriptions of goods whose code names a chapter."""
    for item in document.items():
        if item.description and item.commodity_code:
            yield cleansed(item.description)


def _examine(each: Examined, lists: Lists, likely: Callable[[str], Guess | None]) -> Flags:
    rows = {0: tuple(_of_parties(each.document, each.on))}
    for place, item in enumerate(each.document.items(), start=1):
        rows[place] = tuple(_of_item(item, each.on, lists, likely))
    return {place: flags for place, flags in rows.items() if flags}


def _of_item(
    item: GoodsItem, on: date, lists: Lists, likely: Callable[[str], Guess | None]
) -> Iterator[Flag]:
    code = _subheading(item)
    if code and lists.lacks(code, on):
        yield Flag(kind=FlagKind.UNKNOWN_CODE, field="commodity_code")
    if item.description:
        yield from _of_description(item, on, lists.reference, likely)
        if has_foreign_letters(item.description):
            yield Flag(kind=FlagKind.CHARACTERS, field="description")
    yield from _of_parties(item, on)


def _of_description(
    item: GoodsItem, on: date, reference: Snapshot, likely: Callable[[str], Guess | None]
) -> Iterator[Flag]:
    """Yield what is wrong with the description: the first of these reasons is enough."""
    text = cleansed(item.description or "")
    kind = _emptiness(text, item, on, reference)
    if kind:
        yield Flag(kind=kind, field="description")
        return
    guess = likely(text)
    if guess and item.commodity_code and guess.speaks_against(item.commodity_code[:2]):
        yield Flag(kind=FlagKind.CHAPTER, field="description", chapters=guess.chapters)


def _emptiness(text: str, item: GoodsItem, on: date, reference: Snapshot) -> FlagKind | None:
    if repeats_code(text, item.commodity_code):
        return FlagKind.REPEATS_CODE
    kinds = [line.kind for line in item.packages]
    names = [reference.code_name("KindOfPackages", kind) for kind in kinds]
    if repeats_packages(text, kinds, names):
        return FlagKind.REPEATS_PACKAGE
    return FlagKind.STOP_WORDS if counts_as_empty(text, Listed.DESCRIPTION, on) else None


def _of_parties(holder: Document | GoodsItem, on: date) -> Iterator[Flag]:
    for role in PARTIES:
        party = getattr(holder, role)
        for part in OF_PARTY if party else ():
            text = getattr(party, part)
            if text and counts_as_empty(cleansed(text), Listed.PARTY, on):
                yield Flag(kind=FlagKind.PARTY_STOP_WORDS, field=f"{role}.{part}")
            if has_foreign_letters(text):
                yield Flag(kind=FlagKind.CHARACTERS, field=f"{role}.{part}")


def _subheading(item: GoodsItem) -> str:
    code = (item.commodity_code or "").strip()
    return code[:SUBHEADING] if len(code) >= SUBHEADING else ""
