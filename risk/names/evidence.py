"""What a likeness of names comes to once country and identifier are looked at, and why, in words.

The weights are ours (docs/assumptions.csv, A-341): the same identifier settles it, another country
lowers the score a little, another identifier less, because firms have several.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from risk.engine.names import ADDRESS, Identity
from risk.names.comparing import Comparison

OTHER_COUNTRY, OTHER_IDENTIFIER = Decimal("0.05"), Decimal("0.02")
OTHER_NUMBER = Decimal("0.10")
"""Of two addresses in one street: another house or postcode is another address."""

SAME_IDENTIFIER = Decimal(1)
LEAST_FOR_IDENTIFIER = 0.5
"""Names less alike than this are not the same because they have one identifier in common."""


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of a list that a name may be like."""

    entry: int
    list: int
    revision: int
    threshold: Decimal
    value: str
    country: str
    identifier: str


class Pairing(msgspec.Struct, frozen=True, kw_only=True):
    """A word declared, the word listed that it was taken for, and how alike they are."""

    declared: str
    listed: str
    likeness: float


class Reasons(msgspec.Struct, frozen=True, kw_only=True):
    """What a score comes from: the likeness of the names, words, country and identifier.

    Country and identifier are `same`, `other`, or empty where one side has none.
    """

    names: float
    pairs: tuple[Pairing, ...] = ()
    only_declared: tuple[str, ...] = ()
    only_listed: tuple[str, ...] = ()
    country: str = ""
    identifier: str = ""
    number: str = ""


class Weighed(msgspec.Struct, frozen=True, kw_only=True):
    """The score of a pair after all evidence, and whether no country contradicts."""

    score: Decimal
    agrees: bool
    reasons: Reasons


def weigh(comparison: Comparison, identity: Identity, listed: Listed) -> Weighed:
    """Return what the names, countries and identifiers come to together."""
    country = _compared(identity.country, listed.country)
    identifier = _compared(identity.identifier, listed.identifier)
    score = Decimal(str(comparison.score))
    number = _numbers(comparison) if identity.kind == ADDRESS else ""
    if identifier == "same" and comparison.score >= LEAST_FOR_IDENTIFIER:
        score = SAME_IDENTIFIER
    else:
        score -= OTHER_COUNTRY * (country == "other") + OTHER_IDENTIFIER * (identifier == "other")
        score -= OTHER_NUMBER * (number == "other")
    reasons = Reasons(
        names=comparison.score,
        pairs=tuple(
            Pairing(declared=pair.left, listed=pair.right, likeness=pair.likeness)
            for pair in comparison.pairs
        ),
        only_declared=comparison.only_left,
        only_listed=comparison.only_right,
        country=country,
        identifier=identifier,
        number=number,
    )
    return Weighed(score=max(score, Decimal(0)), agrees=country != "other", reasons=reasons)


def _compared(declared: str, listed: str) -> str:
    if not declared or not listed:
        return ""
    return "same" if declared.strip().upper() == listed.strip().upper() else "other"


def _numbers(comparison: Comparison) -> str:
    """Compare what is written with digits: each side has one that the other has not."""
    only = [any(map(_has_digit, rest)) for rest in (comparison.only_left, comparison.only_right)]
    unlike = any(_has_digit(pair.left) and pair.left != pair.right for pair in comparison.pairs)
    return "other" if all(only) or unlike else ""


def _has_digit(word: str) -> bool:
    return any(letter.isdigit() for letter in word)


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """The reasons as sentences: what supports that both are the same, and what contradicts."""

    supports: tuple[str, ...]
    contradicts: tuple[str, ...]


def in_words(stored: Any) -> Words:
    """Return the sentences for reasons as a match stores them; none where they were forgotten."""
    if not stored:
        return Words(supports=(), contradicts=())
    reasons = msgspec.convert(stored, Reasons)
    return Words(supports=tuple(_supports(reasons)), contradicts=tuple(_contradicts(reasons)))


def _supports(reasons: Reasons) -> Iterator[str]:
    same = [pair.declared for pair in reasons.pairs if pair.declared == pair.listed]
    if same:
        yield _("Same words: %s") % ", ".join(same)
    for pair in reasons.pairs:
        if pair.declared != pair.listed:
            values = {"declared": pair.declared, "listed": pair.listed}
            yield _("%(declared)s is like %(listed)s") % values + f" ({pair.likeness * 100:.0f} %)"
    if not reasons.pairs:
        yield _("The same letters, divided otherwise")
    if reasons.country == "same":
        yield _("Same country")
    if reasons.identifier == "same":
        yield _("Same identifier")


def _contradicts(reasons: Reasons) -> Iterator[str]:
    if reasons.only_declared:
        yield _("Declared only: %s") % ", ".join(reasons.only_declared)
    if reasons.only_listed:
        yield _("Listed only: %s") % ", ".join(reasons.only_listed)
    if reasons.country == "other":
        yield _("Another country")
    if reasons.identifier == "other":
        yield _("Another identifier")
    if reasons.number == "other":
        yield _("Another number or postcode")
