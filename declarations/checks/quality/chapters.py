"""Which chapters a goods description is usually of: a small model over words and parts of words.

A naive Bayes classifier learns from the labelled descriptions of the product within a second when
it is first needed; the same labels give the same model. It only ever flags.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import Any

import msgspec

from declarations.checks.quality.cleansing import cleansed
from declarations.checks.quality.nomenclature import Labelled, labelled, section_of

LIKELY = 3
"""Chapters that are told, the likeliest first."""

SURE = 0.5
"""What these chapters must have of all likelihood, so that anything is said at all."""

UNLIKELY = 0.02
"""What the declared chapter has of it at most."""

SMOOTHING = 0.1
REMEMBERED = 20_000
"""Texts whose chapters are remembered; the same goods come again and again."""

_PACKED = re.compile(
    r"\b(?:in|on) (?:[a-z]+ )?"
    r"(?:bags?|sacks?|cartons?|boxes|bales|drums|pallets|packs|bulk|crates|cases|rolls|reels)\b"
)


class Guess(msgspec.Struct, frozen=True, kw_only=True):
    """The likeliest chapters of a text, what they have of all likelihood, and all not unlikely."""

    chapters: tuple[str, ...]
    share: float
    possible: frozenset[str]

    def speaks_against(self, chapter: str) -> bool:
        """Whether the text is surely of other sections than the chapter's."""
        section = section_of(chapter)
        return (
            self.share >= SURE
            and chapter not in self.possible
            and section != ""
            and all(section_of(each) != section for each in self.chapters)
        )


class ChapterModel:
    """A model that has learnt from labelled descriptions."""

    def __init__(self, labels: Sequence[Labelled]) -> None:
        import numpy as np

        self._pipeline = _untrained()
        self._pipeline.fit(
            [cleansed(each.description) for each in labels], [each.chapter for each in labels]
        )
        classifier = self._pipeline[-1]
        # Column by column, or each call would copy the whole table.
        classifier.feature_log_prob_ = np.asfortranarray(
            classifier.feature_log_prob_, dtype=np.float32
        )
        self._chapters = [str(chapter) for chapter in classifier.classes_]

    def guesses(self, texts: Sequence[str]) -> list[Guess]:
        """Return what the model makes of each cleansed text."""
        if not texts:
            return []
        likelihoods = self._pipeline.predict_proba(texts)
        return [self._guess(row) for row in likelihoods]

    def _guess(self, likelihoods: Any) -> Guess:
        best = likelihoods.argsort()[: -LIKELY - 1 : -1]
        return Guess(
            chapters=tuple(self._chapters[place] for place in best),
            share=float(likelihoods[best].sum()),
            possible=frozenset(
                self._chapters[place] for place in (likelihoods >= UNLIKELY).nonzero()[0]
            ),
        )


def telling(text: str) -> list[str]:
    """Return what the model learns from in a cleansed text: words, pairs and parts of words.

    Numbers, and how the goods are packed, tell nothing of them.
    """
    words = _PACKED.sub(" ", " ".join(filter(str.isalpha, text.split()))).split()
    pairs = [f"{one} {next_one}" for one, next_one in pairwise(words)]
    return [*words, *pairs, *(part for word in words for part in _parts(f"<{word}>"))]


def _parts(word: str) -> Iterator[str]:
    """Yield the parts of three and four letters; `<` and `>` are the ends of a word."""
    for length in (3, 4):
        for begin in range(len(word) - length + 1):
            yield word[begin : begin + length]


def _untrained() -> Any:
    import numpy as np
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.naive_bayes import MultinomialNB
    from sklearn.pipeline import make_pipeline

    weights = TfidfVectorizer(analyzer=telling, sublinear_tf=True, dtype=np.float32)
    return make_pipeline(weights, MultinomialNB(alpha=SMOOTHING, fit_prior=False))


def guesses(texts: Sequence[str]) -> Mapping[str, Guess]:
    """Return what texts like these are usually of, by cleansed text; the model is made once."""
    known = _known()
    fresh = [text for text in dict.fromkeys(texts) if text not in known]
    if len(known) + len(fresh) > REMEMBERED:
        known.clear()
        fresh = list(dict.fromkeys(texts))
    known.update(zip(fresh, _model().guesses(fresh), strict=True))
    return {text: known[text] for text in texts}


@cache
def _model() -> ChapterModel:
    return ChapterModel(labelled())


@cache
def _known() -> dict[str, Guess]:
    return {}
