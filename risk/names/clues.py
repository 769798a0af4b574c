"""The clues by which names are looked up: names that may be alike have one in common.

A clue is a hash of four bytes: of a word; of a word with a letter left out, so that words one typo
apart meet; of its sound without vowels; of the beginning and the end of a long word, for two typos
in it; and of all words run together, for those that are divided otherwise. Two names may meet by
chance; how alike they are is for `risk.names.comparing` to say.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple
from zlib import crc32

from declarations.names import words
from risk.engine.names import ADDRESS
from risk.names.comparing import MOST_WORDS, sound, telling

SHORTEST_MISSPELT = 4
"""Letters of a word from which on one may be left out."""

SHORTEST_LONG, END = 9, 5
"""Letters of a word from which on its beginning and its end count, and letters of each."""

LONGEST_WORD = 40
"""Letters of a word that count."""

LEAST_BONES = 3
"""Sounds that are left without vowels; where fewer are, the vowels count."""

_VOWELS = re.compile("[aiou]")


class Clues(NamedTuple):
    """Clues that say one thing of a name; `word` where they are spellings of one of its words."""

    word: str
    hashes: tuple[int, ...]


def clue_groups(written: str, kind: str) -> list[Clues]:
    """Return the clues to a name or an address, apart by what they say."""
    salt = "@" if kind == ADDRESS else ""
    found = telling(words(written))[:MOST_WORDS]
    return [
        Clues(word, tuple(_hash(salt + text) for text in texts)) for word, texts in _groups(found)
    ]


def clues(written: str, kind: str) -> list[int]:
    """Return all clues to a name or an address, each once."""
    return sorted({one for group in clue_groups(written, kind) for one in group.hashes})


def _hash(text: str) -> int:
    """Return a number that fits an integer of PostgreSQL, the same in every process."""
    return crc32(text.encode()) - 2**31


def _groups(found: Sequence[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for word in dict.fromkeys(word[:LONGEST_WORD] for word in found):
        spellings = _spellings(word)
        yield word, spellings
        if len(spellings) > 1:
            yield "", (word,)
        yield "", (f"~{_skeleton(word)}",)
        if len(word) >= SHORTEST_LONG:
            yield "", (f"<{word[:END]}",)
            yield "", (f">{word[-END:]}",)
    if len(found) > 1:
        yield "", ("".join(found),)


def _skeleton(word: str) -> str:
    """Return how a word sounds without its vowels, which scripts and clerks write at will."""
    heard = sound(word)
    bones = heard[:1] + _VOWELS.sub("", heard[1:])
    return bones if len(bones) >= LEAST_BONES else heard


def _spellings(word: str) -> tuple[str, ...]:
    if len(word) < SHORTEST_MISSPELT or word.isdigit():
        return (word,)
    shorter = (word[:place] + word[place + 1 :] for place in range(len(word)))
    return tuple(dict.fromkeys((word, *shorter)))
