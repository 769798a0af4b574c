"""Words as they are compared in searches."""

import re

from declarations.names import folded

MOST_WORDS = 8
_WORD = re.compile(r"\w+")


def spelled(text: str) -> str:
    """Return the words of a text without case, accents and punctuation, each once."""
    return " ".join(dict.fromkeys(_WORD.findall(folded(text))))


def word_query(typed: str) -> str:
    """Return what was typed as a query of PostgreSQL: every word begins one of the case's.

    Empty where nothing of it is a word.
    """
    return " & ".join(f"{word}:*" for word in spelled(typed).split()[:MOST_WORDS])
