"""Diverting: the means will first arrive in another Member State (IE323)."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, time, timedelta

import msgspec

from customs_portal.accounts.models import Mandate, User
from customs_portal.events.services import NewEvent, record_many
from customs_portal.findings import Finding
from declarations.checks.diversion import (
    BY_KEY,
    DiversionOrder,
    Named,
    check_declarations,
)
from declarations.clocks import ClockKind
from declarations.events import (
    DIVERSION_ACKNOWLEDGED,
    DIVERSION_RECORDED,
    DIVERSION_REFUSED,
    ENS_DIVERTED,
)
from declarations.lifecycle import ENS, move
from declarations.lifecycle.out_of_sequence import Situation
from declarations.models import Ens, EntryLeg
from declarations.services.amend import approached_event
from declarations.services.clocks import stop_clocks
from declarations.services.locks import assert_in_transaction, lock_ens
from declarations.services.standing import Standing, ens_of, representatives, standings

DAY = timedelta(days=1)


class Diverted(msgspec.Struct, frozen=True, kw_only=True):
    """The request is acknowledged; the ENS are diverted."""

    ens: tuple[int, ...]


class DiversionRefused(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing is diverted, for these reasons."""

    findings: list[Finding]


def divert(
    orders: Sequence[DiversionOrder], *, country: str, at: datetime
) -> list[Diverted | DiversionRefused]:
    """Carry out the requests one after the other, each whole or not at all.

    The caller has the assessments of the diverted ENS end in the same transaction.
    """
    assert_in_transaction()
    found = [_asked_for(order, country) for order in orders]
    lock_ens(ens for ids in found for ens in ids)
    return [_carry_out(order, ids, country, at) for order, ids in zip(orders, found, strict=True)]


def record_diversions(
    orders: Sequence[DiversionOrder], *, officer: User, country: str, at: datetime
) -> list[Diverted | DiversionRefused]:
    """Carry out requests that came by another way than a message, as `divert`; none is answered.

    Declarations that the officer does not see are unknown.
    """
    assert_in_transaction()
    recorded = [msgspec.structs.replace(order, officer=officer.pk) for order in orders]
    found = [_seen(_asked_for(order, country), officer) for order in recorded]
    lock_ens(ens for ids in found for ens in ids)
    return [_carry_out(order, ids, country, at) for order, ids in zip(recorded, found, strict=True)]


def _seen(ids: Collection[int], officer: User) -> list[int]:
    seen = Ens.objects.visible_to(officer).filter(pk__in=ids)
    return list(seen.order_by("pk").values_list("pk", flat=True))


def judge_diversions(
    orders: Sequence[DiversionOrder], *, country: str, at: datetime
) -> list[list[Finding]]:
    """Return for each request why it would be refused now; nothing is written."""
    return [_judge(order, _asked_for(order, country), country, at).findings for order in orders]


def note_attempt(order: DiversionOrder, *, person: int, country: str, at: datetime) -> None:
    """Record which declarations, that the requester may not know of, a refused form has named."""
    assert_in_transaction()
    judged = _judge(order, _asked_for(order, country), country, at)
    record_many(_attempts(order, judged, at, person=person))


def refused_event(order: DiversionOrder, at: datetime) -> NewEvent:
    """Return the event of a refused request, from which IE324 follows."""
    return NewEvent(kind=DIVERSION_REFUSED, at=at, data=_told(order))


def _asked_for(order: DiversionOrder, country: str) -> list[int]:
    """Return the ENS that a request is about, by MRN or by entry key."""
    if order.information_type != BY_KEY:
        return sorted(ens_of(order.mrns).values())
    if order.expected_on is None:
        return []
    begin = datetime.combine(order.expected_on, time(), tzinfo=UTC)
    on_board = Ens.objects.filter(
        transport_mode=order.transport_mode,
        means__iexact=order.means,
        expected_arrival__gte=begin,
        expected_arrival__lt=begin + DAY,
        office_of_first_entry__startswith=order.office or country,
        status__in=ENS.targets("divert"),
        members__filing__received_from="",
    )
    return list(on_board.order_by("pk").values_list("pk", flat=True))


