"""Controls: decided, scheduled, carried out, their result told (LIFECYCLE 6.2)."""

from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime
from typing import TypeVar

import msgspec
from django.utils.translation import gettext as _

from customs_portal.accounts.models import User
from customs_portal.events.services import record_many
from customs_portal.reference.models import ReasonCode
from declarations import policies
from declarations.events import (
    CONTROL_DECIDED_AGAINST,
    CONTROL_DUE,
    CONTROL_ORDERED,
    CONTROL_RESULT,
    CONTROL_SCHEDULED,
    CONTROL_STARTED,
)
from declarations.models import Control, Measure
from declarations.services.advance_notice import against_telling, forewarn_of, tell_of_controls
from declarations.services.do_not_load import following
from declarations.services.ending import HOLD_OF_CONTROL, lift_holds_of
from declarations.services.goods import put_under_control, went_elsewhere
from declarations.services.locks import assert_in_transaction
from declarations.services.measures import locked_measures, place_measures, told
from declarations.services.reasons import reason_of
from declarations.services.results import Changed, Refused, refused
from declarations.services.steps import can, step

Reason = ReasonCode.Decision
RESULT_VERBS = {
    "RES-01": "find_conform",
    "RES-02": "find_conform",
    "RES-03": "find_irregular",
    "RES-04": "seize",
    "RES-05": "find_nothing",
}
"""By result code what becomes of a control; a small difference in the data holds no goods."""
CONFIRMED_FINDS = ("RES-03", "RES-04")
"""Results after which the parties and the container are known for a find."""
ENDS_ITS_HOLD = ("find_conform", "find_nothing")
WHERE_THE_GOODS_ARE = ("order", "schedule", "start")
"""Verbs that make no sense for goods that go to another State."""


class ControlOrder(msgspec.Struct, frozen=True, kw_only=True):
    """The decision to control: how, and which objects; `type` is a code of the family CTL."""

    measure: int
    version: int
    type: str
    objects: str
    note: str


class Appointment(msgspec.Struct, frozen=True, kw_only=True):
    """When and where a control takes place, and what is to be presented.

    `announce`: the trader is told. `forewarn`: only authorised operators are, as the goods are
    still to come.
    """

    measure: int
    scheduled_at: datetime
    location: str
    to_present: str
    announce: bool
    forewarn: bool = False


class ControlResult(msgspec.Struct, frozen=True, kw_only=True):
    """What was done and found; `quantities` are pairs of amount with unit, and what it is."""

    measure: int
    result_code: str
    method: str
    finding: str
    quantities: tuple[tuple[str, str], ...] = ()


def start_recommended_controls(ens: Collection[int], *, at: datetime) -> list[int]:
    """Make the recommended controls of goods that arrived due, and return their measures.

    The caller holds the locks of the ENS rows. Nothing is ordered: an officer decides.
    """
    assert_in_transaction()
    due = list(
        Measure.objects.filter(
            ens__in=ens,
            kind=Measure.Kind.CONTROL,
            status=Measure.Status.RECOMMENDED,
            control__due_at__isnull=True,
        ).order_by("pk")
    )
    Control.objects.filter(measure__in=due).update(due_at=at)
    record_many([told(CONTROL_DUE, measure, at=at, place=measure.place) for measure in due])
    return [measure.pk for measure in due]


def order_controls(
    orders: Sequence[ControlOrder], *, officer: User, at: datetime
) -> list[Changed | Refused]:
    """Order recommended controls and hold their goods until they end; one result for each."""
    found = locked_measures(order.measure for order in orders)
    return [_order(order, found.get(order.measure), officer, at) for order in orders]


