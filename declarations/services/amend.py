"""Amending: a full replacement becomes the next version of a filing (UCC Art. 129)."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from customs_portal.accounts.models import Mandate
from customs_portal.events.services import NewEvent, record_many
from declarations.checks import filing_amendment
from declarations.checks.amendment import Against, Asked, Known, first_against, may_amend
from declarations.document import Document
from declarations.events import AMENDMENT_REFUSED, FILING_APPROACHED
from declarations.filing_types import filing_types
from declarations.services.linking import link_anew
from declarations.services.locks import assert_in_transaction
from declarations.services.new_version import NewVersion, write_versions
from declarations.services.standing import (
    Standing,
    ens_of,
    lock_ens_of,
    representatives,
    standings,
)


class Amendment(msgspec.Struct, frozen=True, kw_only=True):
    """An amendment whose content is right, and how it reached us."""

    document: Document
    message_id: int
    sender: str
    received_at: datetime
    correlation: UUID | None = None

    @property
    def mrn(self) -> str:
        """Return the MRN that is to be amended."""
        return self.document.mrn or ""


class Amended(msgspec.Struct, frozen=True, kw_only=True):
    """The amendment is the declaration now."""

    ens: int
    mrn: str
    version: int


class AmendmentRefused(msgspec.Struct, frozen=True, kw_only=True):
    """The declaration stays as it was, for these reasons; `mrn` is empty where it is not known."""

    against: Against
    mrn: str = ""


def amend(amendments: Sequence[Amendment], *, at: datetime) -> list[Amended | AmendmentRefused]:
    """Make each amendment the next version of its filing; one result for each, in their order.

    Several of one ENS follow each other. A refused one changes nothing. The caller
    has the assessments of the amended ENS superseded in the same transaction.
    """
    assert_in_transaction()
    found = lock_ens_of([amendment.mrn for amendment in amendments])
    results: dict[int, Amended | AmendmentRefused] = {}
    for turn in _turns([found.get(each.mrn, each.mrn) for each in amendments]):
        results |= _take_turn({place: amendments[place] for place in turn}, found, at)
    return [results[place] for place in range(len(amendments))]


def judge_amendments(
    amendments: Sequence[Amendment], *, at: datetime
) -> list[AmendmentRefused | None]:
    """Return for each amendment why it would be refused now, None if not; nothing is written."""
    found = ens_of([amendment.mrn for amendment in amendments])
    standing = standings(found.values(), at, mrns=found)
    entitled = _entitled(amendments, standing, at)
    return [_refusal(each, standing.get(each.mrn), entitled) for each in amendments]


def _turns(owners: Sequence[int | str]) -> Iterator[list[int]]:
    """Yield places such that no turn has two of one owner, and those of one keep their order."""
    waiting = list(range(len(owners)))
    while waiting:
        turn = list({owners[place]: place for place in reversed(waiting)}.values())
        yield sorted(turn)
        waiting = [place for place in waiting if place not in set(turn)]


def _take_turn(
    turn: dict[int, Amendment], found: dict[str, int], at: datetime
) -> dict[int, Amended | AmendmentRefused]:
    ours = {each.mrn: found[each.mrn] for each in turn.values() if each.mrn in found}
    standing = standings(ours.values(), at, mrns=ours)
    entitled = _entitled(list(turn.values()), standing, at)
    results: dict[int, Amended | AmendmentRefused] = {}
    versions: list[NewVersion] = []
    events: list[NewEvent] = []
    for place, amendment in turn.items():
        known = standing.get(amendment.mrn)
        refused = _refusal(amendment, known, entitled)
        if refused:
            results[place] = refused
            events += _told(amendment, refused, known, at)
            continue
        assert known is not None
        versions.append(_version(amendment, known))
        results[place] = Amended(ens=known.ens.pk, mrn=amendment.mrn, version=known.ens.version + 1)
    write_versions(versions, at=at)
    link_anew([(each.filing, each.ens, each.document) for each in versions], at=at)
    record_many(events)
    return results


Pairs = frozenset[tuple[str, str]]


def _entitled(
    amendments: Sequence[Amendment], standing: dict[str, Standing], at: datetime
) -> Pairs:
    """Return the (person lodging, representative) of these amendments with a live mandate."""
    pairs = [
        (standing[each.mrn].filing.declarant, each.sender)
        for each in amendments
        if each.mrn in standing
    ]
    return representatives(pairs, Mandate.Scope.AMEND, at)


def _refusal(
    amendment: Amendment, standing: Standing | None, entitled: Pairs
) -> AmendmentRefused | None:
    known = known_of(standing, amendment.sender, entitled) if standing else None
    asked = Asked(sender=amendment.sender, document=amendment.document, known=known)
    of_ics2 = amendment.document.type in filing_types()
    against = first_against(asked, filing_amendment.TO_AMEND) if of_ics2 else may_amend(asked)
    if against is None:
        return None
    return AmendmentRefused(against=against, mrn=amendment.mrn if against.known else "")


def known_of(standing: Standing, sender: str, entitled: Pairs) -> Known:
    """Return what is known of a filing, as the guards ask it."""
    filing = standing.filing
    represents = (filing.declarant, sender) in entitled
    allowed = {filing.declarant, sender} if represents else {filing.declarant}
    return Known(
        situation=standing.situation,
        declarant=filing.declarant,
        office=filing.office_of_first_entry,
        entitled=allowed,
        concerned=standing.people | allowed,
        examination_announced=standing.examination_announced,
        document=standing.document,
    )


def _version(amendment: Amendment, standing: Standing) -> NewVersion:
    return NewVersion(
        filing=standing.filing,
        ens=standing.ens,
        document=_replacing(amendment.document, standing),
        message_id=amendment.message_id,
        sender=amendment.sender,
        received_at=amendment.received_at,
        correlation=amendment.correlation,
        offices=() if amendment.document.office_of_first_entry else standing.offices,
    )


def _replacing(document: Document, standing: Standing) -> Document:
    """Return the document with the LRN of its filing, and with masters that were told by F25."""
    new = msgspec.structs.replace(document, lrn=standing.filing.lrn)
    if standing.document is None:
        return new
    told = {house.key: house for house in standing.document.consignments}
    houses = tuple(
        house
        if house.master_documents or house.key not in told
        else msgspec.structs.replace(
            house,
            master_documents=told[house.key].master_documents,
            carrier=house.carrier or told[house.key].carrier,
        )
        for house in new.consignments
    )
    return msgspec.structs.replace(new, consignments=houses)


def _told(
    amendment: Amendment, refused: AmendmentRefused, standing: Standing | None, at: datetime
) -> list[NewEvent]:
    """Return the event that is answered, and the attempt of who may not know of the MRN."""
    known = standing if refused.against.known else None
    told = [
        refused_event(
            RefusedAmendment(
                message_id=amendment.message_id,
                sender=amendment.sender,
                mrn=amendment.mrn,
                office=amendment.document.office_of_first_entry,
                amended_at=amendment.document.declared_at or amendment.received_at,
                motivation=refused.against.motivation,
                correlation=amendment.correlation,
                ens=known.ens.pk if known else None,
            ),
            at,
        )
    ]
    if standing and not known:
        told.append(approached_event(standing.ens.pk, amendment.sender, amendment.message_id, at))
    return told


def approached_event(
    ens: int, sender: str, message: int | None, at: datetime, *, person: int | None = None
) -> NewEvent:
    """Return the record of an attempt on an MRN by somebody who may not know of it.

    What a `person` tried on a page, and what would be refused, came in no message.
    """
    data = {"sender": sender, "message": message}
    return NewEvent(kind=FILING_APPROACHED, at=at, stream=ens, actor=person, data=data)


class RefusedAmendment(msgspec.Struct, frozen=True, kw_only=True):
    """An amendment that is refused, with what its answer repeats of it."""

    message_id: int
    sender: str
    mrn: str
    office: str
    amended_at: datetime
    motivation: str
    correlation: UUID | None = None
    ens: int | None = None


def refused_event(refused: RefusedAmendment, at: datetime) -> NewEvent:
    """Return the event of a refused amendment, from which IE305 follows."""
    return NewEvent(
        kind=AMENDMENT_REFUSED,
        at=at,
        stream=refused.ens,
        correlation=refused.correlation,
        data={
            "message": refused.message_id,
            "sender": refused.sender,
            "mrn": refused.mrn,
            "office": refused.office,
            "amended_at": refused.amended_at,
            "motivation": refused.motivation,
            **({"ens": refused.ens} if refused.ens else {}),
        },
    )