def _carry_out(
    order: DiversionOrder, ids: Collection[int], country: str, at: datetime
) -> Diverted | DiversionRefused:
    judged = _judge(order, ids, country, at)
    if judged.findings:
        told = [refused_event(order, at), *_attempts(order, judged, at)]
        record_many(told if order.officer is None else [])
        return DiversionRefused(findings=judged.findings)
    ens = tuple(sorted({each.ens.pk for each in judged.found}))
    move(Ens, ENS, "divert", ens)
    stop_clocks(ens, list(ClockKind), at=at)
    told = [_acknowledged(order, at), *(_diverted(order, each, at) for each in judged.found)]
    record_many(told)
    return Diverted(ens=ens)


class _Judged(msgspec.Struct, frozen=True, kw_only=True):
    """What stands against a request, and the declarations that it is about.

    `hidden` are those that the requester may not know of.
    """

    findings: list[Finding]
    found: list[Standing]
    hidden: list[Standing]


def _attempts(
    order: DiversionOrder, judged: _Judged, at: datetime, *, person: int | None = None
) -> list[NewEvent]:
    return [
        approached_event(each.ens.pk, order.requester, order.message_id, at, person=person)
        for each in judged.hidden
    ]


def _judge(order: DiversionOrder, ids: Collection[int], country: str, at: datetime) -> _Judged:
    found = {mrn: each for mrn, each in standings(ids, at).items() if not each.is_ics2}
    if order.information_type == BY_KEY:
        mrns = [mrn for mrn, each in found.items() if each.situation is not Situation.ENDED]
    else:
        mrns = list(order.mrns)
    pairs = {(each.filing.carrier, order.requester) for each in found.values()}
    entitled = representatives(pairs, Mandate.Scope.DIVERT, at)
    countries = _countries(ids)
    named = [_named(mrn, found.get(mrn), order, entitled, countries) for mrn in mrns]
    about = [(each, found[each.mrn]) for each in named if each.mrn in found]
    return _Judged(
        findings=check_declarations(order, named, country),
        found=[standing for _named, standing in about],
        hidden=[standing for each, standing in about if each.situation is Situation.UNKNOWN],
    )


def _countries(ids: Collection[int]) -> dict[int, set[str]]:
    """Return by ENS the States that its itinerary names."""
    countries: dict[int, set[str]] = {ens: set() for ens in ids}
    for leg in EntryLeg.objects.filter(ens__in=ids):
        countries[leg.ens_id].add(leg.country)
    return countries


def _named(
    mrn: str,
    standing: Standing | None,
    order: DiversionOrder,
    entitled: frozenset[tuple[str, str]],
    countries: dict[int, set[str]],
) -> Named:
    """Return the declaration as judged; what the requester may not know of is unknown."""
    if standing is None:
        return Named(mrn=mrn, situation=Situation.UNKNOWN)
    carrier = standing.filing.carrier
    runs_it = order.requester == carrier or (carrier, order.requester) in entitled
    by_key = order.information_type == BY_KEY
    if not (by_key or runs_it or order.requester in standing.people):
        return Named(mrn=mrn, situation=Situation.UNKNOWN)
    return Named(
        mrn=mrn,
        situation=standing.situation,
        is_carrier=runs_it,
        countries=countries[standing.ens.pk],
    )


def _told(order: DiversionOrder) -> dict[str, object]:
    return {
        "message": order.message_id,
        "reference": order.reference,
        "requester": order.requester,
        "actual_office": order.actual_office,
        "office": order.office,
    }


def _acknowledged(order: DiversionOrder, at: datetime) -> NewEvent:
    kind = DIVERSION_ACKNOWLEDGED if order.officer is None else DIVERSION_RECORDED
    return NewEvent(kind=kind, at=at, actor=order.officer, data=_told(order))


def _diverted(order: DiversionOrder, standing: Standing, at: datetime) -> NewEvent:
    ens = standing.ens
    told = {"ens": ens.pk, "version": ens.version, "mrn": ens.mrn, "requester": order.requester}
    data = {**told, "actual_office": order.actual_office, "reference": order.reference}
    return NewEvent(kind=ENS_DIVERTED, at=at, stream=ens.pk, actor=order.officer, data=data)
