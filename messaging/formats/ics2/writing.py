"""The answers to messages of ICS2, from their typed inputs; each valid against our schema.

Pointers, values and texts are cut to their length; a finding whose code is not in list CL723 is
told as a wrong value.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import msgspec

from customs_portal.findings import Finding
from declarations.document import Document, Party, SupportingDocument
from messaging.formats.ics1.contents import Content, Value
from messaging.formats.ics1.markup import write
from messaging.formats.ics2.rules.run import TIME_FORM
from messaging.formats.ics2.tables import code_list

WRONG_VALUE = "12"


class Addressing(msgspec.Struct, frozen=True, kw_only=True):
    """What an answer repeats of the message: persons, office or State, transport document."""

    declarant: str = ""
    representative: str = ""
    carrier: str = ""
    office: str = ""
    state: str = ""
    paper: SupportingDocument | None = None


class Entity(msgspec.Struct, frozen=True, kw_only=True):
    """A part of an ENS with its state: type of list CL721, state of list CL744."""

    type: str
    identification: str
    state: str


def addressing(document: Document) -> Addressing:
    """Return what answers repeat of a filing."""
    houses = document.consignments
    papers = [*document.transport_documents]
    papers += [paper for house in houses for paper in (*house.master_documents, *_own(house))]
    return Addressing(
        declarant=_eori(document.declarant),
        representative=_eori(document.representative),
        carrier=_eori(document.carrier),
        office=document.office_of_first_entry,
        state=document.addressed_state or "",
        paper=next(iter(papers), None),
    )


def _own(house: object) -> Sequence[SupportingDocument]:
    return getattr(house, "transport_documents", ())


def _eori(party: Party | None) -> str:
    return (party.identifier or "") if party else ""


def write_registration(
    document: Document, *, lrn: str, filing: str, mrn: str, at: datetime
) -> bytes:
    """Return an IE3R01: the filing of that type is registered under an MRN."""
    return write_told(
        "IE3R01",
        addressing(document),
        LRN=lrn,
        MRN=mrn,
        registrationDate=time_text(at),
        SpecificCircumstanceIndicator=filing,
    )


def write_amendment(document: Document, *, mrn: str, at: datetime) -> bytes:
    """Return an IE3N10: the amendment is the filing now."""
    return write_told("IE3N10", addressing(document), MRN=mrn, completionDate=time_text(at))


def write_invalidation(told: Addressing, *, mrn: str, at: datetime) -> bytes:
    """Return an IE3R07: the filing counts no longer."""
    return write_told("IE3R07", told, MRN=mrn, completionDate=time_text(at))


def write_rejection(
    told: Addressing, findings: Sequence[Finding], *, reference: str, at: datetime
) -> bytes:
    """Return an IE3N99: the message is rejected for what it says. Needs a finding."""
    return write_told(
        "IE3N99",
        told,
        functionalReference=reference,
        notificationDate=time_text(at),
        error=errors(findings),
    )


def write_refusal(
    told: Addressing, findings: Sequence[Finding], *, lrn: str, mrn: str, at: datetime
) -> bytes:
    """Return an IE3N01: the message is refused for the state of the filing. Needs a finding."""
    return write_told(
        "IE3N01", told, LRN=lrn, MRN=mrn, notificationDate=time_text(at), error=errors(findings)
    )


def write_incomplete(
    document: Document, *, mrn: str, office: str, missing: Iterable[str], at: datetime
) -> bytes:
    """Return an IE3N02: filings of these persons are missing below a master. Needs a person."""
    told = addressing(document)
    people: list[Content] = [{"identificationNumber": eori} for eori in missing]
    return write(
        "IE3N02",
        {
            "MRN": mrn,
            "notificationDate": time_text(at),
            "supplementaryDeclarant": people,
            "representative": person(told.representative),
            "transportDocument": paper_content(told.paper) if told.paper else None,
            "declarant": person(told.declarant),
            "customsOfficeOfFirstEntry": {"referenceNumber": office},
        },
    )


def write_expected(paper: SupportingDocument, *, office: str, named: str, at: datetime) -> bytes:
    """Return an IE3N11: a filing of this person is expected below the document."""
    return write(
        "IE3N11",
        {
            "notificationDate": time_text(at),
            "transportDocument": paper_content(paper),
            "customsOfficeOfFirstEntry": {"referenceNumber": office},
            "supplementaryDeclarant": {"identificationNumber": named},
        },
    )


def write_states(entities: Iterable[Entity], *, reference: str) -> bytes:
    """Return an IE3R08: in what state the parts of an ENS are. Needs an entity."""
    found: list[Content] = [
        {"type": one.type, "identification": one.identification, "state": one.state}
        for one in entities
    ]
    return write("IE3R08", {"functionalReference": reference, "ENSEntity": found})


def write_told(message: str, told: Addressing, **content: Value) -> bytes:
    """Return a message with this content, and with what it repeats of the filing."""
    return write(message, {**content, **_groups(told)})


def _groups(told: Addressing) -> dict[str, Value]:
    paper = told.paper
    return {
        "addressedMemberState": {"country": told.state} if told.state else None,
        "representative": person(told.representative),
        "transportDocument": paper_content(paper) if paper else None,
        "carrier": person(told.carrier),
        "declarant": person(told.declarant),
        "customsOfficeOfFirstEntry": {"referenceNumber": told.office} if told.office else None,
    }


def paper_content(paper: SupportingDocument) -> Content:
    """Return the group of a transport document."""
    return {"documentNumber": paper.reference, "type": paper.type}


def person(eori: str) -> Content | None:
    """Return the group of a person, None of nobody."""
    return {"identificationNumber": eori} if eori else None


def errors(findings: Iterable[Finding]) -> list[Content]:
    """Return the groups of the findings."""
    return [
        {
            "description": " ".join(filter(None, [finding.text, _rule(finding)])),
            "validationCode": _code(finding),
            "pointer": {"messageElementPath": finding.location or "/"},
        }
        for finding in findings
    ]


def _rule(finding: Finding) -> str:
    return f"({finding.rule})" if finding.rule else ""


def _code(finding: Finding) -> str:
    return finding.code if finding.code in code_list("CL723") else WRONG_VALUE


def time_text(at: datetime) -> str:
    """Return a time as ICS2 writes it, in UTC."""
    return at.astimezone(UTC).strftime(TIME_FORM)