def _order(
    order: ControlOrder, measure: Measure | None, officer: User, at: datetime
) -> Changed | Refused:
    against = _against_deciding(measure, "order", order.version, officer, at)
    if against or measure is None:
        return against or _unknown()
    reason = reason_of(order.type, Reason.CONTROL, note=order.note, at=at)
    if isinstance(reason, Refused):
        return reason
    if reason.second_signature != ReasonCode.SecondSignature.NO and not policies.is_supervisor(
        officer
    ):
        return refused("supervisor", _("A supervisor has to order this type."), "reason_code")
    _decided(measure, officer, order.note, at, type=order.type, objects_named=order.objects.strip())
    step([measure], "order", CONTROL_ORDERED, at=at, actor=officer, type=order.type)
    place_measures([following(measure, Measure.Kind.HOLD, HOLD_OF_CONTROL)], at=at)
    put_under_control(measure, at=at)
    return Changed(id=measure.pk)


def decide_against_controls(
    orders: Sequence[ControlOrder], *, officer: User, at: datetime
) -> list[Changed | Refused]:
    """Decide that recommended controls are not made; `type` is a reason of the family CTL-N."""
    found = locked_measures(order.measure for order in orders)
    return [_decide_against(order, found.get(order.measure), officer, at) for order in orders]


def _decide_against(
    order: ControlOrder, measure: Measure | None, officer: User, at: datetime
) -> Changed | Refused:
    verb = "decide_against"
    against = _against_deciding(measure, verb, order.version, officer, at)
    if against or measure is None:
        return against or _unknown()
    reason = reason_of(order.type, Reason.NO_CONTROL, note=order.note, at=at)
    if isinstance(reason, Refused):
        return reason
    _decided(measure, officer, order.note, at, ended_reason=order.type)
    step([measure], verb, CONTROL_DECIDED_AGAINST, at=at, actor=officer, lift_reason=order.type)
    return Changed(id=measure.pk)


def _against_deciding(
    measure: Measure | None, verb: str, version: int, officer: User, at: datetime
) -> Refused | None:
    if measure is None or measure.kind != Measure.Kind.CONTROL:
        return _unknown()
    if not policies.may_decide_control(officer, measure, at):
        return _unknown()
    if not can(measure, verb):
        return refused("closed", _("This control was decided already."))
    if version != measure.ens.version:
        return refused("stale_version", _("The declaration changed while you read it."))
    return _against_place(measure, verb)


def _against_place(measure: Measure, verb: str) -> Refused | None:
    if verb in WHERE_THE_GOODS_ARE and went_elsewhere(measure):
        return refused("diverted", _("The goods were diverted to another State."))
    return None


def _decided(measure: Measure, officer: User, note: str, at: datetime, **values: str) -> None:
    Control.objects.filter(measure=measure).update(
        decided_by=officer, decided_at=at, decision_note=note.strip(), **values
    )


def schedule_controls(
    appointments: Sequence[Appointment], *, officer: User, at: datetime
) -> list[Changed | Refused]:
    """Appoint ordered controls, announced or not; one result for each."""
    return _act(
        appointments, "schedule", officer, at, check=_against_appointment, carry_out=_schedule
    )


def _against_appointment(wanted: Appointment, measure: Measure, at: datetime) -> Refused | None:
    if wanted.scheduled_at < at:
        return refused("scheduled_at", _("The time is over."), "scheduled_at")
    announced = _announcing(measure.control.type, at)
    if (wanted.announce or wanted.forewarn) and announced == ReasonCode.Announced.NEVER:
        return refused("announce", _("This type of control is not announced."), "announce")
    if not wanted.announce and measure.announced_at:
        return refused("announce", _("The trader knows of the control already."), "announce")
    return against_telling(measure, announce=wanted.announce, forewarn=wanted.forewarn, at=at)


def _announcing(type_: str, at: datetime) -> str:
    reason = ReasonCode.objects.valid_on(at.date()).filter(code=type_).first()
    return reason.announced if reason else ReasonCode.Announced.NEVER


