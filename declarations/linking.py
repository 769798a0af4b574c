"""The keys by which ICS2 filings are linked, read from what they declare.

`declarations/data/linking.csv` says of each type which keys it offers to filings below it, by
which it asks for one above it (the lowest rank is tried first), and what no other live filing of
the type may claim. A key is its scenario with its elements; those of the other side stand in the
same places: what one names as supplementary declarant is the declarant of the other. An offer that
`expects` something makes its filing incomplete until somebody asks; the others only take what
comes, as a house before arrival takes what was filed of it before loading. Under the condition
`lowest` a filing has the key only where it names nobody below itself, so no links run in a circle.
"""

import csv
from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from pathlib import Path

import msgspec

from declarations.document import Consignment, Document, SupplementaryDeclarant
from declarations.filing_types import filing_types

_TABLE = Path(__file__).parent / "data" / "linking.csv"
LONGEST = 240
_SEPARATOR = "|"
_LOWEST = "lowest"


class Side(StrEnum):
    """What a filing does with a key."""

    OFFER = "offer"
    ASK = "ask"
    CLAIM = "claim"


class Scenario(msgspec.Struct, frozen=True):
    """One row of the table."""

    side: Side
    filing: str
    rank: int
    scenario: str
    elements: str
    expects: bool
    condition: str


@cache
def is_linked(filing: str) -> bool:
    """Whether filings of a type are linked with others: masters, houses, some full ones by air."""
    return any(scenarios(filing, side) for side in Side)


@cache
def lower_types(filing: str) -> frozenset[str]:
    """Return the types that a type may expect below it."""
    return _asking({row.scenario for row in scenarios(filing, Side.OFFER) if row.expects})


@cache
def taken_types(filing: str) -> frozenset[str]:
    """Return the types that a type takes below it without waiting for them."""
    return _asking({row.scenario for row in scenarios(filing, Side.OFFER) if not row.expects})


@cache
def types_taking() -> frozenset[str]:
    """Return the types that take what nobody waits for: what is filed before loading."""
    return frozenset(kind for kind in filing_types() if taken_types(kind))


def _asking(offered: set[str]) -> frozenset[str]:
    return frozenset(
        kind
        for kind in filing_types()
        if offered & {row.scenario for row in scenarios(kind, Side.ASK)}
    )


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """One key of a filing.

    `expected` tells apart what a filing expects below it: the person named and the document, or the
    receptacle or item; it is empty where nothing is expected. Several keys may serve one
    expectation.
    """

    value: str
    rank: int = 0
    expected: str = ""
    named: str = ""
    document: str = ""


@cache
def scenarios(filing: str, side: Side) -> tuple[Scenario, ...]:
    """Return the rows of a type."""
    with _TABLE.open(encoding="utf-8", newline="") as file:
        rows = [msgspec.convert(row, Scenario, strict=False) for row in csv.DictReader(file)]
    return tuple(row for row in rows if (row.filing, row.side) == (filing, side))


def keys(document: Document, side: Side) -> list[Key]:
    """Return the keys of a filing on one side, each once."""
    if side is Side.CLAIM and _goes_again(document):
        return []
    found = {
        key.value: key
        for scenario in scenarios(document.type, side)
        for place in _places(document)
        if (key := _key(scenario, document, place))
    }
    return sorted(found.values(), key=lambda key: (key.rank, key.value))


def _goes_again(document: Document) -> bool:
    """Whether the same goods may be declared again: the rest of a split, or a re-entry."""
    split = document.split_consignment and document.previous_mrn is not None
    return split or document.re_entry


class _Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where in a document a key is read: a consignment, one of its receptacles, one named there."""

    consignment: Consignment
    receptacle: str = ""
    named: str = ""


def _places(document: Document) -> Iterator[_Place]:
    for consignment in document.consignments:
        receptacles = (*document.receptacles, *consignment.receptacles) or ("",)
        named = _named(document, consignment) or ("",)
        for receptacle in dict.fromkeys(receptacles):
            for person in named:
                yield _Place(consignment=consignment, receptacle=receptacle, named=person)


def _named(document: Document, consignment: Consignment) -> tuple[str, ...]:
    people: tuple[SupplementaryDeclarant, ...]
    people = (*document.supplementary_declarants, *consignment.supplementary_declarants)
    return tuple(dict.fromkeys(person.identifier for person in people))


def _key(scenario: Scenario, document: Document, place: _Place) -> Key | None:
    """Return the key, None where the filing lacks an element of it."""
    values = [_element(name, document, place) for name in scenario.elements.split()]
    if not all(values) or (scenario.condition == _LOWEST and place.named):
        return None
    head = scenario.scenario or scenario.filing
    text = _SEPARATOR.join((head, *values)).upper()[:LONGEST]
    if scenario.side is Side.OFFER and not scenario.expects:
        return Key(value=text, rank=scenario.rank)
    paper = _paper(document, place)
    return Key(
        value=text,
        rank=scenario.rank,
        expected=_SEPARATOR.join((place.named or place.receptacle, paper)).upper()[:LONGEST],
        named=place.named,
        document=paper,
    )


def _paper(document: Document, place: _Place) -> str:
    """Return the document under which something is expected."""
    return _element("house", document, place) or _element("master", document, place)


def _element(name: str, document: Document, place: _Place) -> str:
    if name == "named":
        return place.named
    if name == "receptacle":
        return place.receptacle
    if name == "declarant":
        return document.declarant.identifier or ""
    if name == "carrier":
        carrier = place.consignment.carrier or document.effective_carrier()
        return carrier.identifier or ""
    return _house(place.consignment) if name == "house" else _master(document, place.consignment)


def _house(consignment: Consignment) -> str:
    papers = consignment.transport_documents if consignment.level == "house" else ()
    return next((f"{paper.type} {paper.reference}" for paper in papers), "")


def _master(document: Document, consignment: Consignment) -> str:
    papers = (*consignment.master_documents, *document.transport_documents)
    return next((f"{paper.type} {paper.reference}" for paper in papers), "")
