"""Declarations lodged in another State, as its messages tell us of them (LIFECYCLE section 7)."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from django.conf import settings

from customs_portal.findings import Finding, Stage
from declarations.document import Document
from declarations.lifecycle.out_of_sequence import MRN_IN_USE, UNKNOWN_MRN
from declarations.models import Ens, Filing, ReceivedTransmission
from declarations.services.locks import lock_ens
from declarations.services.new_version import ANALYSIS_AGAIN, NewVersion
from declarations.services.registering import (
    FREE_MRN,
    Registration,
    claim_filings,
    number_registrations,
    write_registered,
)
from declarations.subjects import current_document

WITHDRAWN = "N"
"""The result by which an announced risk is withdrawn. Codes of results are not public."""
ORDER = ("A", "B", "C")
"""Results from the most urgent on; what else another State says counts like the last."""


class ToldResult(msgspec.Struct, frozen=True, kw_only=True):
    """One result of the analysis of another State; without an item it concerns the whole."""

    code: str
    text: str = ""
    item: int | None = None


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A declaration as another State tells of it; `prepared_at` says which of two is newer."""

    message: str
    country: str
    document: Document
    mrn: str
    submitted_at: datetime
    registered_at: datetime
    prepared_at: datetime
    message_id: int
    received_at: datetime
    results: tuple[ToldResult, ...] = ()
    correlation: UUID | None = None

    @property
    def is_withdrawal(self) -> bool:
        """Whether the State says that there is no risk any longer."""
        return bool(self.results) and all(each.code == WITHDRAWN for each in self.results)

    @property
    def gravest(self) -> ToldResult | None:
        """Return the most urgent result, None where there is none."""
        return min(self.results, key=lambda each: gravity(each.code), default=None)


def gravity(code: str) -> int:
    """Return the place of a result: the lower, the more urgent."""
    if code == WITHDRAWN:
        return len(ORDER) + 1
    return ORDER.index(code) if code in ORDER else len(ORDER)


def lock_told(told: Sequence[Told]) -> dict[str, Ens]:
    """Lock what we know of these declarations and return it by MRN."""
    known = Ens.objects.filter(mrn__in={each.mrn for each in told}).values_list("pk", flat=True)
    return {ens.mrn: ens for ens in lock_ens(list(known)).values()}


def judge(told: Sequence[Told], roles: Collection[str]) -> list[Sequence[Finding]]:
    """Return for each why it would be refused now; nothing is written."""
    known = {ens.mrn: ens for ens in Ens.objects.filter(mrn__in={each.mrn for each in told})}
    return [against(each, known.get(each.mrn), roles) for each in told]


def against(told: Told, ens: Ens | None, roles: Collection[str]) -> Sequence[Finding]:
    """A State tells of what was lodged with it, and again of what we have in one of these roles."""
    if ens is None:
        ours = told.mrn[2:4] == settings.CUSTOMS_COUNTRY
        return [unknown_mrn(told.mrn)] if ours else []
    if ens.role in roles and told_by(ens) == told.country:
        return []
    return [mrn_in_use(told.mrn)]


def told_by(ens: Ens) -> str:
    """Return the State that told us of an ENS, empty where it was lodged with us."""
    return str(Filing.objects.values_list("received_from", flat=True).get(membership__ens=ens))


def is_newer(told: Told, ens: Ens) -> bool:
    """Whether it was not prepared before what we know; the minute is all that messages tell."""
    kept = ReceivedTransmission.objects.filter(ens=ens, country=told.country, set_aside=False)
    return not kept.filter(prepared_at__gt=told.prepared_at).exists()


def keep(told: Told, ens: Ens, *, set_aside: bool) -> ReceivedTransmission:
    """Keep what was told, with the version that it is about."""
    return ReceivedTransmission.objects.create(
        ens=ens,
        message=told.message,
        country=told.country,
        message_id=told.message_id,
        prepared_at=told.prepared_at,
        received_at=told.received_at,
        version=ens.version,
        results=[msgspec.to_builtins(each) for each in told.results],
        set_aside=set_aside,
    )


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """What we are for a declaration: our role, and the offices that it concerns."""

    role: str
    status: str
    office: str
    offices: tuple[str, ...]


def register_told(told: Told, place: Place, *, at: datetime) -> Ens | None:
    """Register the declaration under its MRN; None where another transaction was first."""
    [ids] = number_registrations(1)
    registration = Registration(
        ids=ids,
        document=told.document,
        mrn=told.mrn,
        message_id=told.message_id,
        sender=told.document.declarant.identifier or "",
        lodged_at=told.submitted_at,
        registered_at=told.registered_at,
        analysis_ends_at=told.received_at + ANALYSIS_AGAIN,
        late_minutes=None,
        office=place.office,
        offices=place.offices,
        role=place.role,
        status=place.status,
        received_from=told.country,
    )
    if not claim_filings([registration], FREE_MRN):
        return None
    write_registered([registration], at=at)
    return lock_ens([ids.ens])[ids.ens]


def as_new_version(told: Told, ens: Ens, offices: Sequence[str]) -> NewVersion | None:
    """Return the next version of the declaration, None where it says what we know already."""
    return None if told.document == current_document(ens) else new_version(told, ens, offices)


def new_version(told: Told, ens: Ens, offices: Sequence[str]) -> NewVersion:
    """Return what was told as the next version of the declaration."""
    return NewVersion(
        filing=Filing.objects.get(membership__ens=ens),
        ens=ens,
        document=told.document,
        message_id=told.message_id,
        sender=told.document.declarant.identifier or "",
        received_at=told.received_at,
        correlation=told.correlation,
        offices=tuple(offices),
    )


def facts(told: Told, ens: Ens) -> Mapping[str, object]:
    """Return what an event tells of a transmission."""
    return {
        "message": told.message_id,
        "message_name": told.message,
        "country": told.country,
        "mrn": told.mrn,
        "ens": ens.pk,
        "version": ens.version,
        "codes": ", ".join(dict.fromkeys(each.code for each in told.results)) or "-",
    }


def unknown_mrn(mrn: str) -> Finding:
    """Return the finding on an MRN of ours that was never given (error 90)."""
    return Finding(
        code=UNKNOWN_MRN,
        location="HEAHEA.DocNumHEA5",
        value=mrn,
        text="This MRN is not known.",
        stage=Stage.LIFECYCLE,
    )


def mrn_in_use(mrn: str) -> Finding:
    """Return the finding on a declaration that is not the sender's to tell of (error 91)."""
    return Finding(
        code=MRN_IN_USE,
        location="HEAHEA.DocNumHEA5",
        value=mrn,
        text="This MRN is in use: the declaration came here another way.",
        stage=Stage.LIFECYCLE,
    )
