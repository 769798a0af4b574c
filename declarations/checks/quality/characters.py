"""Which letters a text may have: Latin, Greek and Cyrillic ones (ICS2: error 102)."""

import unicodedata
from functools import lru_cache

SCRIPTS = ("LATIN", "GREEK", "CYRILLIC")
LONGEST = 2_000
"""Letters of a text that are looked at; no field that is shown to people holds as many."""

_LINES = "\t\n\r"


def has_foreign_letters(text: str | None) -> bool:
    """Whether the text has a letter of another script, or a sign that is not shown.

    Digits, punctuation and symbols belong to every script.
    """
    if not text or (text.isascii() and text.isprintable()):
        return False
    return any(map(_is_foreign, text[:LONGEST]))


@lru_cache(maxsize=4_096)
def _is_foreign(letter: str) -> bool:
    category = unicodedata.category(letter)
    if category[0] == "C":
        return letter not in _LINES
    if category[0] not in "LM":
        return False
    folded = unicodedata.normalize("NFKC", letter)
    return not all(_is_known(each) for each in folded)


def _is_known(letter: str) -> bool:
    name = unicodedata.name(letter, "")
    return (not letter.isalpha() and name.startswith("COMBINING ")) or name.startswith(SCRIPTS)
