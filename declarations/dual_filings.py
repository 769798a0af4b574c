"""Whether two declarations are for the same goods, and which of them counts (LIFECYCLE 8)."""

import csv
from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path

import msgspec

from declarations.document import Document, GoodsItem

DATA = Path(__file__).parent / "data" / "dual_filing_policies.csv"


class Policy(StrEnum):
    """What a country does with two declarations for the same goods."""

    CARRIER_WINS = "carrier_wins"
    FIRST_WINS = "first_wins"
    KEEP_BOTH = "keep_both_for_analysis"


class Likeness(msgspec.Struct, frozen=True, kw_only=True):
    """What two declarations have in common: transport documents, and whether everything."""

    documents: tuple[str, ...]
    all_keys_equal: bool


def likeness(one: Document, other: Document) -> Likeness | None:
    """Return what they have in common, None where they are not for the same goods.

    Different bills on one ship, and different items of one bill, are not the same goods.
    """
    own, theirs = _papers(one.items()), _papers(other.items())
    shared = sorted(own & theirs)
    if not shared:
        return None
    items = [item for item in one.items() if _papers([item]) & set(shared)]
    others = [item for item in other.items() if _papers([item]) & set(shared)]
    if _are_others(items, others):
        return None
    equal = (
        own == theirs
        and _containers(items) == _containers(others)
        and _signatures(items) == _signatures(others)
    )
    return Likeness(
        documents=tuple(f"{kind} {reference}"[:40] for kind, reference in shared),
        all_keys_equal=equal,
    )


def _papers(items: Iterable[GoodsItem]) -> set[tuple[str, str]]:
    """Return the transport documents (types N7xx) of the items."""
    return {
        (paper.type, paper.reference.upper())
        for item in items
        for paper in item.documents
        if paper.type.startswith("N7")
    }


def _are_others(items: Iterable[GoodsItem], others: Iterable[GoodsItem]) -> bool:
    boxes, their_boxes = _containers(items), _containers(others)
    if boxes and their_boxes:
        return not boxes & their_boxes
    return not _signatures(items) & _signatures(others)


def _containers(items: Iterable[GoodsItem]) -> set[str]:
    return {number.upper() for item in items for number in item.containers}


def _signatures(items: Iterable[GoodsItem]) -> set[tuple[object, ...]]:
    """Return by what the goods of items are told apart: mass and packages."""
    return {
        (item.gross_mass, sum(each.packages or each.pieces or 0 for each in item.packages))
        for item in items
    }


def is_carriers_own(document: Document) -> bool:
    """Whether the carrier declared it itself."""
    return document.declarant.identifier == document.effective_carrier().identifier


def winner(policy: Policy, first: Document, second: Document) -> int | None:
    """Return which of two counts by the policy: 0 or 1, None where an officer must say."""
    if policy is Policy.FIRST_WINS:
        return 0
    own = [is_carriers_own(first), is_carriers_own(second)]
    if policy is Policy.CARRIER_WINS and sum(own) == 1:
        return own.index(True)
    return None


def policy_of(country: str, day: date) -> Policy:
    """Return the policy of a country; one that is not in the table keeps both for analysis."""
    for row in _rows():
        if row["country"] == country and _holds(row, day):
            return Policy(row["policy"])
    return Policy.KEEP_BOTH


def _holds(row: dict[str, str], day: date) -> bool:
    begun = date.fromisoformat(row["valid_from"]) <= day
    return begun and (not row["valid_to"] or day < date.fromisoformat(row["valid_to"]))


@cache
def _rows() -> tuple[dict[str, str], ...]:
    with DATA.open(newline="") as file:
        return tuple(csv.DictReader(file))
