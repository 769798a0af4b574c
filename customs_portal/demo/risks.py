"""Risky declarations: for each rule of the demo one that it must find and a near miss.

The values come from the demo's own lists, which are invented like the rules.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import msgspec

from customs_portal.demo.declaring import TO_ORDER, packages, with_items
from customs_portal.demo.faults import to_consignee
from customs_portal.demo.identifiers import container_with_wrong_digit
from declarations.document import Document, Means, Party, Seal

Change = Callable[[Document], Document]

WATCHED_EORI = "NL900000901"
LIKE_A_WATCHED_NAME = "Zuyderlicht Lampen Imports BV"
WATCHED_IMO = "4000905"
UNWATCHED_IMO = "4000010"
FORWARDER = "NL900000022"


class Risk(msgspec.Struct, frozen=True, kw_only=True):
    """A rule of the demo, the kind of voyage it is shown on, and the two declarations."""

    rule: str
    kind: str
    hit: Change
    miss: Change


def one_item(document: Document, **values: Any) -> Document:
    """Return the declaration with its first item alone, changed, in at most one container."""
    first = msgspec.structs.replace(next(document.items()), **values)
    return with_items(
        msgspec.structs.replace(document, seals=document.seals[: len(first.containers)]), (first,)
    )


def header(document: Document, **values: Any) -> Document:
    """Return the declaration with other header data."""
    return msgspec.structs.replace(document, **values)


def loaded_at(document: Document, place: str) -> Document:
    """Return the declaration loaded elsewhere, with the itinerary to match."""
    itinerary = (place[:2], document.itinerary[-1])
    return header(document, place_of_loading=place, itinerary=itinerary)


def goods(document: Document, hs: str | None, description: str, **values: Any) -> Document:
    """Return the declaration of one item of other goods."""
    return one_item(document, commodity_code=hs, description=description, **values)


def consigned_to(document: Document, eori: str) -> Document:
    """Return the declaration to another consignee."""
    return header(to_consignee(document), consignee=Party(identifier=eori))


def _from_a_person(document: Document, payment: str) -> Document:
    person = Party(
        name="Mehmet Yildiz",
        street="Gul Sokak 14",
        postcode="33010",
        city="Mersin",
        country="TR",
    )
    moved = goods(
        loaded_at(document, "TRMER"),
        "940350",
        "Used household furniture",
        gross_mass=Decimal(850),
        packages=(packages("PK", 24, "YILDIZ 1-24"),),
    )
    return header(moved, consignor=person, payment_method=payment)


def _to_order(document: Document, notified: Party) -> Document:
    ordered = one_item(document, special_mentions=(TO_ORDER,))
    return header(ordered, consignee=None, notify_party=notified)


def _bananas(document: Document, place: str) -> Document:
    line = packages("CT", 1080, "BANANAS 1-1080")
    fruit = goods(
        document, "080390", "Fresh bananas in boxes", gross_mass=Decimal(20500), packages=(line,)
    )
    return loaded_at(fruit, place)


def _heavy_package(document: Document, kilograms: int) -> Document:
    return one_item(
        document, gross_mass=Decimal(kilograms), packages=(packages("PK", 1, "ONE PIECE"),)
    )


def _lamps(document: Document, un_number: str | None) -> Document:
    return goods(document, "851310", "Torches with lithium battery packs", un_number=un_number)


def _precursor(document: Document, eori: str) -> Document:
    nitrate = goods(
        document, "310230", "Ammonium nitrate prilled", un_number="1942", gross_mass=Decimal(18000)
    )
    return consigned_to(nitrate, eori)


def _lamps_for(document: Document, country: str) -> Document:
    """Return the declaration to a firm whose name is like one of the watch list."""
    firm = Party(
        name=LIKE_A_WATCHED_NAME,
        street="Kade 21",
        postcode="3311 AB",
        city="Dordrecht",
        country=country,
    )
    return header(to_consignee(document), consignee=firm)


RISKS = (
    Risk(
        rule="KNE-01",
        kind="deep_sea",
        hit=lambda document: _lamps_for(document, "NL"),
        miss=lambda document: _lamps_for(document, "DE"),
    ),
    Risk(
        rule="KNE-02",
        kind="deep_sea",
        hit=lambda document: consigned_to(document, WATCHED_EORI),
        miss=lambda document: consigned_to(document, "NL900000101"),
    ),
    Risk(
        rule="KNE-03",
        kind="short_sea",
        hit=lambda document: header(document, means=Means(identification=WATCHED_IMO)),
        miss=lambda document: header(document, means=Means(identification=UNWATCHED_IMO)),
    ),
    Risk(
        rule="DES-01",
        kind="deep_sea",
        hit=lambda document: one_item(document, description="General cargo"),
        miss=lambda document: one_item(document, description="General cargo of brass candlesticks"),
    ),
    Risk(
        rule="DES-02",
        kind="short_sea",
        hit=lambda document: goods(document, None, "Crockery"),
        miss=lambda document: goods(document, "691110", "Crockery"),
    ),
    Risk(
        rule="RTE-01",
        kind="air",
        hit=lambda document: loaded_at(goods(document, "081010", "Fresh strawberries"), "ISREK"),
        miss=lambda document: loaded_at(goods(document, "081010", "Fresh strawberries"), "KENBO"),
    ),
    Risk(
        rule="MAS-02",
        kind="deep_sea",
        hit=lambda document: one_item(document, gross_mass=Decimal("499.9")),
        miss=lambda document: one_item(document, gross_mass=Decimal(500)),
    ),
    Risk(
        rule="MAS-04",
        kind="deep_sea",
        hit=lambda document: _heavy_package(document, 20001),
        miss=lambda document: _heavy_package(document, 20000),
    ),
    Risk(
        rule="CNT-01",
        kind="deep_sea",
        hit=lambda document: _bananas(document, "ECGYE"),
        miss=lambda document: _bananas(document, "CRMOB"),
    ),
    Risk(
        rule="CNT-02",
        kind="deep_sea",
        hit=lambda document: header(one_item(document), seals=()),
        miss=lambda document: header(one_item(document), seals=(Seal(identity="EC44718"),)),
    ),
    Risk(
        rule="CNT-03",
        kind="deep_sea",
        hit=lambda document: one_item(
            document,
            containers=(container_with_wrong_digit(next(document.items()).containers[0]),),
        ),
        miss=one_item,
    ),
    Risk(
        rule="DGR-01",
        kind="deep_sea",
        hit=lambda document: _precursor(document, "NL900000044"),
        miss=lambda document: _precursor(document, "NL900000912"),
    ),
    Risk(
        rule="DGR-02",
        kind="air_express",
        hit=lambda document: goods(document, "930599", "Slide and barrel of a replica"),
        miss=lambda document: header(
            goods(document, "930599", "Slide and barrel of a replica"), specific_circumstance=None
        ),
    ),
    Risk(
        rule="DGR-03",
        kind="air",
        hit=lambda document: _lamps(document, None),
        miss=lambda document: _lamps(document, "3481"),
    ),
    Risk(
        rule="PAY-01",
        kind="short_sea",
        hit=lambda document: _from_a_person(document, "A"),
        miss=lambda document: _from_a_person(document, "D"),
    ),
    Risk(
        rule="PAY-02",
        kind="deep_sea",
        hit=lambda document: _to_order(document, Party(identifier=FORWARDER)),
        miss=lambda document: _to_order(document, Party(identifier="NL900000103")),
    ),
    Risk(
        rule="SAN-01",
        kind="deep_sea",
        hit=lambda document: loaded_at(
            goods(document, "270900", "Petroleum oils in tank containers"), "SYLTK"
        ),
        miss=lambda document: loaded_at(goods(document, "150920", "Virgin olive oil"), "SYLTK"),
    ),
)
