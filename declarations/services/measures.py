"""Placing measures: what an officer decided becomes an order on goods."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from customs_portal.events.services import NewEvent, record_many
from declarations.events import MEASURE_ANNOUNCED, MEASURE_PLACED
from declarations.models import Measure
from declarations.services.locks import assert_in_transaction

FIRST_STATUS = {
    Measure.Kind.HOLD: Measure.Status.IN_FORCE,
    Measure.Kind.CONTROL: Measure.Status.RECOMMENDED,
}


class MeasureOrder(msgspec.Struct, frozen=True, kw_only=True):
    """A measure to be placed; `announced` says whether the trader is told of it at once."""

    ens: int
    kind: str
    subject: str
    reference: str
    reason_code: str
    note: str
    trader_text: str
    place: str
    version: int
    officer: int
    announced: bool


def place_measures(orders: Sequence[MeasureOrder], *, at: datetime) -> list[Measure]:
    """Place the measures, one for each order; the ENS rows are locked by the caller.

    Announced ones also record `measure.announced`, from which IE351 follows.
    """
    assert_in_transaction()
    measures = Measure.objects.bulk_create([_measure(order, at) for order in orders])
    record_many([event for measure in measures for event in _events(measure, at)])
    return measures


def _measure(order: MeasureOrder, at: datetime) -> Measure:
    kind = Measure.Kind(order.kind)
    return Measure(
        ens_id=order.ens,
        kind=kind,
        status=FIRST_STATUS[kind],
        subject=order.subject,
        reference=order.reference,
        reason_code=order.reason_code,
        note=order.note,
        trader_text=order.trader_text,
        place=order.place,
        decided_on_version=order.version,
        placed_by_id=order.officer,
        placed_at=at,
        announced_at=at if order.announced else None,
    )


def _events(measure: Measure, at: datetime) -> list[NewEvent]:
    kinds = [MEASURE_PLACED, MEASURE_ANNOUNCED] if measure.announced_at else [MEASURE_PLACED]
    subject = f"{measure.get_subject_display()} {measure.reference}".strip()
    data = {
        "measure": measure.pk,
        "kind_name": measure.get_kind_display(),
        "subject_name": subject,
        "reason_code": measure.reason_code,
        "version": measure.decided_on_version,
    }
    return [
        NewEvent(kind=kind, at=at, stream=measure.ens_id, actor=measure.placed_by_id, data=data)
        for kind in kinds
    ]
