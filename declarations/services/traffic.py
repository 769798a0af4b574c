"""Correcting the class of traffic, and with it every limit that hangs on it (LIFECYCLE 9)."""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from customs_portal.events.services import NewEvent, record_many
from declarations.clocks import ClockKind, clocks_of
from declarations.events import TRAFFIC_CORRECTED
from declarations.models import Clock, Ens, EnsVersion, Filing, FilingVersion
from declarations.models.ens import TRAFFIC_CLASSES
from declarations.services.locks import lock_ens
from declarations.services.results import Refused, refused
from declarations.traffic import Lateness, TrafficClass, analysis_ends_at, lateness

LODGED_ELSEWHERE = "lodged_elsewhere"
SAME_CLASS = "same_class"
REASON_MISSING = "reason_missing"
LIMITED = (ClockKind.ANALYSIS, ClockKind.DO_NOT_LOAD)


class TrafficOrder(msgspec.Struct, frozen=True, kw_only=True):
    """An officer's correction: the class that the ENS really has, and why."""

    ens: int
    traffic: TrafficClass
    reason: str


class Corrected(msgspec.Struct, frozen=True, kw_only=True):
    """The class is corrected; the limits are those of `lateness`."""

    ens: int
    lateness: Lateness


def correct_traffic(
    orders: Iterable[TrafficOrder], *, officer: int, at: datetime
) -> list[Corrected | Refused]:
    """Correct the class of the ENS; limits, lateness and running clocks follow at once.

    A clock that was stopped stays so. Limits still count from the receipt of the declaration.
    """
    wanted = list(orders)
    locked = lock_ens(order.ens for order in wanted)
    return [_correct(order, locked[order.ens], officer, at) for order in wanted]


def _correct(order: TrafficOrder, ens: Ens, officer: int, at: datetime) -> Corrected | Refused:
    if not order.reason.strip():
        return refused(REASON_MISSING, "Give a reason.")
    if ens.traffic_correction == order.traffic:
        return refused(SAME_CLASS, "The declaration has this class already.")
    version = _current_version(ens)
    filing = Filing.objects.get(pk=version.filing_id)
    if filing.received_from:
        return refused(LODGED_ELSEWHERE, "Its limits are those of the State where it was lodged.")
    found = lateness(version.document(), filing.lodged_at, order.traffic)
    _apply(ens, filing, version, found, at)
    _record(order, found, officer, at)
    return Corrected(ens=ens.pk, lateness=found)


def _current_version(ens: Ens) -> FilingVersion:
    """Return the version of the filing whose receipt started the clocks."""
    version = EnsVersion.objects.get(ens=ens, number=ens.version)
    return FilingVersion.objects.get(pk=version.filing_versions[0])


def _apply(ens: Ens, filing: Filing, version: FilingVersion, found: Lateness, at: datetime) -> None:
    traffic = found.limit.traffic
    ends = analysis_ends_at(version.document(), filing.lodged_at, traffic)
    ens.traffic_correction, ens.analysis_ends_at = traffic, ends
    ens.save(update_fields=["traffic_correction", "analysis_ends_at"])
    filing.late_minutes, filing.analysis_ends_at = found.minutes, ends
    filing.save(update_fields=["late_minutes", "analysis_ends_at"])
    _set_clocks(ens, version, filing.lodged_at, traffic, at)


def _set_clocks(
    ens: Ens, version: FilingVersion, received_at: datetime, traffic: TrafficClass, at: datetime
) -> None:
    """Give the live clocks their new ends; one that the class does not have is stopped."""
    wanted = {clock.kind: clock for clock in clocks_of(version.document(), received_at, traffic)}
    live = Clock.objects.filter(ens=ens, kind__in=LIMITED, stopped_at__isnull=True)
    is_analysed = live.filter(kind=ClockKind.ANALYSIS).exists()
    for clock in live:
        new = wanted.pop(ClockKind(clock.kind), None)
        if new is None:
            Clock.objects.filter(pk=clock.pk).update(stopped_at=at)
        else:
            Clock.objects.filter(pk=clock.pk).update(ends_at=new.ends_at, ended_at=None)
    if is_analysed and (new := wanted.get(ClockKind.DO_NOT_LOAD)):
        Clock.objects.create(ens=ens, kind=new.kind, started_at=new.started_at, ends_at=new.ends_at)


def _record(order: TrafficOrder, found: Lateness, officer: int, at: datetime) -> None:
    data = {
        "traffic": order.traffic,
        "traffic_name": str(dict(TRAFFIC_CLASSES)[order.traffic]),
        "rule": found.limit.rule,
        "reason": order.reason,
        "late_minutes": found.minutes,
    }
    record_many(
        [NewEvent(kind=TRAFFIC_CORRECTED, at=at, stream=order.ens, actor=officer, data=data)]
    )
