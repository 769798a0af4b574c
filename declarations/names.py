"""The key of a name: what remains of it when spelling habits are taken away."""

import re
import unicodedata

_NO_WORD = re.compile(r"[^\w]+")
KEY_LENGTH = 70


def name_key(name: str | None) -> str:
    """Return the name without accents, case and punctuation, its words sorted; empty for none."""
    if not name:
        return ""
    plain = unicodedata.normalize("NFKD", name)
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    words = _NO_WORD.sub(" ", letters.casefold()).split()
    return " ".join(sorted(words))[:KEY_LENGTH]
