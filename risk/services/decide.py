"""Deciding: what an officer concludes from an assessment (LIFECYCLE A4, A6, A7, A7b)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from customs_portal.accounts.models import User
from customs_portal.events.services import NewEvent, record_many
from customs_portal.reference.models import ReasonCode
from declarations.models import Ens, Measure
from declarations.services import MeasureOrder, place_measures
from declarations.services.clocks import stop_clocks
from declarations.services.results import Refused
from declarations.subjects import is_of_ics2
from risk.events import ASSESSMENT_CONCLUDED, CASE_DECIDED, CASE_PROPOSED, RISK_CONCLUDED
from risk.models import Assessment, Case, Decision, DecisionProposal
from risk.services.asking import ask_filer, end_with_decision
from risk.services.assess import CONCLUSION_STOPS
from risk.services.cases import locked_cases
from risk.services.guards import checked, told_on_arrival
from risk.services.orders import (
    MEASURE_OF,
    QUESTIONS,
    Decided,
    DecisionOrder,
    Ready,
    Verb,
    needs_signature,
)
from risk.services.proposals import told
from risk.services.stages import (
    BEFORE_LOADING_STOPS,
    Completed,
    analysed_twice,
    complete,
    full_one_due,
    full_one_follows,
    result_name,
)

NO_TIME = timedelta()


def decide(
    orders: Sequence[DecisionOrder], *, officer: User, at: datetime, undo: timedelta = NO_TIME
) -> list[Decided | Refused]:
    """Carry the decisions out in the caller's transaction; one result for each, in their order.

    A decision made on an older revision is refused with `stale_version`. Nothing is sent to
    anybody for as long as `undo` says.
    """
    cases = locked_cases([order.case for order in orders])
    reasons = ReasonCode.objects.valid_on(at.date()).in_bulk(field_name="code")
    results: list[Decided | Refused] = []
    for order in orders:
        ready = checked(order, cases.get(order.case), reasons, officer, at)
        if isinstance(ready, list):
            results.append(Refused(findings=ready))
        else:
            results.append(_taken(ready, officer, at, at + undo))
    return results


def _taken(ready: Ready, officer: User, at: datetime, tell_at: datetime) -> Decided:
    if ready.verb == Verb.DO_NOT_LOAD:
        return _propose_do_not_load(ready, officer, at)
    if needs_signature(ready.reason.second_signature, ready.verb):
        return _propose(ready, officer, at)
    return carry_out(ready, officer, at, tell_at=tell_at)


def _propose_do_not_load(ready: Ready, officer: User, at: datetime) -> Decided:
    """Propose a do-not-load; the case stays open until another officer has signed."""
    [measure] = _place(ready, officer, at, at)
    return Decided(case=ready.case.pk, decision=None, measure=measure.pk)


def _propose(ready: Ready, officer: User, at: datetime) -> Decided:
    """Keep the order until another officer has signed it."""
    proposal = DecisionProposal.objects.create(
        case=ready.case,
        revision=ready.order.revision,
        verb=ready.verb,
        reason_code=ready.reason.code,
        order=msgspec.to_builtins(ready.order),
        by_supervisor=ready.reason.second_signature == ReasonCode.SecondSignature.SUPERVISOR,
        proposed_by=officer,
        proposed_at=at,
    )
    record_many([told(CASE_PROPOSED, proposal, at=at, actor=officer.pk)])
    return Decided(case=ready.case.pk, decision=None, proposal=proposal.pk)


def carry_out(
    ready: Ready, officer: User, at: datetime, *, tell_at: datetime, signer: User | None = None
) -> Decided:
    """Do what was decided or asked; nobody is told before `tell_at`."""
    if ready.verb in QUESTIONS:
        asked = ask_filer(ready, officer=officer, at=at, sent_at=tell_at, signer=signer)
        return Decided(case=ready.case.pk, decision=None, referral=asked.pk)
    assessment = ready.assessment or manual_assessment(ready.case, at)
    measures = _place(ready, officer, at, tell_at)
    decision = Decision.objects.create(
        case=ready.case,
        assessment=assessment,
        verb=ready.verb,
        reason_code=ready.reason.code,
        note=ready.order.note.strip(),
        announced=_is_told_now(ready),
        officer=officer,
        decided_at=at,
        signed_by=signer,
    )
    end_with_decision(ready.case.ens, officer, at)
    result = Assessment.Result.RISK if measures else Assessment.Result.NO_RISK
    conclude(ready.case, assessment, result, officer, at, tell_at=tell_at)
    code = ready.reason.code
    record_decision(ready.case, ready.verb, code, assessment, officer, at, tell_at=tell_at)
    measure = measures[0].pk if measures else None
    return Decided(case=ready.case.pk, decision=decision.pk, measure=measure)


def _place(ready: Ready, officer: User, at: datetime, tell_at: datetime) -> list[Measure]:
    if ready.verb not in MEASURE_OF:
        return []
    order = ready.order
    wanted = MeasureOrder(
        ens=ready.case.ens_id,
        kind=MEASURE_OF[ready.verb],
        subject=order.subject,
        reference=order.reference,
        reason_code=ready.reason.code,
        note=order.note.strip(),
        trader_text=ready.reason.trader_text,
        place=order.place if ready.verb == Verb.CONTROL else "",
        version=ready.case.ens.version,
        officer=officer.pk,
        announced=_is_told_now(ready) and ready.verb != Verb.DO_NOT_LOAD,
        office=ready.case.office,
    )
    return place_measures([wanted], at=at, tell_at=tell_at)


def _is_told_now(ready: Ready) -> bool:
    """Whether the trader is told with the decision."""
    later = told_on_arrival(ready.order, ready.verb, ready.case.ens)
    return ready.order.announce and not later


def manual_assessment(case: Case, at: datetime) -> Assessment:
    """What an officer concludes where no rules could be applied, or are not what it is about."""
    earlier = Assessment.objects.filter(
        ens_version__ens=case.ens,
        ens_version__number=case.ens.version,
        kind=Assessment.Kind.MANUAL,
        status=Assessment.Status.CONCLUDED,
    )
    earlier.update(status=Assessment.Status.SUPERSEDED)
    return Assessment.objects.create(
        ens=case.ens,
        ens_version=case.ens.versions.get(number=case.ens.version),
        kind=Assessment.Kind.MANUAL,
        score=0,
        outcome=case.outcome,
        severity=case.severity,
        status=Assessment.Status.REVIEW,
        made_at=at,
    )


def conclude(
    case: Case,
    assessment: Assessment,
    result: str,
    officer: User,
    at: datetime,
    *,
    tell_at: datetime | None = None,
) -> None:
    """End the assessment with this result, and the case; the clocks of the analysis stop.

    Where that was the one before loading the full one becomes due instead, not before `tell_at`.
    """
    goes_on = full_one_follows(assessment, result)
    assessment.status = Assessment.Status.CONCLUDED
    assessment.result, assessment.concluded_at = result, at
    assessment.concluded_by = officer
    assessment.save(update_fields=["status", "result", "concluded_at", "concluded_by"])
    case.status, case.closed_at = Case.Status.CLOSED, at
    case.save(update_fields=["status", "closed_at"])
    stop_clocks([case.ens_id], BEFORE_LOADING_STOPS if goes_on else CONCLUSION_STOPS, at=at)
    if goes_on:
        version, actor = assessment.ens_version, officer.pk
        record_many([full_one_due(version, at=at, actor=actor, not_before=tell_at)])
    else:
        Ens.objects.filter(pk=case.ens_id).update(status=Ens.Status.ASSESSED)


def record_decision(
    case: Case,
    verb: Verb,
    reason_code: str,
    assessment: Assessment,
    officer: User,
    at: datetime,
    *,
    tell_at: datetime | None = None,
) -> None:
    """Tell of a decision and of the result by which it concluded the assessment."""
    result = Assessment.Result(assessment.result)
    stream, version = case.ens_id, case.ens.version
    early = assessment.kind == Assessment.Kind.PRELOADING and bool(analysed_twice([stream]))
    decided = {
        "verb": verb.value,
        "verb_name": str(verb.label),
        "reason_code": reason_code,
        "version": version,
    }
    concluded = {
        "ens": stream,
        "assessment": assessment.pk,
        "version": version,
        "result": result,
        "result_name": result_name(result, before_loading=early),
    }
    no_risk = result == Assessment.Result.NO_RISK
    outcome = ASSESSMENT_CONCLUDED if no_risk else RISK_CONCLUDED
    told_of = result != Assessment.Result.DO_NOT_LOAD and is_of_ics2(case.ens)
    ended = Completed(ens=stream, version=version, goes_on=early)
    record_many(
        [
            *(
                NewEvent(
                    kind=kind, at=at, stream=stream, actor=officer.pk, data=data, not_before=tell_at
                )
                for kind, data in ((CASE_DECIDED, decided), (outcome, concluded))
            ),
            *complete([ended] if told_of else [], at, actor=officer.pk, not_before=tell_at),
        ]
    )
