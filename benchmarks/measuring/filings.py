"""Prepared ENS filings of ICS2: what the prepared IE315 declare, each with its own LRN.

Sea, air, road and rail are filed whole (F11, F27, F50, F51), each with one house. What phase 1 does
not say is as in the examples of the format.
"""

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from benchmarks.measuring.messages import INVALID_EVERY, SENDER, TEMPLATES
from customs_portal.demo.catalogue import operators
from customs_portal.demo.declaring import declare
from customs_portal.demo.telling.filings import Changes, equipment, paper, party, times
from declarations.document import Document, GoodsItem, Packages, Party
from messaging.formats.ics1.contents import Content, Value
from messaging.formats.ics1.rules.facts import BULK, UNPACKED
from messaging.formats.ics2.examples import MINIMAL, content
from messaging.formats.registry import read

KINDS = {"1": "IE3F11", "2": "IE3F51", "3": "IE3F50", "4": "IE3F27"}
VOYAGE = timedelta(days=10)
MASTER, HOUSE = "consignmentMasterLevel", "consignmentHouseLevel"
BY_LAND = frozenset({"2", "3"})
WITH_GOODS_ABOVE = frozenset({"1", "4"})
"""Of these modes the master tells its goods too."""
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
            found.append(filing(document, at))
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


def filing(document: Document, at: datetime) -> bytes:
    """Return a declaration of phase 1 as a full filing of ICS2 issued at a time."""
    said = {**_movement(document), **_persons(document), **_consignments(document)}
    return paper(KINDS[document.transport_mode], said, at=at)


def _movement(document: Document) -> Changes:
    """Return when, where and by what the goods come."""
    arrival, means = document.expected_arrival, document.means
    assert arrival is not None
    active: dict[str, Value] = {"countriesOfRoutingOfMeansOfTransport": _routing(document)}
    if means:
        active["identificationNumber"] = means.identification
    return {
        **times(arrival - VOYAGE, arrival),
        "activeBorderTransportMeans": active,
        "conveyanceReferenceNumber": document.conveyance_reference or "TRAIN 41",
        "placeOfLoading": {"UNLOCODE": document.place_of_loading},
        "placeOfAcceptance": {"UNLOCODE": document.place_of_loading},
        "placeOfUnloading": {"UNLOCODE": document.place_of_unloading},
        "placeOfDelivery": {"UNLOCODE": document.place_of_unloading},
        "customsOfficeOfFirstEntry": {"referenceNumber": document.office_of_first_entry},
    }


def _routing(document: Document) -> list[Content]:
    """Return the countries; by land without Member States on the way, whose entry it were."""
    way = document.itinerary
    if document.transport_mode in BY_LAND:
        way = (way[0], way[-1])
    return [
        {"sequenceNumber": str(place), "country": country} for place, country in enumerate(way, 1)
    ]


def _persons(document: Document) -> Changes:
    """Return who files, carries, sends and receives."""
    carrier = (document.carrier or document.declarant).identifier or SENDER
    sender, receiver = document.consignor, document.consignee or document.notify_party
    assert sender is not None
    assert receiver is not None
    return {
        "declarant": {"identificationNumber": SENDER},
        "carrier": {"identificationNumber": carrier, "name": operators()[carrier]},
        **dict.fromkeys(("consignor", "seller"), _named(sender)),
        **dict.fromkeys(("consignee", "buyer"), _named(receiver)),
    }


def _named(one: Party) -> Content:
    """Return a party as ICS2 names it: also one that phase 1 knows by its number has an address."""
    if eori := one.identifier:
        placed = party(operators()[eori], eori[:2], "Haven", eori[-4:], "Kade", eori[-3:])
        return {"identificationNumber": eori, **placed}
    words = (one.street or "").split()
    number = next((word for word in words if word[0].isdigit()), "1")
    street = " ".join(word for word in words if word != number)
    return dict(
        party(one.name or "", one.country or "", one.city or "", one.postcode or "", street, number)
    )


def _consignments(document: Document) -> Changes:
    """Return the goods: every item in the house, the first one in the master."""
    items = list(document.items())
    mass, bill = str(sum(item.gross_mass or 1 for item in items)), items[0].documents[0].reference
    goods = [_item(_template(document), place, item) for place, item in enumerate(items, 1)]
    above: Content = {"goodsItem": goods[:1]} if document.transport_mode in WITH_GOODS_ABOVE else {}
    below: Content = {"goodsItem": goods, "countriesOfRoutingOfConsignment": _routing(document)}
    return {
        MASTER: above,
        HOUSE: below | _boxes(document),
        "totalGrossMass": mass,
        "transportDocumentMasterLevel": {"documentNumber": bill},
        "transportDocumentHouseLevel": {"documentNumber": f"{bill}H"},
    }


def _boxes(document: Document) -> Content:
    """Return the containers with their seals."""
    containers = list(dict.fromkeys(box for item in document.items() for box in item.containers))
    if not containers:
        return {}
    return {
        "containerIndicator": "1",
        "transportEquipment": [equipment(box) for box in containers],
    }


def _template(document: Document) -> Content:
    """Return the goods item of the example."""
    (master,) = _groups(content(KINDS[document.transport_mode], MINIMAL), MASTER)
    (house,) = _groups(master, HOUSE)
    (item,) = _groups(house, "goodsItem")
    return item


def _groups(said: Content, name: str) -> list[Content]:
    found = said[name]
    assert isinstance(found, list)
    return found


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
