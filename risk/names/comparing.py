"""How near two names are to each other, and in which words.

Words are paired one to one, the nearest first. A word that stands on one side only lowers the
score by its length; words that say little (`trading`, `shipping`) count less. Names whose words are
merely divided otherwise (`noord kade`, `noordkade`) are compared as a whole too.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from pathlib import Path

import msgspec
from rapidfuzz.distance import DamerauLevenshtein, Levenshtein

from declarations.names import words

COMMON_WORDS = Path(__file__).resolve().parents[1] / "data" / "common_words.csv"
COMMON_WEIGHT = 0.35
LEAST_LIKENESS = 0.62
"""Words less alike than this are different words."""

SOUND_LIKENESS = 0.96
"""Of words that sound alike but are spelt otherwise (Yusuf, Youssef)."""

INITIAL_LIKENESS = 0.75
"""Of an initial and a word that begins with it."""

DIVIDED_OTHERWISE = 0.97
LEAST_WHOLE = 0.85
"""Names as a whole less alike than this are not the same words divided otherwise."""

MOST_WORDS = 24
"""Words that are compared; longer names are cut."""

_SOUNDS = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"x", "ks"),
        (r"ff$", "v"),
        (r"ph", "f"),
        (r"sch|sh|tch|ch|cz", "s"),
        (r"ts|tz|zh|z", "s"),
        (r"ou|oo|oe|oy|u", "u"),
        (r"ck|kh|gh|q|k|c", "k"),
        (r"ie|ee|ey|ei|ij|y|j|i", "i"),
        (r"w|v", "v"),
        (r"th|dh|dj", "t"),
        (r"[ae]", "a"),
        (r"(?<=.)h", ""),
        (r"(.)\1+", r"\1"),
    )
)


class Pair(msgspec.Struct, frozen=True):
    """Two words that were taken for the same, and how alike they are (0 to 1)."""

    left: str
    right: str
    likeness: float


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """The score of two names (0 to 1) and what it comes from."""

    score: float
    pairs: tuple[Pair, ...]
    only_left: tuple[str, ...]
    only_right: tuple[str, ...]


def compare(left: str | None, right: str | None) -> Comparison:
    """Compare two names as they are written; without a word on one side the score is 0."""
    return compare_words(words(left), words(right))


def compare_words(left: Sequence[str], right: Sequence[str]) -> Comparison:
    """Compare two names given as the words of `declarations.names.words`."""
    left, right = left[:MOST_WORDS], right[:MOST_WORDS]
    pairs = _pair(left, right)
    only_left = _rest(left, [pair.left for pair in pairs])
    only_right = _rest(right, [pair.right for pair in pairs])
    score = max(_of_pairs(pairs, only_left, only_right), _as_a_whole(left, right))
    return Comparison(score=score, pairs=pairs, only_left=only_left, only_right=only_right)


def telling(found: Sequence[str]) -> tuple[str, ...]:
    """Return the words that say something, as they follow; all where none does."""
    kept = [word for word in found if len(word) > 1 and word not in _common_words()]
    return tuple(kept or found)


def _pair(left: Sequence[str], right: Sequence[str]) -> tuple[Pair, ...]:
    """Pair the words one to one, the most alike first."""
    found: list[Pair] = []
    taken_left: set[int] = set()
    taken_right: set[int] = set()
    for likeness, i, j in sorted(_likenesses(left, right), key=_order):
        if i not in taken_left and j not in taken_right:
            taken_left.add(i)
            taken_right.add(j)
            found.append(Pair(left[i], right[j], round(likeness, 3)))
    return tuple(found)


def _order(candidate: tuple[float, int, int]) -> tuple[float, int, int]:
    likeness, i, j = candidate
    return (-likeness, i, j)


def _likenesses(left: Sequence[str], right: Sequence[str]) -> Iterator[tuple[float, int, int]]:
    for i, one in enumerate(left):
        for j, other in enumerate(right):
            if (likeness := _likeness(one, other)) >= LEAST_LIKENESS:
                yield likeness, i, j


def _likeness(one: str, other: str) -> float:
    """How alike two words are: by their letters, by their sound, or as a word and its initial."""
    if one == other:
        return 1.0
    if min(len(one), len(other)) == 1:
        return INITIAL_LIKENESS if one[0] == other[0] else 0.0
    if one.isdigit() or other.isdigit():
        return 0.0
    letters: float = DamerauLevenshtein.normalized_similarity(one, other)
    sounds: float = Levenshtein.normalized_similarity(sound(one), sound(other))
    return max(letters, sounds * SOUND_LIKENESS)


@lru_cache(maxsize=65_536)
def sound(word: str) -> str:
    """Return how a word sounds, roughly, whatever language it is written in."""
    for pattern, sound in _SOUNDS:
        word = pattern.sub(sound, word)
    return word


def _rest(found: Sequence[str], paired: list[str]) -> tuple[str, ...]:
    rest = []
    for word in found:
        if word in paired:
            paired.remove(word)
        else:
            rest.append(word)
    return tuple(rest)


def _of_pairs(pairs: Sequence[Pair], only_left: Sequence[str], only_right: Sequence[str]) -> float:
    """Return the weighed share of what is alike in both names."""
    alike = sum(pair.likeness * (_weight(pair.left) + _weight(pair.right)) for pair in pairs)
    paired = sum(_weight(pair.left) + _weight(pair.right) for pair in pairs)
    alone = sum(map(_weight, only_left)) + sum(map(_weight, only_right))
    return round(alike / (paired + alone), 4) if paired else 0.0


def _weight(word: str) -> float:
    """Longer words say more; an initial and a common word say little."""
    weight = min(len(word), 8) / 8 + 0.5
    return weight * COMMON_WEIGHT if len(word) == 1 or word in _common_words() else weight


def _as_a_whole(left: Sequence[str], right: Sequence[str]) -> float:
    if not left or not right:
        return 0.0
    likeness: float = Levenshtein.normalized_similarity("".join(left), "".join(right))
    if likeness < LEAST_WHOLE:
        return 0.0
    return round(likeness * DIVIDED_OTHERWISE, 4) if likeness < 1.0 else 1.0


@cache
def _common_words() -> frozenset[str]:
    with COMMON_WORDS.open(encoding="utf-8", newline="") as rows:
        return frozenset(row["word"] for row in csv.DictReader(rows))
