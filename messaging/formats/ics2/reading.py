"""Filings of ICS2 as the typed document; only of those whose structure and rules are right.

Items are numbered through all houses; a party of a house stands at its items, and in the header
where the filing has one house and no party of the master. So do containers, and the transport
document is one of each item's. What the master says of goods that its houses declare is kept beside
them.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import count
from typing import Any

import msgspec

from declarations.document import (
    Consignment,
    Document,
    GoodsItem,
    Means,
    Packages,
    Party,
    Screening,
    Seal,
    SupplementaryDeclarant,
    SupplyChainActor,
    SupportingDocument,
)
from declarations.filing_types import filing_types
from messaging.formats.ics1.reading import consignment_key, transport_documents
from messaging.formats.ics1.tree import Group
from messaging.formats.ics2.rules.facts import HOUSE, ITEM, MASTER, country_of
from messaging.formats.ics2.rules.movement import in_sequence
from messaging.formats.ics2.tables import filing_of
from messaging.formats.ics2.tree import below
from messaging.formats.ics2.values import inner as _inner
from messaging.formats.ics2.values import papers as _papers
from messaging.formats.ics2.values import text as _text
from messaging.formats.ics2.values import time as _time
from messaging.formats.requests import Consultation, Invalidation

Parties = dict[str, Any]
_ROLES = {
    "consignor": "consignor",
    "consignee": "consignee",
    "notify_party": "notifyParty",
}
_YES = "1"


def read_document(root: Group) -> Document:
    """Return what a filing or an amendment declares."""
    filing = filing_of(root.name)
    master = root.first(MASTER) or Group(MASTER, root, 1)
    houses = master.all(HOUSE)
    means = root.first("activeBorderTransportMeans")
    header = _header_parties(master, houses)
    items = _Items(master, header)
    straight = houses[0] if len(houses) == 1 else None
    return Document(
        type=filing,
        lrn=_text(root, "LRN"),
        mrn=_text(root, "MRN"),
        declared_at=_time(root, "documentIssueDate"),
        office_of_first_entry=_inner(root, "customsOfficeOfFirstEntry", "referenceNumber") or "",
        addressed_state=_inner(root, "addressedMemberState", "country"),
        re_entry=root.text("reEntryIndicator") == _YES,
        split_consignment=_inner(root, "splitConsignment", "splitConsignmentIndicator") == _YES,
        previous_mrn=_inner(root, "splitConsignment", "previousMRN"),
        previous_document=_inner(root, "previousDocument", "identification"),
        declarant=_party(root.first("declarant")) or Party(),
        representative=_party(root.first("representative")),
        carrier=_party(master.first("carrier")) or _one_carrier(houses),
        transport_mode=_mode(means) or filing_types()[filing].mode,
        **_movement(means, master),
        **header,
        transport_documents=_papers(master, "transportDocumentMasterLevel"),
        commercial_reference=_reference(master) or (_reference(straight) if straight else None),
        payment_method=_inner(master, "transportCharges", "methodOfPayment")
        or (_inner(straight, "transportCharges", "methodOfPayment") if straight else None),
        total_gross_mass=_decimal(master, "totalGrossMass")
        or (_decimal(straight, "totalGrossMass") if straight else None),
        supplementary_declarants=_supplementary(master),
        receptacles=_receptacles(master),
        screenings=tuple(map(_screening, root.all("hrcmScreeningResults"))),
        actors=_actors(master),
        seals=_seals(master, houses),
        consignments=_consignments(master, houses, items),
        master_items=tuple(items.of(master)) if houses else (),
    )


def _movement(means: Group | None, master: Group) -> dict[str, Any]:
    """Return means, times, places and routing by the fields of a document."""
    places = {
        "place_of_loading": _place(master.first("placeOfLoading")),
        "place_of_unloading": _place(master.first("placeOfUnloading")),
    }
    if means is None:
        return places
    identification = _text(means, "identificationNumber")
    return {
        **places,
        "means": Means(identification=identification, nationality=_text(means, "nationality"))
        if identification
        else None,
        "conveyance_reference": _text(means, "conveyanceReferenceNumber"),
        "expected_arrival": _time(means, "estimatedDateAndTimeOfArrival"),
        "actual_departure": _time(means, "actualDateAndTimeOfDeparture"),
        "estimated_departure": _time(means, "estimatedDateAndTimeOfDeparture"),
        "itinerary": _routing(means, "countriesOfRoutingOfMeansOfTransport"),
    }


def _mode(means: Group | None) -> str:
    return means.text("ModeOfTransport") if means else ""


def _routing(group: Group, name: str) -> tuple[str, ...]:
    return tuple(one.text("country") for one in in_sequence(group, name))


def _header_parties(master: Group, houses: Sequence[Group]) -> Parties:
    """Return the parties of the master, else those of its only house."""
    found = _parties(master)
    if any(found.values()) or len(houses) != 1:
        return found
    return _parties(houses[0])


def _parties(consignment: Group) -> Parties:
    found: Parties = {field: _party(consignment.first(name)) for field, name in _ROLES.items()}
    shipment = consignment.first("goodsShipment")
    if shipment:
        found |= {role: _party(shipment.first(role)) for role in ("buyer", "seller")}
    return {role: party for role, party in found.items() if party}


def _consignments(
    master: Group, houses: Sequence[Group], items: "_Items"
) -> tuple[Consignment, ...]:
    if not houses:
        return (_master_consignment(master, tuple(items.of(master))),)
    found = [_house(house, master, items) for house in houses]
    return tuple(_with_own_keys(found))


def _with_own_keys(consignments: Sequence[Consignment]) -> Iterator[Consignment]:
    """Yield the consignments; of several with one key the later ones are counted."""
    seen: Counter[str] = Counter()
    for consignment in consignments:
        seen[consignment.key] += 1
        times = seen[consignment.key]
        key = consignment.key if times == 1 else f"{consignment.key}#{times}"
        yield msgspec.structs.replace(consignment, key=key)


def _master_consignment(master: Group, items: tuple[GoodsItem, ...]) -> Consignment:
    papers = _papers(master, "transportDocumentMasterLevel")
    return Consignment(
        key=consignment_key(transport_documents(papers), _reference(master)),
        items=items,
        level="master",
        transport_documents=papers,
        gross_mass=_decimal(master, "totalGrossMass"),
        place_of_acceptance=_place(master.first("placeOfAcceptance")),
        place_of_delivery=_place(master.first("placeOfDelivery")),
        supplementary_declarants=_supplementary(master),
        receptacles=_receptacles(master),
    )


def _house(house: Group, master: Group, items: "_Items") -> Consignment:
    own = _papers(house, "transportDocumentHouseLevel")
    papers = own or _papers(master, "transportDocumentMasterLevel")
    several = len(master.all(HOUSE)) > 1
    named = consignment_key(transport_documents(papers), _reference(house))
    return Consignment(
        key=named if own or not several else f"HOUSE/{house.position}",
        items=tuple(items.of(house)),
        level="house",
        transport_documents=papers,
        master_documents=_papers(house, "transportDocumentMasterLevel"),
        carrier=_party(house.first("carrier")),
        supplementary_declarants=_supplementary(house),
        receptacles=_receptacles(house),
        place_of_acceptance=_place(house.first("placeOfAcceptance")),
        place_of_delivery=_place(house.first("placeOfDelivery")),
        itinerary=_routing(house, "countriesOfRoutingOfConsignment"),
        gross_mass=_decimal(house, "totalGrossMass"),
        commercial_reference=_reference(house),
        actors=_actors(house),
    )


class _Items:
    """Reads goods items and numbers them through the filing."""

    def __init__(self, master: Group, header: Parties) -> None:
        self._numbers = count(1)
        self._master = master
        self._header = header

    def of(self, consignment: Group) -> Iterator[GoodsItem]:
        """Yield the items of a consignment, with its parties and containers where not their own."""
        parties = _parties(consignment)
        if parties == self._header:
            parties = {}
        common = _Common(
            parties=parties,
            containers=_containers(consignment) or _containers(self._master),
            mentions=_mentions(consignment),
            papers=_papers(consignment, "transportDocumentHouseLevel")
            or _papers(self._master, "transportDocumentMasterLevel"),
        )
        for group in consignment.all(ITEM):
            yield _item(group, next(self._numbers), common)


class _Common(msgspec.Struct, frozen=True, kw_only=True):
    """What a consignment says of every item of it."""

    parties: Parties
    containers: tuple[str, ...]
    mentions: tuple[str, ...]
    papers: tuple[SupportingDocument, ...]


def _item(group: Group, number: int, common: _Common) -> GoodsItem:
    commodity = group.first("commodity") or Group("commodity", group, 1)
    dangers = [one.text("UNNumber") for one in commodity.all("dangerousGoods") if one.values]
    return GoodsItem(
        number=number,
        declared_number=int(group.values["goodsItemNumber"]),
        description=_text(commodity, "descriptionOfGoods"),
        commodity_code=_commodity_code(commodity.first("commodityCode")),
        cus_code=_text(commodity, "cusCode"),
        gross_mass=_inner_decimal(group, "weight", "grossMass"),
        un_number=dangers[0] if dangers else None,
        other_un_numbers=tuple(dangers[1:]),
        documents=(
            *map(_supporting_document, group.all("supportingDocuments")),
            *common.papers,
        ),
        special_mentions=tuple(dict.fromkeys((*common.mentions, *_mentions(group)))),
        containers=_containers(group) or common.containers,
        packages=tuple(map(_packages, group.all("packaging"))),
        means=tuple(map(_passive_means, group.all("passiveBorderTransportMeans"))),
        country_of_origin=_inner(group, "countryOfOrigin", "country"),
        actors=_actors(group),
        **common.parties,
    )


def _commodity_code(group: Group | None) -> str | None:
    if group is None:
        return None
    return group.text("harmonizedSystemSubHeadingCode") + group.text("combinedNomenclatureCode")


def _supporting_document(group: Group) -> SupportingDocument:
    return SupportingDocument(type=group.text("type"), reference=group.text("referenceNumber"))


def _packages(group: Group) -> Packages:
    number = _text(group, "numberOfPackages")
    return Packages(
        kind=group.text("typeOfPackages"),
        packages=int(number) if number else None,
        marks=_text(group, "shippingMarks"),
    )


def _passive_means(group: Group) -> Means:
    return Means(
        identification=group.text("identificationNumber"), nationality=_text(group, "nationality")
    )


def _containers(group: Group) -> tuple[str, ...]:
    numbers = (one.text("containerIdentificationNumber") for one in group.all("transportEquipment"))
    return tuple(filter(None, numbers))


def _seals(master: Group, houses: Sequence[Group]) -> tuple[Seal, ...]:
    holders = [master, *houses]
    holders += [item for holder in (master, *houses) for item in holder.all(ITEM)]
    found = [seal for holder in holders for seal in below(holder, "transportEquipment", "seal")]
    return tuple(Seal(identity=name) for name in dict.fromkeys(s.text("identifier") for s in found))


def _mentions(group: Group) -> tuple[str, ...]:
    codes = (one.text("code") for one in group.all("additionalInformation"))
    return tuple(filter(None, codes))


def _supplementary(group: Group) -> tuple[SupplementaryDeclarant, ...]:
    return tuple(
        SupplementaryDeclarant(
            identifier=one.text("identificationNumber"), level=_text(one, "supplementaryFilingType")
        )
        for one in group.all("supplementaryDeclarant")
    )


def _receptacles(group: Group) -> tuple[str, ...]:
    return tuple(one.text("receptacleIdentificationNumber") for one in group.all("receptacle"))


def _actors(group: Group) -> tuple[SupplyChainActor, ...]:
    return tuple(
        SupplyChainActor(identifier=one.text("identificationNumber"), role=one.text("role"))
        for one in group.all("additionalSupplyChainActor")
    )


def _screening(group: Group) -> Screening:
    paper = group.first("transportDocumentHouseLevel")
    return Screening(
        result=group.text("result"),
        methods=tuple(one.text("method") for one in group.all("screeningMethod")),
        document=paper.text("documentNumber") if paper else None,
    )


def _one_carrier(houses: Sequence[Group]) -> Party | None:
    """Return the carrier that every house of a filing names, None where they differ."""
    found = {_inner(house, "carrier", "identificationNumber") for house in houses} - {None}
    return Party(identifier=found.pop()) if len(found) == 1 else None


def _party(group: Group | None) -> Party | None:
    if group is None:
        return None
    address = group.first("address") or Group("address", group, 1)
    return Party(
        identifier=_text(group, "identificationNumber"),
        name=_text(group, "name"),
        street=_street(address),
        postcode=_text(address, "postCode"),
        city=_text(address, "city"),
        country=_text(address, "country"),
    )


def _street(address: Group) -> str | None:
    parts = [address.text(part) for part in ("street", "number", "streetAdditionalLine")]
    box = address.text("poBox")
    return " ".join(filter(None, [*parts, f"P.O. Box {box}" if box else ""])) or None


def _place(group: Group | None) -> str | None:
    """Return a place as UN/LOCODE, else as country and location."""
    if group is None:
        return None
    code = group.text("UNLOCODE")
    return code or " ".join(filter(None, [country_of(group), group.text("location")])) or None


def _reference(group: Group) -> str | None:
    return _inner(group, "referenceNumberUCR", "referenceNumberUCR")


def _decimal(group: Group, name: str) -> Decimal | None:
    raw = group.values.get(name)
    return Decimal(raw) if raw else None


def _inner_decimal(group: Group, name: str, value: str) -> Decimal | None:
    found = group.first(name)
    return _decimal(found, value) if found else None


def read_invalidation(root: Group) -> Invalidation:
    """Return what an IE3Q04 asks for."""
    return Invalidation(
        mrn=root.text("MRN"),
        declarant=_inner(root, "declarant", "identificationNumber") or "",
        representative=_inner(root, "representative", "identificationNumber") or "",
        office=_inner(root, "customsOfficeOfFirstEntry", "referenceNumber") or "",
        addressed_state=_inner(root, "addressedMemberState", "country") or "",
    )


def read_consultation(root: Group) -> Consultation:
    """Return what an IE3Q05 asks for."""
    names = ("transportDocument", "transportDocumentHouse")
    return Consultation(
        reference=root.text("functionalReference"),
        requester=_inner(root, "requester", "identificationNumber") or "",
        mrn=root.text("MRN"),
        documents=tuple(paper for name in names for paper in _papers(root, name)),
    )
