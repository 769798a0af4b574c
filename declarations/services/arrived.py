"""What follows when the goods of a declaration have come (LIFECYCLE 6.1, 6.2, 8, 11)."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import msgspec

from customs_portal.events.services import NewEvent, record_many
from declarations.arrivals import NOTIFIED_MODES, Came, coverage, is_aboard
from declarations.clocks import ClockKind
from declarations.events import ARRIVAL_MATCHED
from declarations.lifecycle import CONSIGNMENT, move
from declarations.models import (
    Arrival,
    Clock,
    ConsignmentLife,
    Ens,
    EntryLeg,
    Measure,
    SubsequentEntryNotice,
)
from declarations.services.advance_notice import announce_on_arrival
from declarations.services.clocks import stop_clocks
from declarations.services.controls import start_recommended_controls
from declarations.services.do_not_load import breach_do_not_loads
from declarations.services.locks import assert_in_transaction
from declarations.services.matching import WAITED_FOR, Declared
from declarations.services.sight import Sight, give_sight
from declarations.tolerances import REST_EXPECTED


class Arriving(msgspec.Struct, frozen=True, kw_only=True):
    """A declaration whose goods came, and how much of them."""

    declared: Declared
    came: Came


def take_ashore(arriving: Sequence[Arriving], *, arrival: Arrival, at: datetime) -> None:
    """Let the goods arrive; the caller holds the locks of the ENS rows.

    Instructions not to load that were disobeyed are breached, recommended controls become due.
    """
    assert_in_transaction()
    verbs = {each.declared.ens.pk: _verbs(each) for each in arriving}
    moved = {
        verb: move(ConsignmentLife, CONSIGNMENT, verb, _with(verb, verbs))
        for verb in ("arrive", "arrive_partly")
    }
    came = {each.declared.ens.pk: each for each in arriving}
    record_many([_told(each, verbs, moved, arrival, at) for each in arriving])
    _end_waiting(came, moved, at)
    _show_to_office(came, arrival, at)
    _breach(came, at)
    start_recommended_controls(came, at=at)
    announce_on_arrival(came, at=at)
    SubsequentEntryNotice.objects.filter(
        ens__in=came, state__in=("expected", "not_arrived"), office=arrival.office
    ).update(state=SubsequentEntryNotice.State.ARRIVED, arrived_at=arrival.arrived_at)


def _verbs(each: Arriving) -> dict[int, str]:
    """Return by consignment the verb of its life, where it has one."""
    consignments = {own.key: own for own in each.declared.document.consignments}
    found = {
        life.pk: coverage(consignments[life.key], each.came)
        for life in each.declared.lives
        if life.key in consignments
    }
    return {key: verb for key, verb in found.items() if verb}


def _with(verb: str, verbs: Mapping[int, Mapping[int, str]]) -> list[int]:
    return [key for own in verbs.values() for key, found in own.items() if found == verb]


def _told(
    each: Arriving,
    verbs: Mapping[int, Mapping[int, str]],
    moved: Mapping[str, Collection[int]],
    arrival: Arrival,
    at: datetime,
) -> NewEvent:
    ens = each.declared.ens
    whole = sum(key in moved["arrive"] for key in verbs[ens.pk])
    data = {
        "arrival": arrival.pk,
        "means": arrival.means or arrival.reference,
        "office": arrival.office,
        "arrived": whole,
        "partly": sum(key in moved["arrive_partly"] for key in verbs[ens.pk]),
        "consignments": len(each.declared.lives),
        "version": ens.version,
    }
    return NewEvent(
        kind=ARRIVAL_MATCHED, at=at, stream=ens.pk, actor=arrival.recorded_by_id, data=data
    )


def _end_waiting(
    came: Mapping[int, Arriving], moved: Mapping[str, Collection[int]], at: datetime
) -> None:
    """Stop the clocks of arrival; where goods are still to come, reconcile later again."""
    stop_clocks(came, (ClockKind.ARRIVAL,), at=at)
    stop_clocks(_homes(came), (ClockKind.VALIDITY,), at=at)
    waiting = {key for key, each in came.items() if _waits(each.declared, moved)}
    stop_clocks(set(came) - waiting, (ClockKind.RECONCILIATION,), at=at)
    live = Clock.objects.filter(
        ens__in=waiting, kind=ClockKind.RECONCILIATION, stopped_at__isnull=True
    )
    clocks = list(live.select_related("ens"))
    for clock in clocks:
        clock.ends_at = clock.ens.expected_arrival + REST_EXPECTED
    Clock.objects.bulk_update(clocks, ["ends_at"])


def _homes(came: Mapping[int, Arriving]) -> set[int]:
    """Return the ENS that hold the validity of the filings whose goods came by sea or air."""
    arrived = [each.declared for each in came.values()]
    notified = [each for each in arrived if each.ens.transport_mode in NOTIFIED_MODES]
    mrns = [filing.mrn for each in notified for filing in each.filings]
    return set(Ens.objects.filter(mrn__in=mrns).values_list("pk", flat=True))


def _waits(each: Declared, moved: Mapping[str, Collection[int]]) -> bool:
    return any(life.goods in WAITED_FOR and life.pk not in moved["arrive"] for life in each.lives)


def _show_to_office(came: Mapping[int, Arriving], arrival: Arrival, at: datetime) -> None:
    """Let the office of arrival see what came to it though another one of ours was declared."""
    seen = EntryLeg.objects.filter(ens__in=came, office=arrival.office)
    unseen = sorted(set(came) - set(seen.values_list("ens_id", flat=True)))
    reason = f"Arrived with {arrival.means or arrival.reference}"
    sights = [Sight(ens=key, office=arrival.office, reason=reason) for key in unseen]
    give_sight(sights, by=None, at=at)


def _is_aboard(order: Measure, each: Arriving) -> bool:
    return is_aboard(each.declared.document, order.subject, order.reference, each.came)


def _breach(came: Mapping[int, Arriving], at: datetime) -> None:
    orders = Measure.objects.do_not_loads_in_force().filter(ens__in=came).order_by("pk")
    aboard = [order.pk for order in orders if _is_aboard(order, came[order.ens_id])]
    if aboard:
        breach_do_not_loads(aboard, at=at)
