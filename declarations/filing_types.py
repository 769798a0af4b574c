"""The 31 types of ENS filings of ICS2: who may amend, what they are linked with, what is analysed.

`declarations/data/filing_types.csv` has them by the codes of list CL742.
"""

import csv
from enum import StrEnum
from functools import cache
from pathlib import Path

import msgspec

_TABLE = Path(__file__).parent / "data" / "filing_types.csv"


class FilingLevel(StrEnum):
    """Full: an ENS by itself. Master: houses may follow. House: it is linked below a master."""

    FULL = "full"
    MASTER = "master"
    HOUSE = "house"


class FilingType(msgspec.Struct, frozen=True, kw_only=True):
    """One type. `mode` is the mode of transport of a filing that names none.

    `preloading`: it is analysed before loading, at once. `minimum`: it says no more than that
    needs, and what is filed of the house before arrival goes before it. `own_mrn` is false for the
    one that uses the MRN of another filing, and is not amended. `lower` are the types that follow a
    master.
    """

    filing: str
    title: str
    mode: str
    level: FilingLevel
    preloading: bool
    minimum: bool
    own_mrn: bool
    lower: str

    @property
    def message(self) -> str:
        """Return the XML name of the filing."""
        return f"IE3{self.filing}"

    @property
    def amendment(self) -> str:
        """Return the XML name of its amendment."""
        return f"IE3A{self.filing[1:]}"


@cache
def filing_types() -> dict[str, FilingType]:
    """Return the types by their code (`F10`)."""
    with _TABLE.open(encoding="utf-8", newline="") as file:
        found = [msgspec.convert(row, FilingType, strict=False) for row in csv.DictReader(file)]
    return {kind.filing: kind for kind in found}


def is_preloading(filing: str) -> bool:
    """Whether a type is analysed before loading; IE315 is not."""
    kind = filing_types().get(filing)
    return kind is not None and kind.preloading


def is_analysed_twice(filing: str) -> bool:
    """Whether a type is whole and lodged before loading: analysed for that, then in full."""
    return is_preloading(filing) and level_of(filing) is not FilingLevel.HOUSE


def level_of(filing: str) -> FilingLevel:
    """Return the level of a type; what is no type of ICS2 is full, as IE315."""
    kind = filing_types().get(filing)
    return kind.level if kind else FilingLevel.FULL
