"""Chapters and sections of the Harmonised System, and the texts by which its chapters are known."""

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import msgspec

DATA = Path(__file__).resolve().parents[2] / "data" / "quality"


class Chapter(msgspec.Struct, frozen=True, kw_only=True):
    """A chapter (two digits) with its section (Roman) and a short name."""

    chapter: str
    section: str
    name: str


class Labelled(msgspec.Struct, frozen=True, kw_only=True):
    """A description of goods that are of the chapter."""

    chapter: str
    description: str


@cache
def chapters() -> Mapping[str, Chapter]:
    """Return the chapters in use by number."""
    with (DATA / "chapters.csv").open(encoding="utf-8", newline="") as rows:
        found = msgspec.convert(list(csv.DictReader(rows)), list[Chapter])
    return {each.chapter: each for each in found}


def section_of(chapter: str) -> str:
    """Return the section of a chapter; empty for one that is not in use."""
    found = chapters().get(chapter)
    return found.section if found else ""


@cache
def section_starts() -> list[str]:
    """Return the first chapter of each section, in order."""
    first: dict[str, str] = {}
    for number, each in sorted(chapters().items()):
        first.setdefault(each.section, number)
    return list(first.values())


def labelled() -> list[Labelled]:
    """Return the descriptions that the model of chapters learns from, names of chapters first."""
    with (DATA / "descriptions.csv").open(encoding="utf-8", newline="") as rows:
        found = msgspec.convert(list(csv.DictReader(rows)), list[Labelled])
    names = [Labelled(chapter=one.chapter, description=one.name) for one in chapters().values()]
    return [*names, *found]
