"""Attributes that are worked out from what was declared: places, containers, seals, parties."""

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from functools import lru_cache

from stdnum import iso6346

from declarations.document import GoodsItem, Party, Spot
from risk.engine.subject import ROLES, Subject, code, codes
from risk.engine.words import words

_UN_LOCODE = re.compile(r"[A-Z]{2}[A-Z2-9]{3}(?![A-Z0-9])")
_CONTAINER_FORM = re.compile(r"[A-Z]{3}[UJZ][0-9]{7}")
_IMO_FORM = re.compile(r"[0-9]{7}")
_WATERBORNE = ("1", "10", "11")
_MILLIGRAM = Decimal("0.000001")


def place(text: str | None) -> str | None:
    """Return the UN/LOCODE that a place begins with, else the place in capitals."""
    value = code(text)
    found = _UN_LOCODE.match(value) if value else None
    return found.group() if found else value


def country_of(text: str | None) -> str | None:
    """Return the country that a place or an office begins with (rule R670)."""
    value = code(text)
    return value[:2] if value and value[:2].isalpha() and len(value) > 2 else None


def prefix(length: int) -> Callable[[Subject], str | None]:
    """Return a reader of the first digits of the commodity code, None where it is shorter."""

    def read(subject: Subject) -> str | None:
        value = code(subject.goods().commodity_code)
        return value[:length] if value and len(value) >= length else None

    return read


def imo_number(subject: Subject) -> str | None:
    """Return the IMO ship number of the active means of transport, for modes at sea."""
    document = subject.document
    if document.means is None or document.transport_mode not in _WATERBORNE:
        return None
    value = (code(document.means.identification) or "").removeprefix("IMO").strip()
    return value if _IMO_FORM.fullmatch(value) else None


def routing_countries(subject: Subject) -> tuple[str, ...] | None:
    """Return the countries of loading, itinerary, unloading and flag, each once."""
    document = subject.document
    loading = country_of(subject.item_or_header("place_of_loading"))
    unloading = country_of(subject.item_or_header("place_of_unloading"))
    flag = document.means.nationality if document.means else None
    return codes((loading, *document.itinerary, unloading, flag))


def country_goods(subject: Subject) -> tuple[str, ...] | None:
    """Return each country on the way joined with the six-digit code: `KP:841391`."""
    goods = prefix(6)(subject)
    countries = routing_countries(subject) or ()
    return tuple(f"{country}:{goods}" for country in countries) or None if goods else None


def packages_total(subject: Subject) -> int | None:
    """Return packages and pieces (unpacked goods) of the item together."""
    lines = subject.goods().packages
    counts = [count for line in lines for count in (line.packages, line.pieces) if count]
    return sum(counts) if counts else None


def mass_per_package(subject: Subject) -> Decimal | None:
    """Return kilograms of gross mass for each package."""
    mass, packages = subject.gross_mass(), packages_total(subject)
    return (mass / packages).quantize(_MILLIGRAM) if mass is not None and packages else None


def container_gross_mass(subject: Subject) -> Decimal | None:
    """Return the gross mass of all items in a container; the least of several containers.

    None as soon as the mass of an item in the container is unknown.
    """
    contents = subject.declared.contents
    totals = [_total(contents[number]) for number in containers(subject) or ()]
    known = [total for total in totals if total is not None]
    if subject.declared.item_count == 1 and known == [] and totals:
        return subject.gross_mass()
    return min(known) if known and len(known) == len(totals) else None


def _total(items: tuple[GoodsItem, ...]) -> Decimal | None:
    masses = [item.gross_mass for item in items if item.gross_mass is not None]
    return sum(masses, Decimal(0)) if len(masses) == len(items) else None


def containers(subject: Subject) -> tuple[str, ...] | None:
    """Return the container numbers of the item."""
    return codes(subject.goods().containers)


def wrong_check_digits(subject: Subject) -> tuple[str, ...] | None:
    """Return the numbers in ISO 6346 form whose check digit is wrong; others are trailers."""
    formed = (number for number in containers(subject) or () if _CONTAINER_FORM.fullmatch(number))
    return tuple(number for number in formed if not _check_digit_fits(number)) or None


@lru_cache(maxsize=8_192)
def _check_digit_fits(number: str) -> bool:
    return bool(iso6346.is_valid(number))


def shared(read: Callable[[GoodsItem], str | None]) -> Callable[[Subject], tuple[str, ...] | None]:
    """Return a reader of one code over all items that share a container with this one."""
    return lambda subject: codes(read(item) for item in subject.sharing())


def hours_to_arrival(subject: Subject) -> Decimal | None:
    """Return the hours from receipt to expected arrival, negative when late; None where unknown."""
    arrives_at = subject.document.expected_arrival
    return _hours(arrives_at - subject.context.received_at) if arrives_at else None


def hours_to_analysis_end(subject: Subject) -> Decimal | None:
    """Return the hours from receipt to the end of the analysis window, negative after it."""
    ends_at = subject.context.analysis_ends_at
    return _hours(ends_at - subject.context.received_at) if ends_at is not None else None


def _hours(left: timedelta) -> Decimal:
    return (Decimal(left // timedelta(minutes=1)) / 60).quantize(_MILLIGRAM)


def word_count(subject: Subject) -> int | None:
    """Return how many words describe the goods; missing where there is no description."""
    description = subject.goods().description
    return len(words(description)) if description else None


def party_reader(role: str, read: Callable[[Party], str | None]) -> Callable[[Subject], str | None]:
    """Return a reader of one attribute of a party (of the item, else of the header)."""

    def value(subject: Subject) -> str | None:
        party = subject.carrier() if role == "carrier" else subject.party(role)
        return read(party) if party is not None else None

    return value


def spot_of_party(role: str, field: str, subject: Subject) -> Spot:
    """Return where the party in that role stands."""
    if subject.item is not None and getattr(subject.item, role, None) is not None:
        return Spot(kind="item", reference=str(subject.item.number), field=field)
    holder = "declarant" if role == "carrier" and subject.document.carrier is None else role
    return Spot(kind="party", reference=holder, field=field)


def spots_of_parties(field: str, subject: Subject, matched: tuple[str, ...]) -> tuple[Spot, ...]:
    """Return the spot of every party that bears one of the matched identifiers."""
    bearers = [
        role
        for role in ROLES
        if (party := subject.party(role)) is not None and code(party.identifier) in matched
    ]
    return tuple(spot_of_party(role, field, subject) for role in bearers)
