"""IE319 of another State: our offices of subsequent entry are told of a risk (LIFECYCLE 7)."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.conf import settings

from customs_portal.events.kinds import Kind
from customs_portal.events.services import NewEvent, record_many
from customs_portal.findings import Finding
from declarations.events import (
    SUBSEQUENT_ENTRY_LATE,
    SUBSEQUENT_ENTRY_NOTIFIED,
    SUBSEQUENT_ENTRY_SET_ASIDE,
    SUBSEQUENT_ENTRY_WITHDRAWN,
)
from declarations.lifecycle import NOTICE, move
from declarations.models import (
    Arrival,
    ConsignmentLife,
    Ens,
    EntryLeg,
    Measure,
    ReceivedTransmission,
    SubsequentEntryNotice,
)
from declarations.services.locks import assert_in_transaction
from declarations.services.measures import MeasureOrder, place_measures
from declarations.services.new_version import write_documents
from declarations.services.registering import offices_on_the_way
from declarations.services.results import Refused
from declarations.services.take_over import take_newer
from declarations.services.transmissions import (
    Place,
    Told,
    as_new_version,
    facts,
    is_newer,
    keep,
    lock_told,
    mrn_in_use,
    register_told,
    told_by,
    unknown_mrn,
)
from declarations.tolerances import REST_EXPECTED

State = SubsequentEntryNotice.State
CONTROL_TYPE = "CTL-01"
"""IE319 does not say what kind of control is meant; who orders it chooses."""
HERE = ("arrived", "partially_arrived", "presented", "under_control", "released", "not_released")


class Notified(msgspec.Struct, frozen=True, kw_only=True):
    """Our offices know of it now; `set_aside` is one that is older than what they know.

    `is_anew` is a new version of what is ours to analyse.
    """

    ens: int
    set_aside: bool = False
    is_anew: bool = False


def notify(told: Sequence[Told], *, at: datetime) -> list[Notified | Refused]:
    """Tell our offices of the risks that other States found; one result for each, in their order.

    The newest by time of preparation counts. Refused is what names a declaration of ours or one
    that another State told us of (errors 90 and 91); then nothing is written. The caller has open
    assessments of what `is_anew` superseded.
    """
    assert_in_transaction()
    known = lock_told(told)
    return [_notify(each, known, at) for each in told]


def judge_notifications(told: Sequence[Told]) -> list[Sequence[Finding]]:
    """Return for each why it would be refused now; nothing is written."""
    known = {ens.mrn: ens for ens in Ens.objects.filter(mrn__in={each.mrn for each in told})}
    return [_against(each, known.get(each.mrn)) for each in told]


def _notify(told: Told, known: dict[str, Ens], at: datetime) -> Notified | Refused:
    ens, is_anew = known.get(told.mrn), False
    against = _against(told, ens)
    if against:
        return Refused(findings=list(against))
    if ens is None:
        ens = register_told(told, _place(told), at=at)
        if ens is None:
            return _notify(told, known | lock_told([told]), at)
        known[told.mrn] = ens
    elif not is_newer(told, ens):
        keep(told, ens, set_aside=True)
        record_many([_event(SUBSEQUENT_ENTRY_SET_ASIDE, told, ens, at)])
        return Notified(ens=ens.pk, set_aside=True)
    else:
        is_anew = _renew(told, ens, at)
    _put_into_inboxes(told, ens, keep(told, ens, set_aside=False), at)
    return Notified(ens=ens.pk, is_anew=is_anew)


def _against(told: Told, ens: Ens | None) -> Sequence[Finding]:
    """A State tells of its own declarations, and of ours only once they were diverted to it."""
    if ens is None:
        ours = told.mrn[2:4] == settings.CUSTOMS_COUNTRY
        return [unknown_mrn(told.mrn)] if ours else []
    if ens.role == Ens.OurRole.INVOLVED:
        return [mrn_in_use(told.mrn)]
    origin = told_by(ens)
    if origin == told.country or (not origin and ens.status == Ens.Status.DIVERTED):
        return []
    return [mrn_in_use(told.mrn)]


def _place(told: Told) -> Place:
    """We are on the way only later: the analysis is that of the first office."""
    return Place(
        role=Ens.OurRole.SUBSEQUENT_ENTRY,
        status=Ens.Status.ASSESSED,
        office=told.document.office_of_first_entry.upper(),
        offices=tuple(offices_on_the_way(told.document)),
    )


def _renew(told: Told, ens: Ens, at: datetime) -> bool:
    """Take the newer declaration over where it says something else; ours stays as it was lodged.

    Return whether it is ours to analyse and has changed: we are its actual office of first entry.
    """
    if not told_by(ens):
        return False
    if ens.role != Ens.OurRole.SUBSEQUENT_ENTRY:
        return take_newer(told, ens, at=at)
    version = as_new_version(told, ens, offices_on_the_way(told.document))
    if version is not None:
        write_documents([version], at=at)
        ens.refresh_from_db()
    return False


def _put_into_inboxes(
    told: Told, ens: Ens, transmission: ReceivedTransmission, at: datetime
) -> None:
    """Replace what our offices knew; a withdrawal leaves nothing for them to do."""
    live = SubsequentEntryNotice.objects.live().filter(ens=ens)
    before = {notice.office: notice for notice in live}
    verb = "withdraw" if told.is_withdrawal else "replace"
    move(SubsequentEntryNotice, NOTICE, verb, [notice.pk for notice in before.values()])
    if told.is_withdrawal:
        record_many([_event(SUBSEQUENT_ENTRY_WITHDRAWN, told, ens, at)])
        return
    notices = [
        _notice(told, ens, transmission, office, before.get(office), at)
        for office in _our_offices(ens)
    ]
    SubsequentEntryNotice.objects.bulk_create(notices)
    record_many([_event(SUBSEQUENT_ENTRY_NOTIFIED, told, ens, at)])
    record_many([_late(notice, told, at) for notice in notices if notice.is_late])
    _recommend(told, ens, [notice.office for notice in notices], at)


def _our_offices(ens: Ens) -> list[str]:
    ours = EntryLeg.objects.filter(ens=ens, country=settings.CUSTOMS_COUNTRY)
    return list(ours.order_by("sequence").values_list("office", flat=True))


def _notice(
    told: Told,
    ens: Ens,
    transmission: ReceivedTransmission,
    office: str,
    before: SubsequentEntryNotice | None,
    at: datetime,
) -> SubsequentEntryNotice:
    came = (before.arrived_at if before else None) or _arrived_before(ens, office, at)
    gravest = told.gravest
    return SubsequentEntryNotice(
        ens=ens,
        office=office,
        version=ens.version,
        result_code=gravest.code if gravest else "",
        text=gravest.text if gravest else "",
        told_by=told.country,
        transmission=transmission,
        informed_at=at,
        state=State.ARRIVED if came else State.EXPECTED,
        arrived_at=came,
        is_late=came is not None,
    )


def _arrived_before(ens: Ens, office: str, at: datetime) -> datetime | None:
    """Return since when the goods, or the means that brings them, are at the office."""
    calls = Arrival.objects.filter(
        means__iexact=ens.means,
        office=office,
        arrived_at__range=(ens.expected_arrival - REST_EXPECTED, at),
    ).exclude(means="")
    found = calls.order_by("-arrived_at").values_list("arrived_at", flat=True).first()
    goods = ConsignmentLife.objects.filter(filing__membership__ens=ens, goods__in=HERE)
    return found or (at if goods.exists() else None)


def _recommend(told: Told, ens: Ens, offices: Sequence[str], at: datetime) -> None:
    """Recommend a control at each office (LIFECYCLE 6.2), unless one is open there already."""
    open_at = set(
        Measure.objects.open()
        .filter(ens=ens, kind=Measure.Kind.CONTROL)
        .values_list("place", flat=True)
    )
    items = {each.item for each in told.results}
    item = items.pop() if len(items) == 1 else None
    place_measures(
        [_control(told, ens, office, item) for office in offices if office not in open_at], at=at
    )


def _control(told: Told, ens: Ens, office: str, item: int | None) -> MeasureOrder:
    gravest = told.gravest
    note = f"{told.country} {gravest.code} {gravest.text}" if gravest else told.country
    return MeasureOrder(
        ens=ens.pk,
        kind=Measure.Kind.CONTROL,
        subject=Measure.Subject.ITEM if item else Measure.Subject.DECLARATION,
        reference=str(item) if item else "",
        reason_code=CONTROL_TYPE,
        note=note.strip(),
        trader_text="",
        place=office,
        version=ens.version,
        officer=None,
        announced=False,
        office=office,
    )


def _event(kind: Kind, told: Told, ens: Ens, at: datetime) -> NewEvent:
    return NewEvent(
        kind=kind, at=at, stream=ens.pk, correlation=told.correlation, data=dict(facts(told, ens))
    )


def _late(notice: SubsequentEntryNotice, told: Told, at: datetime) -> NewEvent:
    data = {"office": notice.office, "country": told.country}
    return NewEvent(kind=SUBSEQUENT_ENTRY_LATE, at=at, stream=notice.ens_id, data=data)
