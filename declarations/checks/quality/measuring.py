"""How well the model of chapters does on labelled descriptions that it has not learnt from."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from declarations.checks.quality import chapters as model
from declarations.checks.quality.chapters import ChapterModel, Guess
from declarations.checks.quality.cleansing import cleansed
from declarations.checks.quality.nomenclature import Labelled, chapters, labelled, section_of

PARTS = 5
"""Into so many parts the labels are divided; each is guessed by a model of the others."""


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """Shares of all labels, from 0 to 1."""

    labels: int
    first: float
    among_three: float
    flagged_wrongly: float
    caught: float


def measure() -> Measured:
    """Guess every label without having learnt it; takes some seconds."""
    found = [pair for part in range(PARTS) for pair in _held_out(part)]
    return Measured(
        labels=len(found),
        first=_share(guess.chapters[0] == one.chapter for one, guess in found),
        among_three=_share(one.chapter in guess.chapters for one, guess in found),
        flagged_wrongly=_share(guess.speaks_against(one.chapter) for one, guess in found),
        caught=_share(guess.speaks_against(_another(one.chapter)) for one, guess in found),
    )


def digest() -> str:
    """Return the SHA-256 of all that the figures depend on."""
    settings = (model.SURE, model.UNLIKELY, model.SMOOTHING, PARTS)
    return hashlib.sha256(msgspec.json.encode((labelled(), settings))).hexdigest()


def _held_out(part: int) -> list[tuple[Labelled, Guess]]:
    """Return the labels of a part, each with what a model of the other parts makes of it."""
    numbered = list(_numbered(labelled()))
    asked = [one for number, one in numbered if number % PARTS == part]
    learnt = [one for number, one in numbered if number % PARTS != part]
    texts = [cleansed(one.description) for one in asked]
    return list(zip(asked, ChapterModel(learnt).guesses(texts), strict=True))


def _numbered(labels: Sequence[Labelled]) -> Iterator[tuple[int, Labelled]]:
    """Yield the labels with their number within their chapter."""
    seen: Counter[str] = Counter()
    for one in labels:
        yield seen[one.chapter], one
        seen[one.chapter] += 1


def _another(chapter: str) -> str:
    """Return a chapter of another section, far away in the nomenclature."""
    known = sorted(chapters())
    begin = known.index(chapter) + len(known) // 2
    turned = (known[(begin + step) % len(known)] for step in range(len(known)))
    return next(each for each in turned if section_of(each) != section_of(chapter))


def _share(held: Iterable[bool]) -> float:
    answers = list(held)
    return sum(answers) / len(answers)
