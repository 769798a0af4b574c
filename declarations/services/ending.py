"""What follows when a measure ends: what hung on it ends too, and whoever was told is told."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from customs_portal.accounts.models import User
from customs_portal.events.kinds import Kind
from declarations.events import CONTROL_PASSED_ON, CONTROL_WAIVED, MEASURE_LIFTED
from declarations.models import Control, Measure, MeasureProposal
from declarations.services.steps import can, step

HOLD_OF_CONTROL = "HLD-01"
CAUSE_GONE = "HLD-L1"


class Ending(msgspec.Struct, frozen=True, kw_only=True):
    """How a measure ends, and why."""

    verb: str
    reason_code: str
    note: str
    office: str = ""


_KINDS: dict[str, Kind] = {
    MeasureProposal.Verb.LIFT: MEASURE_LIFTED,
    MeasureProposal.Verb.WAIVE: CONTROL_WAIVED,
    MeasureProposal.Verb.PASS_ON: CONTROL_PASSED_ON,
}


def end_measure(
    measure: Measure, ending: Ending, *, by: User, at: datetime, signer: User | None = None
) -> None:
    """End a measure from which the verb leads on; the caller holds the lock of its ENS."""
    told: dict[str, object] = {"lift_reason": ending.reason_code, "office": ending.office}
    if signer:
        told["signer"] = signer.pk
    step([measure], ending.verb, _KINDS[ending.verb], at=at, actor=by, **told)
    Measure.objects.filter(pk=measure.pk).update(
        lifted_by=by, lifted_at=at, lift_reason=ending.reason_code, lift_note=ending.note
    )
    if measure.kind == Measure.Kind.CONTROL:
        Control.objects.filter(measure=measure).update(
            ended_reason=ending.reason_code, ended_note=ending.note, passed_to=ending.office
        )
        lift_holds_of([measure], by=by, at=at)


def lift_holds_of(controls: Sequence[Measure], *, by: User, at: datetime) -> None:
    """Lift the holds that the system placed with these controls, now that they have ended."""
    holds = Measure.objects.filter(
        caused_by__in=[control.pk for control in controls],
        kind=Measure.Kind.HOLD,
        reason_code=HOLD_OF_CONTROL,
    ).order_by("pk")
    standing = [hold for hold in holds if can(hold, "lift")]
    step(standing, "lift", MEASURE_LIFTED, at=at, actor=by, lift_reason=CAUSE_GONE)
    Measure.objects.filter(pk__in=[hold.pk for hold in standing]).update(
        lifted_by=by, lifted_at=at, lift_reason=CAUSE_GONE
    )
