"""Free text as the engine compares it: words without case, punctuation and doubled spaces."""

import re
import unicodedata
from functools import lru_cache

_WORD = re.compile(r"[^\W_]+")


@lru_cache(maxsize=8_192)
def words(text: str) -> tuple[str, ...]:
    """Return the words of the text in order, normalised (NFKC) and case-folded."""
    return tuple(_WORD.findall(unicodedata.normalize("NFKC", text).casefold()))


def cleansed(text: str) -> str:
    """Return the words of the text joined by single spaces; empty if it has none."""
    return " ".join(words(text))
