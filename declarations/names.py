"""The key of a name: what remains of it when spelling habits are taken away.

Case, accents, punctuation, legal forms and the order of words go; Greek and Cyrillic become Latin;
letters of another script that only look like those around them become those.
"""

import csv
import re
import unicodedata
from functools import cache, lru_cache
from pathlib import Path

DATA = Path(__file__).parent / "data"
KEY_LENGTH = 70
LONGEST = 300
"""Letters of a name that are looked at; no field of a message holds as many."""

KEYS_REMEMBERED = 65_536
_ABBREVIATION = re.compile(r"\b(?:\w[./] ?){1,5}\w\b\.?")
_APOSTROPHES = re.compile(r"['`\u2018\u2019\u02bc]")
_NO_WORD = re.compile(r"[^\w]+|_+")
_SCRIPTS = ("LATIN", "GREEK", "CYRILLIC")


@lru_cache(maxsize=KEYS_REMEMBERED)
def name_key(name: str | None) -> str:
    """Return the words of the name in order of the alphabet; empty for none, 70 letters at most."""
    return " ".join(sorted(words(name)))[:KEY_LENGTH].rstrip()


def words(name: str | None) -> tuple[str, ...]:
    """Return the words of the name as they follow, without legal forms.

    A name that is nothing but legal forms keeps them: it must not be equal to no name at all.
    """
    found = _all_words(name)
    return _without_legal_forms(found) or found


def has_legal_form(name: str | None) -> bool:
    """Whether the name says of which legal form a firm is, so that it names no natural person."""
    found = _all_words(name)
    return len(_without_legal_forms(found)) < len(found)


def folded(text: str) -> str:
    """Return a text of any length in small Latin letters, without accents and hidden signs."""
    return _latin(_plain(text))


def _all_words(name: str | None) -> tuple[str, ...]:
    return tuple(_NO_WORD.sub(" ", folded((name or "")[:LONGEST])).split())


def _plain(name: str) -> str:
    """Fold width, ligatures and case, drop what is not seen, and close up abbreviations."""
    if not (name.isascii() and name.isprintable()):
        seen = unicodedata.normalize("NFKC", name)
        name = "".join(letter if _is_shown(letter) else _instead(letter) for letter in seen)
    return _ABBREVIATION.sub(_closed_up, _APOSTROPHES.sub("", name.casefold()))


def _is_shown(letter: str) -> bool:
    return unicodedata.category(letter)[0] != "C"


def _instead(letter: str) -> str:
    """What stands for a letter that is not shown: a control divides words, a format mark does not.

    Marks of direction and joiners are format marks.
    """
    return "" if unicodedata.category(letter) == "Cf" else " "


def _closed_up(match: re.Match[str]) -> str:
    return re.sub(r"[./ ]", "", match.group()) + " "


def _latin(text: str) -> str:
    if text.isascii():
        return text
    return " ".join(_latin_word(word) for word in text.split())


def _latin_word(word: str) -> str:
    scripts = {script for letter in word if (script := _script(letter))}
    if len(scripts) > 1 and "LATIN" in scripts:
        word = word.translate(_table("look_alikes.csv"))
    word = unicodedata.normalize(
        "NFKD", unicodedata.normalize("NFC", word).translate(_table("letters.csv"))
    )
    return "".join(letter for letter in word if not unicodedata.combining(letter))


def _script(letter: str) -> str:
    if not letter.isalpha():
        return ""
    name = unicodedata.name(letter, "")
    return next((script for script in _SCRIPTS if name.startswith(script)), "")


@cache
def _table(file: str) -> dict[int, str]:
    """Return a table of `declarations/data/names`: which letters stand for a letter."""
    with (DATA / "names" / file).open(encoding="utf-8", newline="") as rows:
        return {ord(row["letter"]): row["written"] for row in csv.DictReader(rows)}


Form = tuple[str, ...]


@cache
def _legal_forms() -> dict[Form, bool]:
    """Return the legal forms, each with whether it may also lead a name."""
    with (DATA / "names" / "legal_forms.csv").open(encoding="utf-8", newline="") as rows:
        return {tuple(row["form"].split()): row["leads"] == "yes" for row in csv.DictReader(rows)}


@cache
def _longest_form() -> int:
    return max(len(form) for form in _legal_forms())


def _without_legal_forms(found: Form) -> Form:
    """Drop the legal forms, the longest that fits at each place; the first word may be a name."""
    kept: list[str] = []
    place = 0
    while place < len(found):
        length = _form_at(found, place)
        if not length:
            kept.append(found[place])
        place += length or 1
    return tuple(kept)


def _form_at(found: Form, place: int) -> int:
    """Return how many words from the place are a legal form; 0 for none."""
    forms = _legal_forms()
    for length in range(min(_longest_form(), len(found) - place), 0, -1):
        leads = forms.get(found[place : place + length])
        if leads or (leads is not None and place > 0):
            return length
    return 0