def _schedule(wanted: Appointment, measure: Measure, officer: User, at: datetime) -> None:
    Control.objects.filter(measure=measure).update(
        scheduled_at=wanted.scheduled_at,
        location=wanted.location.strip(),
        to_present=wanted.to_present.strip(),
        scheduled_by=officer,
    )
    moment = f"{wanted.scheduled_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    step([measure], "schedule", CONTROL_SCHEDULED, at=at, actor=officer, moment=moment)
    if wanted.announce:
        tell_of_controls([measure], at=at, by=officer.pk)
    elif wanted.forewarn:
        forewarn_of(measure, officer=officer.pk, at=at)


def start_controls(
    measures: Sequence[int], *, officer: User, at: datetime
) -> list[Changed | Refused]:
    """Begin controls of goods that are here; the officer is the examiner."""
    return _act(
        [_Started(measure=key) for key in measures],
        "start",
        officer,
        at,
        check=lambda wanted, measure, at: None,
        carry_out=_start,
    )


class _Started(msgspec.Struct, frozen=True, kw_only=True):
    """That a control begins."""

    measure: int


def _start(wanted: _Started, measure: Measure, officer: User, at: datetime) -> None:
    Control.objects.filter(measure=measure).update(examiner=officer, started_at=at)
    step([measure], "start", CONTROL_STARTED, at=at, actor=officer)
    put_under_control(measure, at=at)


Wanted = TypeVar("Wanted", Appointment, _Started, ControlResult)


def record_results(
    results: Sequence[ControlResult], *, officer: User, at: datetime
) -> list[Changed | Refused]:
    """Record what controls found; the goods go free only where nothing was wrong."""
    answers: list[Changed | Refused] = []
    for wanted in results:
        verb = RESULT_VERBS.get(wanted.result_code)
        if verb is None:
            text = _("Choose the result.")
            answers.append(refused("reason", text, "result_code"))
            continue
        answers += _act(
            [wanted], verb, officer, at, check=_against_result, carry_out=_record_result
        )
    return answers


def _against_result(wanted: ControlResult, measure: Measure, at: datetime) -> Refused | None:
    if not wanted.method.strip():
        return refused("method", _("Say what was done, and how."), "method")
    reason = reason_of(wanted.result_code, Reason.CONTROL_RESULT, note=wanted.finding, at=at)
    if isinstance(reason, Refused):
        return refused("finding", reason.findings[0].text, "finding")
    return None


def _record_result(wanted: ControlResult, measure: Measure, officer: User, at: datetime) -> None:
    verb = RESULT_VERBS[wanted.result_code]
    Control.objects.filter(measure=measure).update(
        result_code=wanted.result_code,
        method=wanted.method.strip(),
        finding=wanted.finding.strip(),
        quantities=[list(pair) for pair in wanted.quantities],
        recorded_by=officer,
        recorded_at=at,
    )
    step([measure], verb, CONTROL_RESULT, at=at, actor=officer, result=wanted.result_code)
    if verb in ENDS_ITS_HOLD:
        lift_holds_of([measure], by=officer, at=at)


def _act(
    orders: Sequence[Wanted],
    verb: str,
    officer: User,
    at: datetime,
    *,
    check: Callable[[Wanted, Measure, datetime], Refused | None],
    carry_out: Callable[[Wanted, Measure, User, datetime], None],
) -> list[Changed | Refused]:
    found = locked_measures(order.measure for order in orders)
    results: list[Changed | Refused] = []
    for order in orders:
        measure = found.get(order.measure)
        if measure is None or not policies.may_decide_control(officer, measure, at):
            results.append(_unknown())
        elif measure.kind != Measure.Kind.CONTROL or not can(measure, verb):
            results.append(refused("closed", _("The control is not at that step.")))
        elif against := _against_place(measure, verb) or check(order, measure, at):
            results.append(against)
        else:
            carry_out(order, measure, officer, at)
            results.append(Changed(id=measure.pk))
    return results


def _unknown() -> Refused:
    return refused("not_found", _("There is no such control for you."))
