"""The cleansed form of a declared text, in which stop words are looked for."""

import re
from functools import lru_cache

from declarations.names import folded

LONGEST = 512
"""Letters of a text that are looked at: the longest description that a message may hold."""

REMEMBERED = 16_384
_WORD = re.compile(r"[^\W_]+")


@lru_cache(maxsize=REMEMBERED)
def cleansed(text: str) -> str:
    """Return the words of the text by single spaces; empty where it has none.

    Case, accents, punctuation and signs that are not shown are gone, abbreviations with points are
    closed up, Greek and Cyrillic stand in Latin letters.
    """
    return " ".join(_WORD.findall(folded(text[:LONGEST])))
