"""Descriptions that only repeat what is declared beside them: the code, or the packages."""

from collections.abc import Collection, Iterable
from functools import lru_cache

from declarations.checks.quality.cleansing import cleansed

CODE_WORDS = frozenset((
    "hs", "hts", "htsus", "cn", "code", "codes", "taric", "tariff", "no", "nr", "num", "number",
    "commodity", "heading", "subheading",
))  # fmt: skip
PACKAGE_WORDS = frozenset((
    "package", "packages", "pkg", "pkgs", "pkge", "pc", "pcs", "piece", "pieces", "unit", "units",
    "x", "of", "in", "on", "the", "and",
))  # fmt: skip
"""Words around the name of a package that say nothing of what is in it."""

SHORTEST_CODE = 4
"""Digits from which on a number in a description may be the commodity code."""


def repeats_code(text: str, commodity_code: str | None) -> bool:
    """Whether a cleansed description is nothing but the commodity code, or a number called so."""
    words = text.split()
    rest = [word for word in words if word not in CODE_WORDS]
    digits = "".join(rest)
    if not digits.isdecimal() or len(digits) < SHORTEST_CODE:
        return False
    declared = commodity_code or ""
    named = len(rest) < len(words)
    return named or digits.startswith(declared[:SHORTEST_CODE] or digits + "-")


def repeats_packages(text: str, kinds: Iterable[str], names: Iterable[str]) -> bool:
    """Whether a cleansed description has only counts and words of the packages declared with it.

    `kinds` are the codes of the packages, `names` their meanings.
    """
    own = {cleansed(kind) for kind in kinds} | _words_of(tuple(names))
    rest = [word for word in text.split() if not word.isdecimal() and word not in PACKAGE_WORDS]
    return bool(rest) and all(_is_of(word, own) for word in rest)


@lru_cache(maxsize=1_024)
def _words_of(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(word for name in names for word in cleansed(name).split())


def _is_of(word: str, known: Collection[str]) -> bool:
    return any(form in known for form in (word, word.removesuffix("s"), word.removesuffix("es")))
