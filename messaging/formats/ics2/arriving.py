"""Arrivals of ICS2: IE3N06 read and written, IE3R04 and IE3N07 written."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from customs_portal.findings import Finding
from declarations.arrivals import means_of_filing
from declarations.document import SupportingDocument
from messaging.formats.ics1.contents import Content, Value
from messaging.formats.ics1.markup import write
from messaging.formats.ics1.tree import Group
from messaging.formats.ics2.values import inner, papers, time
from messaging.formats.ics2.writing import errors, paper_content, person, time_text
from messaging.formats.requests import MeansArrival

IDENTITIES = {"1": "10", "4": "41", "8": "80"}
"""Type of identification (list CL750) of the means of each mode that has arrivals."""


def read_arrival(root: Group) -> MeansArrival:
    """Return what an IE3N06 tells."""
    means = root.first("activeBorderTransportMeans") or Group("", root, 1)
    mode = means.text("ModeOfTransport")
    arrived_at = time(means, "actualDateAndTimeOfArrival")
    assert arrived_at is not None
    return MeansArrival(
        reference=root.text("LRN"),
        mode=mode,
        means=means_of_filing(
            mode, means.text("identificationNumber"), means.text("conveyanceReferenceNumber")
        ),
        arrived_at=arrived_at,
        expected_at=time(means, "estimatedDateAndTimeOfArrival"),
        office=(inner(root, "actualCustomsOfficeOfFirstEntry", "referenceNumber") or "").upper(),
        notifier=inner(root, "personNotifyingTheArrival", "identificationNumber") or "",
        notify_parties=tuple(
            dict.fromkeys(one.text("identificationNumber") for one in root.all("notifyParty"))
        ),
        mrns=tuple(one.text("identification").upper() for one in root.all("relatedMRN")),
        documents=papers(root, "relatedTransportDocument"),
    )


def write_arrival(told: MeansArrival, *, email: str, at: datetime) -> bytes:
    """Return an IE3N06 of who notifies and can be written to at that address."""
    is_flight = told.mode == "4"
    return write(
        "IE3N06",
        {
            "LRN": told.reference,
            "documentIssueDate": time_text(at),
            "activeBorderTransportMeans": {
                "identificationNumber": None if is_flight else told.means,
                "typeOfIdentification": None if is_flight else IDENTITIES[told.mode],
                "ModeOfTransport": told.mode,
                "actualDateAndTimeOfArrival": time_text(told.arrived_at),
                "estimatedDateAndTimeOfArrival": time_text(told.expected_at)
                if told.expected_at
                else None,
                "conveyanceReferenceNumber": told.means if is_flight else None,
            },
            "relatedTransportDocument": [paper_content(paper) for paper in told.documents],
            "relatedMRN": [{"identification": mrn} for mrn in told.mrns],
            "personNotifyingTheArrival": {
                "identificationNumber": told.notifier,
                "communication": [{"identifier": email, "type": "EM"}],
            },
            "actualCustomsOfficeOfFirstEntry": {"referenceNumber": told.office},
        },
    )


def write_registration(
    told: MeansArrival, *, mrn: str, at: datetime, notify_party: str = ""
) -> bytes:
    """Return an IE3R04: the arrival is registered; the copy of a notify party names it."""
    return write(
        "IE3R04",
        {
            "LRN": told.reference,
            "MRN": mrn,
            "registrationDate": time_text(at),
            "notifyParty": person(notify_party),
            "personNotifyingTheArrival": person(told.notifier),
            "customsOfficeOfFirstEntry": {"referenceNumber": told.office},
        },
    )


class HousesLeft(msgspec.Struct, frozen=True, kw_only=True):
    """IE3N07: houses of a filing that could not become arrived, and why."""

    mrn: str
    office: str
    master: SupportingDocument
    houses: Sequence[SupportingDocument]
    findings: Sequence[Finding]
    representative: str = ""
    declarant: str = ""
    notifier: str = ""
    notify_party: str = ""


def write_houses_left(told: HousesLeft, *, at: datetime) -> bytes:
    """Return the IE3N07. Needs a finding."""
    content: dict[str, Value] = {
        "MRN": told.mrn,
        "notificationDate": time_text(at),
        "representative": person(told.representative),
        "transportDocument": paper_content(told.master),
        "transportDocumentHouse": _contents(told.houses),
        "declarant": person(told.declarant),
        "personNotifyingTheArrival": person(told.notifier),
        "customsOfficeOfFirstEntry": {"referenceNumber": told.office},
        "error": errors(told.findings),
        "notifyParty": person(told.notify_party),
    }
    return write("IE3N07", content)


def _contents(documents: Sequence[SupportingDocument]) -> list[Content]:
    return [paper_content(paper) for paper in documents]
