"""Lodging: an accepted declaration becomes a filing with its MRN, and an ENS to be analysed."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from customs_portal.bulk import next_ids
from customs_portal.events.services import NewEvent, record_many
from customs_portal.findings import Finding, Stage
from declarations.document import Document
from declarations.events import FILING_REGISTERED
from declarations.mrn import SEQUENCE, make_mrn
from declarations.services.clocks import start_clocks
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

DUPLICATE = "26"


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
    (functional error 26, rule R891); the earlier in the sequence wins.
    """
    assert_in_transaction()
    numbered = _number(lodgements, at)
    won = claim_filings(numbered, FREE_LRN)
    accepted = [
        (registration, lodgement)
        for registration, lodgement in zip(numbered, lodgements, strict=True)
        if registration.ids.filing in won
    ]
    registered = [registration for registration, _ in accepted]
    write_registered(registered, at=at)
    start_clocks([(each.ids.ens, each.document, each.lodged_at) for each in registered])
    record_many([_registered(each, lodgement, at) for each, lodgement in accepted])
    return [_lodged(e) if e.ids.filing in won else lrn_taken(e.document) for e in numbered]


def _number(lodgements: Sequence[Lodgement], at: datetime) -> list[Registration]:
    serials = next_ids({SEQUENCE: len(lodgements)})[SEQUENCE]
    ids = number_registrations(len(lodgements))
    return [
        _registration(lodgement, own, serial, at)
        for lodgement, own, serial in zip(lodgements, ids, serials, strict=True)
    ]


def _registration(lodgement: Lodgement, ids: Ids, serial: int, at: datetime) -> Registration:
    document, received = lodgement.document, lodgement.received_at
    return Registration(
        ids=ids,
        document=document,
        mrn=make_mrn(office=document.office_of_first_entry, number=serial, at=at),
        message_id=lodgement.message_id,
        sender=lodgement.sender,
        lodged_at=received,
        registered_at=at,
        analysis_ends_at=analysis_ends_at(document, received),
        late_minutes=late_minutes(document, received),
        office=document.office_of_first_entry.upper(),
        offices=offices_on_the_way(document),
    )


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
        },
    )


def _lodged(each: Registration) -> Lodged:
    return Lodged(filing=each.ids.filing, ens=each.ids.ens, mrn=each.mrn)


def lrn_taken(document: Document) -> Refused:
    """Return the refusal of a declaration whose LRN belongs to an accepted one."""
    return Refused(
        findings=[
            Finding(
                code=DUPLICATE,
                rule="R891",
                location="lrn",
                value=document.lrn or "",
                text="This LRN belongs to an accepted declaration of the same person.",
                stage=Stage.LIFECYCLE,
            )
        ]
    )
