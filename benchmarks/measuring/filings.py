"""Prepared ENS filings of ICS2: the voyages and goods of the prepared IE315, each with its LRN.

Sea, air, road and rail are filed whole (F11, F27, F50, F51), each consignment as a house.
"""

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from benchmarks.measuring.messages import INVALID_EVERY, SENDER, TEMPLATES
from customs_portal.demo.declaring import declare
from declarations.document import Consignment, Document, GoodsItem, Packages
from messaging.formats.ics1.contents import Content
from messaging.formats.ics1.markup import write
from messaging.formats.ics1.rules.facts import BULK, UNPACKED
from messaging.formats.ics2.examples import content
from messaging.formats.ics2.rules.run import TIME_FORM
from messaging.formats.registry import read

KINDS = {"1": "IE3F11", "2": "IE3F51", "3": "IE3F50", "4": "IE3F27"}
VOYAGE = timedelta(days=10)
_LRN = re.compile(rb"<LRN>[^<]*<")
_CONSIGNOR = re.compile(rb"(?<=<consignor>)(\s*)<name>[^<]*<")
_MASS = re.compile(rb"<grossMass>[^<]*<")


def templates(at: datetime, *, seed: int = 1) -> list[bytes]:
    """Return filings of all modes that have a full type, lodged by one operator."""
    found: list[bytes] = []
    index = 0
    while len(found) < TEMPLATES:
        document = declare(country="NL", seed=seed, index=index, at=at).document
        index += 1
        if document.transport_mode in KINDS:
            found.append(filing(document))
    return [body for body in found if not read(body).findings]


def prepared(
    bodies: list[bytes], numbers: range, new_names: Callable[[int], str | None]
) -> Iterator[bytes]:
    """Yield a filing for each number; one in a hundred is invalid.

    `new_names` gives the name of its consignor, None for that of the template.
    """
    for number in numbers:
        body = _LRN.sub(b"<LRN>BENCH-%09d<" % number, bodies[number % len(bodies)])
        if name := new_names(number):
            body = _CONSIGNOR.sub(rb"\1<name>%s<" % name.encode(), body)
        if number % INVALID_EVERY == INVALID_EVERY - 1:
            body = _MASS.sub(b"<grossMass>1.1234567<", body)
        yield body


def filing(document: Document) -> bytes:
    """Return a declaration of phase 1 as a full filing of ICS2."""
    kind = KINDS[document.transport_mode]
    whole = content(kind, "minimal")
    (master,), (declarant,) = _groups(whole, "consignmentMasterLevel"), _groups(whole, "declarant")
    (means,) = _groups(whole, "activeBorderTransportMeans")
    (house,) = _groups(master, "consignmentHouseLevel")
    arrival = document.expected_arrival
    assert arrival is not None
    departures = [name for name in means if name.endswith("DateAndTimeOfDeparture")]
    means |= dict.fromkeys(departures, (arrival - VOYAGE).strftime(TIME_FORM))
    means["estimatedDateAndTimeOfArrival"] = arrival.strftime(TIME_FORM)
    houses = [_house(house, each, document) for each in document.consignments]
    office = [{"referenceNumber": document.office_of_first_entry}]
    return write(
        kind,
        {
            **whole,
            "activeBorderTransportMeans": [means],
            "consignmentMasterLevel": [{**master, "consignmentHouseLevel": houses}],
            "declarant": [{**declarant, "identificationNumber": SENDER}],
            "customsOfficeOfFirstEntry": office,
        },
    )


def _groups(content: Content, name: str) -> list[Content]:
    found = content[name]
    assert isinstance(found, list)
    return found


def _house(house: Content, consignment: Consignment, document: Document) -> Content:
    (template,) = _groups(house, "goodsItem")
    items = [_item(template, place, item) for place, item in enumerate(consignment.items, 1)]
    first = consignment.items[0]
    named = {"consignor": first.consignor, "consignee": first.consignee}
    parties = {
        role: [{**_groups(house, role)[0], "name": party.name}]
        for role, party in named.items()
        if party and party.name and role in house
    }
    return {**house, "goodsItem": items, **parties}


def _item(template: Content, place: int, item: GoodsItem) -> Content:
    (commodity,) = _groups(template, "commodity")
    (code,) = _groups(commodity, "commodityCode")
    goods = {
        **commodity,
        "descriptionOfGoods": item.description or "Parts of machinery",
        "commodityCode": [{**code, "harmonizedSystemSubHeadingCode": _six(item)}],
    }
    return {
        **template,
        "goodsItemNumber": str(place),
        "commodity": [goods],
        "weight": [{"grossMass": str(item.gross_mass or 1)}],
        "packaging": [_packaging(line) for line in item.packages],
    }


def _six(item: GoodsItem) -> str:
    return (item.commodity_code or "847990")[:6]


def _packaging(line: Packages) -> Content:
    if line.kind in BULK | UNPACKED:
        return {"typeOfPackages": line.kind}
    return {
        "typeOfPackages": line.kind,
        "numberOfPackages": str(line.packages or 1),
        "shippingMarks": line.marks or "NO MARKS",
    }
