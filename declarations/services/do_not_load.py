"""What becomes of an instruction not to load once the means of transport arrives (6.1)."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from customs_portal.events.services import record_many
from declarations.events import MEASURE_BREACHED, MEASURE_COMPLIED
from declarations.models import Control, Measure
from declarations.services.measures import MeasureOrder, locked_measures, place_measures, told

BREACH_HOLD, BREACH_CONTROL = "HLD-03", "CTL-04"
"""Loaded against an instruction; controlled by full unloading."""


class Breached(msgspec.Struct, frozen=True, kw_only=True):
    """A do-not-load whose goods came all the same, and the measures that follow from it."""

    measure: int
    ens: int
    hold: int
    control: int


def breach_do_not_loads(measures: Sequence[int], *, at: datetime) -> list[Breached]:
    """Mark those of the measures that are in force as breached, and hold and control their goods.

    To be called with the do-not-loads whose goods were found aboard:
    `Measure.objects.do_not_loads_in_force().filter(ens__in=...)`.
    """
    found = _in_force(measures)
    _set(found, Measure.Status.BREACHED)
    record_many([told(MEASURE_BREACHED, measure, at=at) for measure in found])
    placed = place_measures([order for each in found for order in _consequences(each)], at=at)
    controls = [each.pk for each in placed[1::2]]
    Control.objects.filter(measure__in=controls).update(due_at=at)
    return [
        Breached(measure=each.pk, ens=each.ens_id, hold=placed[2 * n].pk, control=controls[n])
        for n, each in enumerate(found)
    ]


def comply_do_not_loads(measures: Sequence[int], *, at: datetime) -> list[int]:
    """Mark those of the measures that are in force as complied with and return their ids."""
    found = _in_force(measures)
    _set(found, Measure.Status.COMPLIED)
    record_many([told(MEASURE_COMPLIED, measure, at=at) for measure in found])
    return [measure.pk for measure in found]


def _in_force(ids: Sequence[int]) -> list[Measure]:
    return [
        measure
        for measure in locked_measures(ids).values()
        if measure.kind == Measure.Kind.DO_NOT_LOAD and measure.status == Measure.Status.IN_FORCE
    ]


def _set(measures: Sequence[Measure], status: Measure.Status) -> None:
    Measure.objects.filter(pk__in=[each.pk for each in measures]).update(status=status)


def _consequences(measure: Measure) -> list[MeasureOrder]:
    office = measure.ens.office_of_first_entry
    return [
        _order(measure, Measure.Kind.HOLD, BREACH_HOLD, place=""),
        _order(measure, Measure.Kind.CONTROL, BREACH_CONTROL, place=office),
    ]


def _order(cause: Measure, kind: Measure.Kind, reason_code: str, *, place: str) -> MeasureOrder:
    return MeasureOrder(
        ens=cause.ens_id,
        kind=kind,
        subject=cause.subject,
        reference=cause.reference,
        reason_code=reason_code,
        note="",
        trader_text="",
        place=place,
        version=cause.decided_on_version,
        officer=None,
        announced=False,
        caused_by=cause.pk,
    )
