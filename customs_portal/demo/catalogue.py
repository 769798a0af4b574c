"""The invented traders, goods and journeys that the demo traffic is made of."""

import csv
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

import msgspec

from declarations.document import Party

DATA = Path(__file__).parent / "data"


class Trader(msgspec.Struct, frozen=True, kw_only=True):
    """A firm in one of its roles; with an identifier (EORI) or with an address."""

    role: str
    identifier: str = ""
    name: str
    street: str = ""
    postcode: str = ""
    city: str = ""
    country: str

    def party(self) -> Party:
        """Return the firm as declared: the identifier alone, or name and address (C501)."""
        if self.identifier:
            return Party(identifier=self.identifier)
        return Party(
            name=self.name,
            street=self.street,
            postcode=self.postcode,
            city=self.city,
            country=self.country,
        )


class Goods(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of goods with the usual mass of a package and number of packages."""

    hs: str
    description: str
    family: str
    kind: str
    kg_least: int
    kg_most: int
    packages_least: int
    packages_most: int


class Journey(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of voyage: where it may load, how long before arrival it is declared, by whom.

    `loadings` are places with the countries between, `CNSHG:SG` for Shanghai by Singapore.
    """

    kind: str
    weight: int
    mode: str
    circumstance: str
    families: str
    loadings: str
    hours_least: int
    hours_most: int
    filers: str
    document: str


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """Where a kind of voyage enters a country, and offices it may call at afterwards."""

    country: str
    kind: str
    office: str
    unloading: str
    subsequent: str


Record = TypeVar("Record", bound=msgspec.Struct)


@lru_cache(maxsize=1)
def traders() -> tuple[Trader, ...]:
    """Return all firms."""
    return _read("parties.csv", Trader)


@lru_cache(maxsize=1)
def goods() -> tuple[Goods, ...]:
    """Return all kinds of goods."""
    return _read("goods.csv", Goods)


@lru_cache(maxsize=1)
def journeys() -> tuple[Journey, ...]:
    """Return all kinds of voyages."""
    return _read("journeys.csv", Journey)


@lru_cache(maxsize=8)
def entries(country: str) -> tuple[Entry, ...]:
    """Return where voyages enter the country."""
    return tuple(row for row in _read("entries.csv", Entry) if row.country == country)


@lru_cache(maxsize=32)
def of_role(role: str) -> tuple[Trader, ...]:
    """Return the firms that have a role."""
    return tuple(trader for trader in traders() if trader.role == role)


def operators() -> dict[str, str]:
    """Return the name of every firm that has an EORI number, by that number."""
    return {trader.identifier: trader.name for trader in traders() if trader.identifier}


def _read(name: str, record_type: type[Record]) -> tuple[Record, ...]:
    with (DATA / name).open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines, strict=True)
        return tuple(msgspec.convert(row, record_type, strict=False) for row in rows)
