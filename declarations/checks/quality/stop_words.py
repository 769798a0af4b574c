"""Stop words: a field that holds nothing else counts as empty (ICS2: rejected with code 100).

A stop word inside a longer text does no harm. The lists are dated; those in force are told by day.
"""

import csv
from datetime import date
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

import msgspec

from declarations.checks.quality.cleansing import REMEMBERED, cleansed

TABLE = Path(__file__).resolve().parents[2] / "data" / "stop_words.csv"
ANY_FIELD = "any"
REPEATED = 3
"""From so many letters on, a text of one and the same letter says nothing."""

Phrase = tuple[str, ...]


class Listed(StrEnum):
    """The fields that have a list of stop words."""

    DESCRIPTION = "description"
    PARTY = "party"
    """Name and address of a party."""


class StopWord(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the table; it holds up to, and not including, `valid_to`."""

    field: str
    term: str
    valid_from: date
    valid_to: date | None = None


@lru_cache(maxsize=REMEMBERED)
def counts_as_empty(text: str, field: Listed, on: date) -> bool:
    """Whether a cleansed text says nothing: it has no word, or only stop words of that day.

    Digits alone and one letter again and again say nothing either.
    """
    letters = text.replace(" ", "")
    if not letters or letters.isdecimal():
        return True
    if len(letters) >= REPEATED and len(set(letters)) == 1:
        return True
    return _is_covered(tuple(text.split(" ")), _listed(field, on))


class _Phrases(NamedTuple):
    """The stop words of a field; `first` are the words that one begins with."""

    all: frozenset[Phrase]
    first: frozenset[str]
    longest: int


def _is_covered(words: Phrase, listed: _Phrases) -> bool:
    """Whether the words are stop words one after the other; some have several words."""
    if words[0] not in listed.first:
        return False
    phrases, longest = listed.all, listed.longest
    reached = [True] + [False] * len(words)
    for end in range(1, len(words) + 1):
        begins = range(max(0, end - longest), end)
        reached[end] = any(reached[begin] and words[begin:end] in phrases for begin in begins)
        if not any(reached[max(0, end - longest + 1) : end + 1]):
            return False
    return reached[-1]


@lru_cache(maxsize=16)
def _listed(field: Listed, on: date) -> _Phrases:
    phrases = frozenset(
        tuple(cleansed(row.term).split())
        for row in _table()
        if row.field in (field, ANY_FIELD)
        and row.valid_from <= on
        and (row.valid_to is None or on < row.valid_to)
    )
    return _Phrases(
        all=phrases,
        first=frozenset(phrase[0] for phrase in phrases),
        longest=max(map(len, phrases), default=0),
    )


@cache
def _table() -> tuple[StopWord, ...]:
    with TABLE.open(encoding="utf-8", newline="") as rows:
        cells = [{**row, "valid_to": row["valid_to"] or None} for row in csv.DictReader(rows)]
    return msgspec.convert(cells, tuple[StopWord, ...])
