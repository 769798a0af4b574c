"""Reconciling what was expected with what came, as time passes (LIFECYCLE section 8)."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection
from django.db.models import Q

from customs_portal.events.services import NewEvent, record_many
from declarations.arrivals import Reported, came
from declarations.clocks import ClockKind
from declarations.events import ARRIVAL_HOLD_MOVED, ARRIVAL_RESOLVED, CONSIGNMENT_MISSED
from declarations.lifecycle import CONSIGNMENT, move
from declarations.models import ArrivalLine, Clock, ConsignmentLife, Ens, Measure
from declarations.services.arrived import Arriving, take_ashore
from declarations.services.clocks import stop_clocks
from declarations.services.do_not_load import comply_do_not_loads
from declarations.services.locks import assert_in_transaction, lock_ens
from declarations.services.matching import Declared, declared
from declarations.services.measures import MeasureOrder, place_measures
from declarations.tolerances import COMPLIED_AFTER, REST_EXPECTED

AT_A_TIME = 200
UNDECLARED = "HLD-02"
"""Reason of the hold on goods that arrived without an accepted declaration."""
_LIVE = (Ens.Status.READY, Ens.Status.IN_ANALYSIS, Ens.Status.ASSESSED)

_DUE = """
SELECT c.ens_id FROM declarations_clock c
WHERE c.kind = 'reconciliation' AND c.stopped_at IS NULL AND c.suspended_at IS NULL
  AND c.ended_at IS NULL AND c.ends_at <= %s
ORDER BY c.ends_at LIMIT %s
"""


def miss_arrivals(*, at: datetime) -> int:
    """Mark what has not come by its time with tolerance; return how many ENS were looked at.

    Not arriving is no fault: cargo is rolled every day. It can still arrive.
    """
    assert_in_transaction()
    with connection.cursor() as cursor:
        cursor.execute(_DUE, [at, AT_A_TIME])
        due = [row[0] for row in cursor.fetchall()]
    locked = lock_ens(due)
    live = Clock.objects.filter(
        ens__in=locked, kind=ClockKind.RECONCILIATION, stopped_at__isnull=True, ends_at__lte=at
    )
    overdue = set(live.values_list("ens_id", flat=True))
    _miss({key for key in overdue if locked[key].status in _LIVE}, at)
    stop_clocks(overdue, (ClockKind.RECONCILIATION,), at=at)
    return len(locked)


def _miss(ens: set[int], at: datetime) -> None:
    owners = dict(
        ConsignmentLife.objects.filter(
            filing__membership__ens__in=ens, filing__status="registered", goods="expected"
        ).values_list("pk", "filing__membership__ens")
    )
    missed = move(ConsignmentLife, CONSIGNMENT, "miss", owners)
    counts: dict[int, int] = {}
    for key in missed:
        counts[owners[key]] = counts.get(owners[key], 0) + 1
    record_many(
        [
            NewEvent(kind=CONSIGNMENT_MISSED, at=at, stream=key, data={"count": count})
            for key, count in sorted(counts.items())
        ]
    )


def comply(*, at: datetime) -> int:
    """Count instructions not to load as complied with: withdrawn, or not come long after."""
    assert_in_transaction()
    left = Measure.objects.do_not_loads_in_force().filter(
        Q(ens__expected_arrival__lte=at - COMPLIED_AFTER) | Q(ens__status=Ens.Status.INVALIDATED)
    )
    return len(comply_do_not_loads(list(left.values_list("pk", flat=True)[:AT_A_TIME]), at=at))


_SAME_GENERATION = """
EXISTS (SELECT FROM declarations_ensmember m JOIN declarations_filing f ON f.id = m.filing_id
    WHERE m.ens_id = n.id AND f.link <> 'pending_linking'
      AND (a.recorded_by_id IS NOT NULL OR (a.mrn IS NOT NULL) = (f.type LIKE 'F%%')))
"""
"""An arrival that was notified is about the declarations of its own generation."""
_LATE = f"""
SELECT DISTINCT l.id, n.id FROM declarations_ens n
JOIN declarations_searchkey k ON k.ens_id = n.id
JOIN declarations_arrivalline l ON l.state IN ('unmatched', 'asked') AND (
    (k.kind = 'equipment' AND l.container <> '' AND l.container = k.value)
    OR (k.kind = 'document' AND l.document <> '' AND l.document = k.value)
    OR (k.kind = 'mrn' AND l.mrn <> '' AND l.mrn = k.value))
JOIN declarations_arrival a ON a.id = l.arrival_id
WHERE n.id = ANY(%(ens)s) AND n.status IN ('ready', 'in_analysis', 'assessed')
  AND abs(extract(epoch FROM n.expected_arrival - a.arrived_at)) <= %(near)s
  AND {_SAME_GENERATION}
