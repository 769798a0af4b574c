"""Filings of other Member States that we are asked to screen: kept apart, analysed at once."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from customs_portal.events.services import NewEvent, record_many
from customs_portal.findings import Finding
from declarations.clocks import Clock, ClockKind
from declarations.events import ENS_SCREENING_REQUESTED
from declarations.models import Ens, EnsVersion
from declarations.services.clocks import replace_clocks
from declarations.services.locks import assert_in_transaction
from declarations.services.new_version import analyse_again, write_documents
from declarations.services.registering import offices_on_the_way
from declarations.services.results import Refused
from declarations.services.take_over import national_office
from declarations.services.transmissions import (
    Place,
    Told,
    against,
    facts,
    judge,
    lock_told,
    new_version,
    register_told,
)

MESSAGE = "XF4Q01"
_ROLES = frozenset({Ens.OurRole.INVOLVED})


class ScreeningRequested(msgspec.Struct, frozen=True, kw_only=True):
    """A filing of another State that we are to screen, with until when."""

    told: Told
    answer_by: datetime


class ToScreen(msgspec.Struct, frozen=True, kw_only=True):
    """The ENS and version that we made of it; `is_again` if we were asked about it before."""

    ens: int
    ens_version: int
    is_again: bool


def receive_to_screen(
    requests: Sequence[ScreeningRequested], *, at: datetime
) -> list[ToScreen | Refused]:
    """Take the filings in, each as a version of its own; one result for each, in their order.

    Refused is what names a declaration of ours or one that came here another way (90, 91); then
    nothing is written. The caller has open assessments of what is asked again superseded.
    """
    assert_in_transaction()
    known = lock_told([each.told for each in requests])
    return [_receive(each, known, at) for each in requests]


def judge_to_screen(told: Sequence[Told]) -> list[Sequence[Finding]]:
    """Return for each why it would be refused now; nothing is written."""
    return judge(told, _ROLES)


def _receive(
    request: ScreeningRequested, known: dict[str, Ens], at: datetime
) -> ToScreen | Refused:
    told = request.told
    ens = known.get(told.mrn)
    wrong = against(told, ens, _ROLES)
    if wrong:
        return Refused(findings=list(wrong))
    is_again = ens is not None
    if ens is None:
        ens = register_told(told, _place(told), at=at)
        if ens is None:
            return _receive(request, known | lock_told([told]), at)
        known[told.mrn] = ens
    else:
        _renew(told, ens, at)
    version = _begin(request, ens, at)
    return ToScreen(ens=ens.pk, ens_version=version, is_again=is_again)


def _place(told: Told) -> Place:
    """The risk centre looks at it; the offices on its way are those of the others."""
    office = national_office()
    return Place(
        role=Ens.OurRole.INVOLVED,
        status=Ens.Status.READY,
        office=office,
        offices=_offices(told, office),
    )


def _offices(told: Told, office: str) -> tuple[str, ...]:
    return tuple(offices_on_the_way(told.document)) or (office,)


def _renew(told: Told, ens: Ens, at: datetime) -> None:
    """Write what is asked again as a new version: it is screened by the rules of now."""
    version = new_version(told, ens, _offices(told, ens.office_of_first_entry))
    write_documents([version], at=at)
    analyse_again([version], at=at)
    ens.refresh_from_db()


def _begin(request: ScreeningRequested, ens: Ens, at: datetime) -> int:
    """Start the clock of the answer, have the version assessed, and return its id."""
    told, ends = request.told, max(request.answer_by, at)
    Ens.objects.filter(pk=ens.pk).update(analysis_ends_at=ends)
    clock = Clock(kind=ClockKind.ANALYSIS, started_at=at, ends_at=ends)
    replace_clocks(ens.pk, [clock], at=at)
    version = EnsVersion.objects.values_list("pk", flat=True).get(ens=ens, number=ens.version)
    data = {**facts(told, ens), "ens_version": version}
    record_many(
        [
            NewEvent(
                kind=ENS_SCREENING_REQUESTED,
                at=at,
                stream=ens.pk,
                correlation=told.correlation,
                data=data,
            )
        ]
    )
    return version
