"""What words of a goods description point to: HS sections, and names of dangerous goods."""

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from customs_portal.reference.sources import DATA
from risk.engine.subject import Subject, code, codes
from risk.engine.words import words

SECTIONS = Path(__file__).resolve().parent.parent / "data" / "section_words.csv"
SHORTEST = 4
"""Words of a UN name with fewer letters say nothing of the substance."""


@cache
def _sections() -> Mapping[str, str]:
    with SECTIONS.open(encoding="utf-8", newline="") as file:
        return {row["word"]: row["section"] for row in csv.DictReader(file)}


@cache
def _un_names() -> Mapping[str, tuple[str, ...]]:
    with (DATA / "nomenclature" / "un_numbers.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: words(row["name"]) for row in csv.DictReader(file)}


def sections(subject: Subject) -> tuple[str, ...] | None:
    """Return the HS sections that words of the description belong to, each once."""
    known = _sections()
    return codes(known.get(word) for word in words(subject.goods().description or ""))


def section_count(subject: Subject) -> int | None:
    """Return how many HS sections the description names; missing without a description."""
    return len(sections(subject) or ()) if subject.goods().description else None


def un_name_words(subject: Subject) -> tuple[str, ...] | None:
    """Return the telling words of the name that the declared UN number has."""
    name = _un_names().get(code(subject.goods().un_number) or "", ())
    return codes(word for word in name if len(word) >= SHORTEST)


def un_chapter(subject: Subject) -> str | None:
    """Return the UN number joined with the HS chapter: `1942:31`."""
    goods = subject.goods()
    number, commodity = code(goods.un_number), code(goods.commodity_code)
    return f"{number}:{commodity[:2]}" if number and commodity else None
