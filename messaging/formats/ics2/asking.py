"""What customs asks and tells of its own accord: questions, their copies, the end of an assessment.

IE3Q02 and IE3N04 ask for information or an amendment, IE3Q03 and IE3N05 for a screening, IE3Q01
says not to load, IE3N03 that an assessment is complete, whatever its result.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.conf import settings

from declarations.document import Consignment, Document, SupportingDocument
from declarations.screening import MOST_METHODS
from messaging.formats.ics1.contents import Content, Value
from messaging.formats.ics2.writing import addressing, paper_content, time_text, write_told

LONGEST_TEXT, MOST_TEXTS = 512, 99


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """A question: its reference, its type of list CL735, the house concerned, and what is asked."""

    reference: str
    type: str
    text: str = ""
    pointers: Sequence[str] = ()
    methods: Sequence[str] = ()
    consignment: str = ""


def write_request(
    document: Document, asked: Request, *, message: str, mrn: str, at: datetime
) -> bytes:
    """Return the question as that message: IE3Q02, IE3Q03, or a copy IE3N04, IE3N05."""
    house = _house(document, asked.consignment)
    master = _master(document, house)
    request: Content = {
        "referralRequestReference": asked.reference,
        "requestType": asked.type,
        "recommendedHRCMScreeningMethod": [{"method": one} for one in asked.methods[:MOST_METHODS]],
        "transportDocumentHouse": _group(_paper(house)),
        "transportDocumentMaster": _group(master),
        "additionalInformation": [{"text": part} for part in _parts(asked)],
        "pointer": {"messageElementPath": asked.pointers[0]} if asked.pointers else None,
    }
    return _write(message, document, master, mrn, documentIssueDate=time_text(at),
                  referralRequestDetails=request)  # fmt: skip


def write_complete(document: Document, *, mrn: str, at: datetime) -> bytes:
    """Return an IE3N03, the same whatever was found."""
    master = _master(document, None)
    return _write("IE3N03", document, master, mrn, completionDate=time_text(at))


def write_do_not_load(
    document: Document, *, consignment: str, containers: Sequence[str], mrn: str, at: datetime
) -> bytes:
    """Return an IE3Q01 on a house, by its document or its receptacles, or on containers."""
    house = _house(document, consignment)
    paper = _paper(house)
    receptacles = house.receptacles if house and paper is None else ()
    details: Content = {
        "receptacle": [{"receptacleIdentificationNumber": one} for one in receptacles],
        "transportDocument": _group(paper),
        "transportEquipment": [{"containerIdentificationNumber": one} for one in containers],
    }
    return _write(
        "IE3Q01",
        document,
        _master(document, house),
        mrn,
        documentIssueDate=time_text(at),
        transportDocumentHouse=_group(paper),
        doNotLoadDetails=details,
    )


def _write(
    message: str, document: Document, master: SupportingDocument | None, mrn: str, **content: Value
) -> bytes:
    told = msgspec.structs.replace(addressing(document), paper=master)
    state: Content = {"country": settings.CUSTOMS_COUNTRY}
    return write_told(message, told, MRN=mrn, responsibleMemberState=state, **content)


def _parts(asked: Request) -> list[str]:
    """Return the text in parts as long as an element may be, with the pointers after the first."""
    text = "\n".join([asked.text, *asked.pointers[1:]]).strip()
    starts = range(0, min(len(text), LONGEST_TEXT * MOST_TEXTS), LONGEST_TEXT)
    return [text[start : start + LONGEST_TEXT] for start in starts]


def _house(document: Document, key: str) -> Consignment | None:
    return next((each for each in document.consignments if key and each.key == key), None)


def _paper(house: Consignment | None) -> SupportingDocument | None:
    """Return the document of a consignment, of a direct one its air waybill."""
    return next(iter(house.transport_documents), None) if house else None


def _group(paper: SupportingDocument | None) -> Content | None:
    return paper_content(paper) if paper else None


def _master(document: Document, house: Consignment | None) -> SupportingDocument | None:
    houses = (house,) if house else document.consignments
    named = [paper for each in houses for paper in each.master_documents]
    return next(iter([*document.transport_documents, *named]), None)
