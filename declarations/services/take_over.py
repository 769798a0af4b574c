"""Taking declarations over that were lodged in another State (IE301, IE303).

The means first arrives with us: we are the actual office of first entry. Whatever the declared
office found, we analyse again with our own rules.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.conf import settings

from customs_portal.events.kinds import Kind
from customs_portal.events.services import NewEvent, record_many
from customs_portal.findings import Finding
from customs_portal.reference.models import Office
from declarations.clocks import ClockKind, clocks_of, start
from declarations.events import ENS_TAKEN_OVER, ENS_TOLD_AGAIN
from declarations.lifecycle import NOTICE, move
from declarations.models import Ens, EnsVersion, EntryLeg, SubsequentEntryNotice
from declarations.services.clocks import replace_clocks
from declarations.services.locks import assert_in_transaction
from declarations.services.new_version import ANALYSIS_AGAIN, analyse_again, write_documents
from declarations.services.results import Refused
from declarations.services.transmissions import (
    Place,
    Told,
    against,
    as_new_version,
    facts,
    is_newer,
    judge,
    keep,
    lock_told,
    register_told,
)

_ROLES = frozenset(Ens.OurRole) - {Ens.OurRole.INVOLVED}


class TakeOver(msgspec.Struct, frozen=True, kw_only=True):
    """A declaration to be taken over; `office` is where the means arrived, empty if unknown."""

    told: Told
    office: str = ""


class TakenOver(msgspec.Struct, frozen=True, kw_only=True):
    """The declaration is ours to analyse; `is_anew` if this is its first version or a new one."""

    ens: int
    mrn: str
    is_anew: bool = True


def take_over(orders: Sequence[TakeOver], *, at: datetime) -> list[TakenOver | Refused]:
    """Take the declarations over; one result for each, in their order.

    Refused is what names a declaration of ours or one that another State told us of (90, 91); then
    nothing is written. The caller has open assessments of what is taken over anew superseded.
    """
    assert_in_transaction()
    known = lock_told([order.told for order in orders])
    return [_take_over(order, known, at) for order in orders]


def judge_take_overs(told: Sequence[Told]) -> list[Sequence[Finding]]:
    """Return for each why it would be refused now; nothing is written."""
    return judge(told, _ROLES)


def _take_over(order: TakeOver, known: dict[str, Ens], at: datetime) -> TakenOver | Refused:
    told, ens = order.told, known.get(order.told.mrn)
    wrong = against(told, ens, _ROLES)
    if wrong:
        return Refused(findings=list(wrong))
    if ens is not None:
        return _again(order, ens, at)
    ens = register_told(told, _place(order), at=at)
    if ens is None:
        return _take_over(order, known | lock_told([told]), at)
    known[told.mrn] = ens
    keep(told, ens, set_aside=False)
    _start_clocks(told, ens, at)
    return _taken_over(told, ens, at)


def _place(order: TakeOver) -> Place:
    office = order.office or _office(order.told)
    declared = order.told.document.office_of_first_entry.upper()
    role = Ens.OurRole.FIRST_ENTRY if office == declared else Ens.OurRole.ACTUAL_FIRST_ENTRY
    return Place(
        role=role,
        status=Ens.Status.READY,
        office=office,
        offices=_offices(order.told, office),
    )


def _office(told: Told) -> str:
    """Return the office of ours that is responsible until the means is here.

    IE301 does not say where it goes: an office of ours that is declared, else the risk centre.
    """
    ours, document = settings.CUSTOMS_COUNTRY, told.document
    declared = (document.office_of_first_entry, *document.subsequent_offices)
    own = [each.upper() for each in declared if each[:2].upper() == ours]
    return own[0] if own else national_office()


def national_office() -> str:
    """Return the risk centre, where there is none our first office."""
    ours = settings.CUSTOMS_COUNTRY
    national = Office.objects.filter(country=ours).order_by("reference")
    centre = national.risk_centres().first() or national.first()
    return centre.reference if centre else ours


def _offices(told: Told, office: str) -> tuple[str, ...]:
    """Return our office and the later ones; the declared first office is no longer on the way."""
    later = (each.upper() for each in told.document.subsequent_offices)
    return tuple(dict.fromkeys((office, *later)))


def _start_clocks(told: Told, ens: Ens, at: datetime) -> None:
    """Analyse at once; whether goods may be loaded was for the declared office to say."""
    analysis = start(ClockKind.ANALYSIS, at=told.received_at, length=ANALYSIS_AGAIN)
    arrival = [
        clock
        for clock in clocks_of(told.document, told.received_at)
        if clock.kind in (ClockKind.ARRIVAL, ClockKind.RECONCILIATION)
    ]
    replace_clocks(ens.pk, [analysis, *arrival], at=at)


def _again(order: TakeOver, ens: Ens, at: datetime) -> TakenOver:
    """Take over what that State told us of before: as a later office, or twice."""
    told = order.told
    was_later = ens.role == Ens.OurRole.SUBSEQUENT_ENTRY
    if not was_later and not is_newer(told, ens):
        keep(told, ens, set_aside=True)
        record_many([_event(ENS_TOLD_AGAIN, told, ens, at)])
        return TakenOver(ens=ens.pk, mrn=ens.mrn, is_anew=False)
    if was_later:
        _become_first(order, ens, at)
    is_new = _renew(told, ens, at)
    keep(told, ens, set_aside=False)
    if was_later or is_new:
        return _taken_over(told, ens, at)
    record_many([_event(ENS_TOLD_AGAIN, told, ens, at)])
    return TakenOver(ens=ens.pk, mrn=ens.mrn, is_anew=False)


def _become_first(order: TakeOver, ens: Ens, at: datetime) -> None:
    """Turn a declaration of which we were a later office into one that is ours to analyse."""
    place = _place(order)
    ens.role, ens.status, ens.office_of_first_entry = place.role, place.status, place.office
    ens.analysis_ends_at = order.told.received_at + ANALYSIS_AGAIN
    ens.save(update_fields=["role", "status", "office_of_first_entry", "analysis_ends_at"])
    EntryLeg.objects.filter(ens=ens).delete()
    EntryLeg.objects.bulk_create(
        EntryLeg(ens=ens, sequence=number, office=office, country=office[:2])
        for number, office in enumerate(place.offices)
    )
    live = SubsequentEntryNotice.objects.live().filter(ens=ens)
    move(SubsequentEntryNotice, NOTICE, "replace", list(live.values_list("pk", flat=True)))
    _start_clocks(order.told, ens, at)


def take_newer(told: Told, ens: Ens, *, at: datetime) -> bool:
    """Analyse what was taken over anew if it is told of otherwise now; say whether it is.

    Then the caller has open assessments superseded.
    """
    is_new = _renew(told, ens, at)
    if is_new:
        _taken_over(told, ens, at)
    return is_new


def _renew(told: Told, ens: Ens, at: datetime) -> bool:
    """Write the declaration as a new version where it says something else; say whether it did."""
    version = as_new_version(told, ens, _offices(told, ens.office_of_first_entry))
    if version is None:
        return False
    write_documents([version], at=at)
    analyse_again([version], at=at)
    ens.refresh_from_db()
    return True


def _taken_over(told: Told, ens: Ens, at: datetime) -> TakenOver:
    version = EnsVersion.objects.values_list("pk", flat=True).get(ens=ens, number=ens.version)
    event = _event(ENS_TAKEN_OVER, told, ens, at)
    event.data["ens_version"] = version
    record_many([event])
    return TakenOver(ens=ens.pk, mrn=ens.mrn)


def _event(kind: Kind, told: Told, ens: Ens, at: datetime) -> NewEvent:
    return NewEvent(
        kind=kind, at=at, stream=ens.pk, correlation=told.correlation, data=dict(facts(told, ens))
    )
