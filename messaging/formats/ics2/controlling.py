"""Controls of goods in ICS2: IE3N08 when they are here, IE3N09 to authorised operators before."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

import msgspec

from declarations.document import Consignment, Document, GoodsItem
from messaging.formats.ics1.contents import Content, Value
from messaging.formats.ics1.markup import write
from messaging.formats.ics2.writing import addressing, paper_content, person, time_text

HOUSE, ITEM = "consignmentHouseLevel", "goodsItem"


class ControlNotice(msgspec.Struct, frozen=True, kw_only=True):
    """A control to be told: of what, where, and when; persons are EORI numbers.

    Declarant and representative are those of the filing under that MRN. `subject` with `reference`
    is what a measure is about. Who notified the arrival and a notify party are named to themselves.
    """

    document: Document
    mrn: str
    office: str
    place: str
    subject: str
    reference: str
    declarant: str
    representative: str = ""
    scheduled_at: datetime | None = None
    notifier: str = ""
    notify_party: str = ""


def write_control(told: ControlNotice, *, at: datetime) -> bytes:
    """Return an IE3N08: the goods are to be presented for a control."""
    content = {
        **_content(told, at),
        "personNotifyingTheArrival": person(told.notifier),
        "notifyParty": person(told.notify_party),
    }
    return write("IE3N08", content)


def write_advance_notice(told: ControlNotice, *, at: datetime) -> bytes:
    """Return an IE3N09: goods that are still to come will be controlled."""
    carrier = person(addressing(told.document).carrier)
    return write("IE3N09", {**_content(told, at), "carrier": carrier})


def _content(told: ControlNotice, at: datetime) -> dict[str, Value]:
    paper = addressing(told.document).paper
    return {
        "MRN": told.mrn,
        "notificationDate": time_text(at),
        "scheduledControlDate": time_text(told.scheduled_at) if told.scheduled_at else None,
        "customsOfficeOfControl": {"referenceNumber": told.office},
        "representative": person(told.representative),
        "transportDocument": paper_content(paper) if paper else None,
        "control": {
            "examinationPlace": {"placeOfExamination": told.place or told.office},
            "controlSubject": {"consignmentMasterLevel": _subject(told)},
        },
        "declarant": person(told.declarant),
    }


def _subject(told: ControlNotice) -> Content:
    """Return the objects of the control: container or receptacle, or consignments with items."""
    if told.subject == "equipment":
        return _box(told.document, told.reference)
    concerned = [
        (each, items)
        for each in told.document.consignments
        if (items := _items(each, told.subject, told.reference)) is not None
    ]
    everything = [(each, each.items) for each in told.document.consignments]
    return _consignments(concerned or everything, told.document)


def _box(document: Document, number: str) -> Content:
    boxes = {box for item in document.items() for box in item.containers}
    if number in boxes:
        return {"transportEquipment": [{"containerIdentificationNumber": number}]}
    return {"receptacle": [{"receptacleIdentificationNumber": number}]}


def _items(each: Consignment, subject: str, reference: str) -> Sequence[GoodsItem] | None:
    """Return the items of a consignment that are concerned, None where it is not."""
    if subject == "item":
        return [item for item in each.items if str(item.number) == reference] or None
    whole = subject == "declaration" or each.key == reference
    return each.items if whole else None


def _consignments(
    concerned: Iterable[tuple[Consignment, Sequence[GoodsItem]]], document: Document
) -> Content:
    found = list(concerned)
    houses = [(each, items) for each, items in found if each.level == "house"]
    masters = [(each, items) for each, items in found if each.level != "house"]
    return {
        "receptacle": [
            {"receptacleIdentificationNumber": number}
            for each, _items_ in masters
            for number in each.receptacles
        ],
        ITEM: [one for _each, items in masters for one in _numbers(items)],
        HOUSE: [_house(each, items, document) for each, items in houses],
    }


def _house(each: Consignment, items: Sequence[GoodsItem], document: Document) -> Content:
    paper = next(iter(each.transport_documents), None) or addressing(document).paper
    return {
        ITEM: list(_numbers(items)),
        "transportDocumentHouseLevel": paper_content(paper) if paper else None,
    }


def _numbers(items: Sequence[GoodsItem]) -> Iterator[Content]:
    for item in items:
        yield {"goodsItemNumber": str(item.declared_number or item.number)}
