"""Ending a measure before its purpose is served: lifting, waiving, passing on (section 13).

What one person may not do alone is kept as a proposal until another signs it.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.utils.translation import gettext as _

from customs_portal.accounts.models import User
from customs_portal.events.services import NewEvent, record_many
from customs_portal.reference.models import ReasonCode
from declarations import policies
from declarations.events import STEP_DECLINED, STEP_PROPOSED
from declarations.models import Measure, MeasureProposal
from declarations.services.ending import Ending, end_measure
from declarations.services.measures import locked_measures, told
from declarations.services.reasons import reason_of
from declarations.services.results import Changed, Refused, refused
from declarations.services.steps import can

Verb = MeasureProposal.Verb
Reason = ReasonCode.Decision


class StepOrder(msgspec.Struct, frozen=True, kw_only=True):
    """A step that an officer wants to take, on the version that the officer has read.

    `office` is where a control is passed on to.
    """

    measure: int
    verb: str
    reason_code: str
    version: int
    note: str = ""
    office: str = ""


class Proposed(msgspec.Struct, frozen=True, kw_only=True):
    """The step waits for its second signature."""

    id: int


def take_steps(
    orders: Sequence[StepOrder], *, officer: User, at: datetime
) -> list[Changed | Proposed | Refused]:
    """Take the steps, or propose those that need two people; one result for each."""
    found = locked_measures(order.measure for order in orders)
    return [_take(order, found.get(order.measure), officer, at) for order in orders]


def _take(
    order: StepOrder, measure: Measure | None, officer: User, at: datetime
) -> Changed | Proposed | Refused:
    if measure is None or not policies.may_handle(officer, measure, at):
        return _unknown()
    against = _against(order, measure)
    if against:
        return against
    reason = reason_of(order.reason_code, _family(order, measure), note=order.note, at=at)
    if isinstance(reason, Refused):
        return reason
    if needs_two(measure, order.verb, officer, at):
        return _propose(order, measure, officer, at)
    end_measure(measure, _values(order), by=officer, at=at)
    return Changed(id=measure.pk)


def _against(order: StepOrder, measure: Measure) -> Refused | None:
    if order.verb not in Verb.values or not can(measure, order.verb):
        return refused("closed", _("This measure cannot be ended so any more."))
    if order.version != measure.ens.version:
        return refused("stale_version", _("The declaration changed while you read it."))
    if measure.proposals.filter(state=MeasureProposal.State.OPEN).exists():
        return refused("proposed", _("Such a step already waits for its second signature."))
    if order.verb == Verb.LIFT and _holds_for_control(measure):
        return refused("open_control", _("The control for which the goods are held is still open."))
    if order.verb == Verb.PASS_ON and not order.office:
        return refused("office", _("Choose the office that is to control."), "office")
    return None


def _holds_for_control(measure: Measure) -> bool:
    cause = measure.caused_by
    return cause is not None and cause.kind == Measure.Kind.CONTROL and cause.is_open


def _family(order: StepOrder, measure: Measure) -> Reason:
    if order.verb != Verb.LIFT:
        return Reason.NO_CONTROL
    lifts_hold = measure.kind == Measure.Kind.HOLD
    return Reason.LIFT_HOLD if lifts_hold else Reason.LIFT_DO_NOT_LOAD


def needs_two(measure: Measure, verb: str, officer: User, at: datetime) -> bool:
    """Whether this officer may only propose the step."""
    if verb == Verb.PASS_ON:
        return False
    if verb == Verb.LIFT and measure.kind == Measure.Kind.HOLD:
        return not policies.lifts_alone(officer, measure, at)
    return True


def _propose(order: StepOrder, measure: Measure, officer: User, at: datetime) -> Proposed:
    proposal = MeasureProposal.objects.create(
        measure=measure,
        verb=order.verb,
        reason_code=order.reason_code,
        note=order.note.strip(),
        office=order.office,
        version=order.version,
        proposed_by=officer,
        proposed_at=at,
    )
    record_many([_told(proposal, measure, officer, at)])
    return Proposed(id=proposal.pk)


def _told(proposal: MeasureProposal, measure: Measure, officer: User, at: datetime) -> NewEvent:
    return told(
        STEP_PROPOSED,
        measure,
        at=at,
        actor=officer.pk,
        step_name=proposal.get_verb_display(),
        step_reason=proposal.reason_code,
    )


def _values(order: StepOrder | MeasureProposal) -> Ending:
    return Ending(
        verb=order.verb, reason_code=order.reason_code, note=order.note.strip(), office=order.office
    )


def sign_steps(proposals: Sequence[int], *, officer: User, at: datetime) -> list[Changed | Refused]:
    """Take the proposed steps with a second signature; one result for each."""
    return [_sign(each, officer, at) for each in _locked(proposals)]


def _locked(ids: Sequence[int]) -> list[MeasureProposal | None]:
    known = MeasureProposal.objects.filter(pk__in=ids).values_list("pk", "measure")
    measures = locked_measures(measure for _pk, measure in known)
    found = MeasureProposal.objects.in_bulk(list(ids))
    for proposal in found.values():
        proposal.measure = measures[proposal.measure_id]
    return [found.get(key) for key in ids]


def _sign(proposal: MeasureProposal | None, officer: User, at: datetime) -> Changed | Refused:
    against = _against_proposal(proposal, officer, at)
    if against or proposal is None:
        return against or _unknown()
    if not policies.may_sign(officer, proposed_by=proposal.proposed_by_id):
        return refused("own_proposal", _("Another officer has to sign what you proposed."))
    if proposal.version != proposal.measure.ens.version:
        return refused("stale_version", _("The declaration changed since the proposal."))
    if not can(proposal.measure, proposal.verb):
        return refused("closed", _("This measure cannot be ended so any more."))
    _close(proposal, MeasureProposal.State.SIGNED, officer, at)
    end_measure(proposal.measure, _values(proposal), by=proposal.proposed_by, at=at, signer=officer)
    return Changed(id=proposal.measure_id)


def decline_steps(
    proposals: Sequence[int], *, officer: User, at: datetime
) -> list[Changed | Refused]:
    """Refuse to sign proposed steps, or take back one's own; one result for each."""
    return [_decline(each, officer, at) for each in _locked(proposals)]


def _decline(proposal: MeasureProposal | None, officer: User, at: datetime) -> Changed | Refused:
    against = _against_proposal(proposal, officer, at)
    if against or proposal is None:
        return against or _unknown()
    signer = officer if officer.pk != proposal.proposed_by_id else None
    _close(proposal, MeasureProposal.State.DECLINED, signer, at)
    step_name = proposal.get_verb_display()
    event = told(STEP_DECLINED, proposal.measure, at=at, actor=officer.pk, step_name=step_name)
    record_many([event])
    return Changed(id=proposal.measure_id)


def _against_proposal(
    proposal: MeasureProposal | None, officer: User, at: datetime
) -> Refused | None:
    if proposal is None or not policies.may_handle(officer, proposal.measure, at):
        return _unknown()
    if proposal.state != MeasureProposal.State.OPEN:
        return refused("closed", _("This proposal no longer waits for a signature."))
    return None


def _close(
    proposal: MeasureProposal, state: MeasureProposal.State, signer: User | None, at: datetime
) -> None:
    proposal.state, proposal.signed_by = state, signer
    proposal.signed_at = at if signer else None
    proposal.save(update_fields=["state", "signed_by", "signed_at"])


def _unknown() -> Refused:
    return refused("not_found", _("There is no such measure for you."))