ORDER BY n.id, l.id
"""  # noqa: S608 a text of our own


def resolve_declared(ens: Sequence[int], *, at: datetime) -> int:
    """Give goods that arrived undeclared the declarations that came for them afterwards.

    What was held stays held, under its declaration now. Returns how many lines found one.
    """
    assert_in_transaction()
    with connection.cursor() as cursor:
        near = REST_EXPECTED.total_seconds()
        cursor.execute(_LATE, {"ens": list(ens), "near": near})
        pairs = dict(cursor.fetchall())
    return _resolve(pairs, at) if pairs else 0


def _resolve(pairs: dict[int, int], at: datetime) -> int:
    """Resolve the lines (by id) with their ENS."""
    known = declared(lock_ens(pairs.values()))
    lines = ArrivalLine.objects.select_for_update(of=("self",)).filter(
        pk__in=pairs, state__in=ArrivalLine.OPEN
    )
    found = list(lines.select_related("arrival").order_by("pk"))
    for line in found:
        resolve_line(line, known[pairs[line.pk]], at=at)
    return len(found)


def resolve_line(
    line: ArrivalLine, each: Declared, *, at: datetime, officer: int | None = None
) -> None:
    """Give an open line its declaration: the goods have arrived, and stay held if they were."""
    was_held = line.hold == ArrivalLine.Hold.IN_FORCE
    line.state, line.ens, line.settled_at = ArrivalLine.State.RESOLVED, each.ens, at
    line.found_by = _found_by(line)
    line.settled_by_id = officer
    if was_held:
        line.hold = ArrivalLine.Hold.MOVED
    line.save()
    arrival = line.arrival
    data = {"arrival": arrival.pk, "means": arrival.means, "office": arrival.office}
    record_many(
        [NewEvent(kind=ARRIVAL_RESOLVED, at=at, stream=each.ens.pk, actor=officer, data=data)]
    )
    reported = Reported(mrn=line.mrn, container=line.container, document=line.document)
    arriving = Arriving(declared=each, came=came(each.document, [reported]))
    take_ashore([arriving], arrival=arrival, at=at)
    if was_held:
        place_measures([_hold(line, each)], at=at)
        moved = {"what": str(line), "line": line.pk, "mrn": each.ens.mrn}
        record_many([NewEvent(kind=ARRIVAL_HOLD_MOVED, at=at, stream=each.ens.pk, data=moved)])


def _found_by(line: ArrivalLine) -> str:
    if line.container:
        return ArrivalLine.FoundBy.CONTAINER
    return ArrivalLine.FoundBy.DOCUMENT if line.document else ArrivalLine.FoundBy.MRN


def _hold(line: ArrivalLine, each: Declared) -> MeasureOrder:
    boxes = {number for doc in each.documents for item in doc.items() for number in item.containers}
    is_box = line.container in boxes
    return MeasureOrder(
        ens=each.ens.pk,
        kind=Measure.Kind.HOLD,
        subject=Measure.Subject.EQUIPMENT if is_box else Measure.Subject.DECLARATION,
        reference=line.container if is_box else "",
        reason_code=UNDECLARED,
        note="",
        trader_text="",
        place="",
        version=each.ens.version,
        officer=None,
        announced=False,
        office=line.arrival.office,
    )


def unresolved(*, limit: int = AT_A_TIME) -> list[int]:
    """Return ENS that may belong to open lines: both may have been written at the same moment."""
    with connection.cursor() as cursor:
        cursor.execute(_PERHAPS, [limit])
        return [row[0] for row in cursor.fetchall()]


_PERHAPS = f"""
SELECT DISTINCT k.ens_id FROM (
    SELECT * FROM declarations_arrivalline WHERE state IN ('unmatched', 'asked')
    ORDER BY id DESC LIMIT 1000) l
JOIN declarations_arrival a ON a.id = l.arrival_id
JOIN declarations_searchkey k ON
    (l.container <> '' AND k.value = l.container AND k.kind = 'equipment')
    OR (l.document <> '' AND k.value = l.document AND k.kind = 'document')
    OR (l.mrn <> '' AND k.value = l.mrn AND k.kind = 'mrn')
JOIN declarations_ens n ON n.id = k.ens_id
WHERE n.status IN ('ready', 'in_analysis', 'assessed')
  AND n.expected_arrival BETWEEN a.arrived_at - interval '7 days'
                             AND a.arrived_at + interval '7 days'
  AND {_SAME_GENERATION}
LIMIT %s
"""  # noqa: S608 a text of our own
