"""Placing measures: what an officer decided becomes an order on goods."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from customs_portal.events.kinds import Kind
from customs_portal.events.services import NewEvent, record_many
from declarations.events import MEASURE_ANNOUNCED, MEASURE_PLACED, MEASURE_PROPOSED
from declarations.models import Control, Measure
from declarations.services.locks import assert_in_transaction, lock_ens

FIRST_STATUS = {
    Measure.Kind.DO_NOT_LOAD: Measure.Status.AWAITING_SECOND,
    Measure.Kind.HOLD: Measure.Status.IN_FORCE,
    Measure.Kind.CONTROL: Measure.Status.RECOMMENDED,
    Measure.Kind.REFUSAL: Measure.Status.PROPOSED,
}
PROPOSED_FIRST = (Measure.Kind.DO_NOT_LOAD, Measure.Kind.REFUSAL)


class MeasureOrder(msgspec.Struct, frozen=True, kw_only=True):
    """A measure to be placed; `announced` says whether the trader is told of it at once.

    `officer` is None for what the system orders as a consequence of the measure `caused_by`.
    """

    ens: int
    kind: str
    subject: str
    reference: str
    reason_code: str
    note: str
    trader_text: str
    place: str
    version: int
    officer: int | None
    announced: bool
    office: str = ""
    legal_basis: str = ""
    caused_by: int | None = None


def place_measures(
    orders: Sequence[MeasureOrder], *, at: datetime, tell_at: datetime | None = None
) -> list[Measure]:
    """Place the measures, one for each order; the ENS rows are locked by the caller.

    Announced ones also record `measure.announced`, from which IE351 follows. What needs a second
    signature is only proposed. Nobody is told before `tell_at`.
    """
    assert_in_transaction()
    tell_at = tell_at or at
    measures = Measure.objects.bulk_create([_measure(order, at, tell_at) for order in orders])
    Control.objects.bulk_create(
        Control(measure=measure, type=measure.reason_code)
        for measure in measures
        if measure.kind == Measure.Kind.CONTROL
    )
    record_many([event for measure in measures for event in _events(measure, at, tell_at)])
    return measures


def _measure(order: MeasureOrder, at: datetime, tell_at: datetime) -> Measure:
    kind = Measure.Kind(order.kind)
    return Measure(
        ens_id=order.ens,
        kind=kind,
        status=FIRST_STATUS[kind],
        subject=order.subject,
        reference=order.reference,
        reason_code=order.reason_code,
        legal_basis=order.legal_basis,
        note=order.note,
        trader_text=order.trader_text,
        place=order.place,
        decided_on_version=order.version,
        caused_by_id=order.caused_by,
        office=order.office,
        placed_by_id=order.officer,
        placed_at=at,
        announced_at=tell_at if order.announced else None,
    )


def _events(measure: Measure, at: datetime, tell_at: datetime) -> list[NewEvent]:
    if measure.kind in PROPOSED_FIRST:
        return [told(MEASURE_PROPOSED, measure, at=at, actor=measure.placed_by_id)]
    kinds = [MEASURE_PLACED, MEASURE_ANNOUNCED] if measure.announced_at else [MEASURE_PLACED]
    events = [told(kind, measure, at=at, actor=measure.placed_by_id) for kind in kinds]
    return [msgspec.structs.replace(event, not_before=tell_at) for event in events]


def told(
    kind: Kind, measure: Measure, *, at: datetime, actor: int | None = None, **more: Any
) -> NewEvent:
    """Return the event that tells what happened to a measure."""
    data = {
        "measure": measure.pk,
        "kind_name": measure.get_kind_display(),
        "subject_name": measure.subject_name,
        "reason_code": measure.reason_code,
        "version": measure.decided_on_version,
        **more,
    }
    return NewEvent(kind=kind, at=at, stream=measure.ens_id, actor=actor, data=data)


def locked_measures(ids: Iterable[int]) -> dict[int, Measure]:
    """Lock the ENS rows of the measures, then return the measures by id as they are now."""
    wanted = set(ids)
    lock_ens(Measure.objects.filter(pk__in=wanted).values_list("ens_id", flat=True))
    found = Measure.objects.filter(pk__in=wanted).select_related("ens", "control", "refusal")
    return {measure.pk: measure for measure in found.order_by("pk")}
