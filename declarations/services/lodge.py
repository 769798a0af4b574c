"""Lodging: an accepted declaration becomes a filing with its MRN, and an ENS to be analysed."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypedDict
from uuid import UUID

import msgspec

from customs_portal.bulk import next_ids
from customs_portal.events.services import NewEvent, record_many
from customs_portal.findings import Finding, Stage
from declarations.document import Document
from declarations.events import FILING_REGISTERED
from declarations.filing_types import FilingLevel, filing_types
from declarations.models import Ens, Filing
from declarations.mrn import SEQUENCE, make_filing_mrn, make_mrn
from declarations.services.addressed import responsible_office
from declarations.services.clocks import start_clocks
from declarations.services.link_keys import claim, key_taken, unregister, write_keys
from declarations.services.linking import ask_to_link
from declarations.services.locks import assert_in_transaction
from declarations.services.registering import (
    FREE_LRN,
    Ids,
    Registration,
    claim_filings,
    number_registrations,
    offices_on_the_way,
    write_registered,
)
from declarations.traffic import analysis_ends_at, late_minutes

DUPLICATE, DUPLICATE_LRN = "26", "94"


class Lodgement(msgspec.Struct, frozen=True, kw_only=True):
    """A declaration that has passed every check of content, and how it reached us."""

    document: Document
    message_id: int
    sender: str
    received_at: datetime
    correlation: UUID | None = None


class Lodged(msgspec.Struct, frozen=True, kw_only=True):
    """The declaration is registered."""

    filing: int
    ens: int
    mrn: str


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """The declaration is not registered, for these reasons; nothing was written."""

    findings: list[Finding]


def lodge(lodgements: Sequence[Lodgement], *, at: datetime) -> list[Lodged | Refused]:
    """Register the declarations; one result for each, in their order.

    Refused is only what an accepted filing of the same person lodging has used the LRN for
    (functional error 26, rule R891; of ICS2 94, rule R3003), and in ICS2 what a live filing has the
    transport document for (81); the earlier in the sequence wins.
    """
    assert_in_transaction()
    numbered = _number(lodgements, at)
    won = claim_filings(numbered, FREE_LRN)
    linked = [each for each in numbered if each.ids.filing in won and each.is_linked]
    twice = claim([(each.ids.filing, each.document) for each in linked])
    unregister(twice)
    won -= twice
    accepted = [
        (registration, lodgement)
        for registration, lodgement in zip(numbered, lodgements, strict=True)
        if registration.ids.filing in won
    ]
    registered = [registration for registration, _ in accepted]
    write_registered(registered, at=at)
    start_clocks([(each.ids.ens, each.document, each.lodged_at) for each in registered])
    write_keys([(each.ids.filing, each.document) for each in registered if each.is_linked])
    record_many([_registered(each, lodgement, at) for each, lodgement in accepted])
    ask_to_link([(e.ids.filing, e.ids.ens, e.mrn) for e in registered if e.is_linked], at=at)
    return [_result(each, won, twice) for each in numbered]


def _result(each: Registration, won: set[int], twice: set[int]) -> Lodged | Refused:
    if each.ids.filing in won:
        return _lodged(each)
    if each.ids.filing in twice:
        return Refused(findings=[key_taken(each.document)])
    return lrn_taken(each.document)


def _number(lodgements: Sequence[Lodgement], at: datetime) -> list[Registration]:
    serials = next_ids({SEQUENCE: len(lodgements)})[SEQUENCE]
    ids = number_registrations(len(lodgements))
    return [
        _registration(lodgement, own, serial, at)
        for lodgement, own, serial in zip(lodgements, ids, serials, strict=True)
    ]


def _registration(lodgement: Lodgement, ids: Ids, serial: int, at: datetime) -> Registration:
    document, received = lodgement.document, lodgement.received_at
    office = responsible_office(document, at)
    return Registration(
        ids=ids,
        document=document,
        mrn=_mrn(document, office, serial, at),
        message_id=lodgement.message_id,
        sender=lodgement.sender,
        lodged_at=received,
        registered_at=at,
        analysis_ends_at=analysis_ends_at(document, received),
        late_minutes=late_minutes(document, received),
        office=office,
        offices=offices_on_the_way(document) or [office],
        **_standing(document),
    )


def _mrn(document: Document, office: str, serial: int, at: datetime) -> str:
    if document.type in filing_types():
        return make_filing_mrn(country=office[:2], number=serial, at=at)
    return make_mrn(office=office, number=serial, at=at)


class _Standing(TypedDict):
    """In what a filing begins (LIFECYCLE 1b, E1, E2)."""

    status: str
    completeness: str
    link: str


def _standing(document: Document) -> _Standing:
    """A master waits for the houses that it names, a house for its master.

    One that is analysed before loading is ready for that at once.
    """
    kind = filing_types().get(document.type)
    if kind is None:
        return {"status": Ens.Status.READY, "completeness": "", "link": ""}
    if kind.level is FilingLevel.HOUSE:
        ready = Ens.Status.READY if kind.preloading else Ens.Status.FORMING
        return {"status": ready, "completeness": "", "link": Filing.Link.PENDING}
    if kind.level is FilingLevel.MASTER and awaits_houses(document):
        waits = Ens.Completeness.PENDING
        return {"status": Ens.Status.FORMING, "completeness": waits, "link": ""}
    whole = Ens.Completeness.COMPLETE
    return {"status": Ens.Status.READY, "completeness": whole, "link": ""}


def awaits_houses(document: Document) -> bool:
    """Whether a master names who has still to file, or receptacles whose items are filed apart."""
    below = (one for each in document.consignments for one in each.supplementary_declarants)
    return bool(document.supplementary_declarants or document.receptacles or any(below))


def _registered(each: Registration, lodgement: Lodgement, at: datetime) -> NewEvent:
    return NewEvent(
        kind=FILING_REGISTERED,
        at=at,
        stream=each.ids.ens,
        correlation=lodgement.correlation,
        data={
            "filing": each.ids.filing,
            "filing_version": each.ids.filing_version,
            "ens": each.ids.ens,
            "ens_version": each.ids.ens_version,
            "version": 1,
            "mrn": each.mrn,
            "lrn": each.document.lrn,
            "declarant": each.document.declarant.identifier,
            "message": lodgement.message_id,
            "weight": each.document.weight(),
        },
    )


def _lodged(each: Registration) -> Lodged:
    return Lodged(filing=each.ids.filing, ens=each.ids.ens, mrn=each.mrn)


def lrn_taken(document: Document) -> Refused:
    """Return the refusal of a declaration whose LRN belongs to an accepted one."""
    of_ics2 = document.type in filing_types()
    return Refused(
        findings=[
            Finding(
                code=DUPLICATE_LRN if of_ics2 else DUPLICATE,
                rule="R3003" if of_ics2 else "R891",
                location="lrn",
                value=document.lrn or "",
                text="This LRN belongs to an accepted declaration of the same person.",
                stage=Stage.LIFECYCLE,
            )
        ]
    )
