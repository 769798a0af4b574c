"""Deciding: what an officer concludes from an assessment (LIFECYCLE A6, A7, A7b)."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
from django.utils.translation import gettext as _

from customs_portal.accounts.models import User
from customs_portal.events.services import NewEvent, record_many
from customs_portal.findings import Finding
from customs_portal.reference.models import ReasonCode
from declarations.models import Ens, EntryLeg, Measure
from declarations.services import MeasureOrder, place_measures
from declarations.services.clocks import stop_clocks
from declarations.services.do_not_load import do_not_load_refused, do_not_load_subjects
from declarations.services.results import Refused, refusal
from declarations.subjects import current_document, subjects
from risk import policies
from risk.events import ASSESSMENT_CONCLUDED, CASE_DECIDED, RISK_CONCLUDED
from risk.models import Assessment, Case, Decision
from risk.services.assess import CONCLUSION_STOPS
from risk.services.cases import locked_cases

Verb = Decision.Verb
REASONS_OF = {
    Verb.NO_FURTHER_ACTION: ReasonCode.Decision.CLEAR,
    Verb.CONTROL: ReasonCode.Decision.CONTROL,
    Verb.HOLD: ReasonCode.Decision.HOLD,
    Verb.DO_NOT_LOAD: ReasonCode.Decision.DO_NOT_LOAD,
}
MEASURE_OF = {
    Verb.CONTROL: Measure.Kind.CONTROL,
    Verb.HOLD: Measure.Kind.HOLD,
    Verb.DO_NOT_LOAD: Measure.Kind.DO_NOT_LOAD,
}
WITHOUT_ASSESSMENT = (Case.Cause.NOT_ASSESSED, Case.Cause.BREACHED, Case.Cause.DUAL_FILING)
"""Causes on which an officer decides though no assessment waits for it."""
LONGEST_NOTE = 4000


class DecisionOrder(msgspec.Struct, frozen=True, kw_only=True):
    """What an officer wants to decide, on the revision of the case that the officer has read.

    `subject` and `reference` say which goods (`declaration`, or `item`, `consignment`, `equipment`
    with number or key), `place` is the office of a control, `announce` whether the trader is told.
    """

    case: int
    revision: int
    verb: str
    reason_code: str
    note: str = ""
    subject: str = "declaration"
    reference: str = ""
    announce: bool = False
    place: str = ""


class Decided(msgspec.Struct, frozen=True, kw_only=True):
    """The decision stands; `measure` is what was placed, None for no further action.

    `decision` is None for a do-not-load, which stands only once another officer has signed it.
    """

    case: int
    decision: int | None
    measure: int | None = None


class _Ready(msgspec.Struct, kw_only=True):
    """An order whose every guard holds."""

    order: DecisionOrder
    verb: Verb
    case: Case
    assessment: Assessment | None
    reason: ReasonCode


def decide(
    orders: Sequence[DecisionOrder], *, officer: User, at: datetime
) -> list[Decided | Refused]:
    """Carry the decisions out in the caller's transaction; one result for each, in their order.

    A decision made on an older revision is refused with `stale_version`.
    """
    cases = locked_cases([order.case for order in orders])
    reasons = ReasonCode.objects.valid_on(at.date()).in_bulk(field_name="code")
    results: list[Decided | Refused] = []
    for order in orders:
        ready = _checked(order, cases.get(order.case), reasons, officer, at)
        if isinstance(ready, list):
            results.append(Refused(findings=ready))
        else:
            verb = _propose if ready.verb == Verb.DO_NOT_LOAD else _carry_out
            results.append(verb(ready, officer, at))
    return results


def _checked(
    order: DecisionOrder,
    case: Case | None,
    reasons: Mapping[str, ReasonCode],
    officer: User,
    at: datetime,
) -> "_Ready | list[Finding]":
    if case is None or not policies.may_work_on(officer, case):
        return [refusal("not_found", _("There is no such case for you."))]
    findings = _about_case(order, case, officer) or _about_reason(order, reasons)
    if findings:
        return findings
    waiting = Assessment.objects.of(case.ens).awaiting_review()
    assessment = waiting.filter(ens_version__number=case.ens.version).order_by("-pk").first()
    if assessment is None and case.cause not in WITHOUT_ASSESSMENT:
        return [refusal("nothing_to_decide", _("No assessment waits for a decision."))]
    verb, reason = Verb(order.verb), reasons[order.reason_code]
    findings = [*_about_text(order, reason), *_about_announcement(order, verb, reason)]
    findings += _about_subject(order, verb, case.ens) or _about_do_not_load(order, case.ens, at)
    if findings:
        return findings
    return _Ready(order=order, verb=verb, case=case, assessment=assessment, reason=reason)


def _about_case(order: DecisionOrder, case: Case, officer: User) -> list[Finding]:
    if case.status != Case.Status.OPEN:
        return [refusal("closed", _("The case is closed."))]
    if case.revision != order.revision:
        return [refusal("stale_version", _("The declaration changed while you read it."))]
    if case.assignee_id not in (None, officer.pk):
        return [refusal("taken", _("Another officer has this case."))]
    return []


def _about_reason(order: DecisionOrder, reasons: Mapping[str, ReasonCode]) -> list[Finding]:
    if order.verb not in Verb.values:
        return [refusal("unknown_verb", _("Choose a decision."), "verb")]
    reason = reasons.get(order.reason_code)
    verb = Verb(order.verb)
    if reason and reason.decision == REASONS_OF[verb] and selectable(reason, verb):
        return []
    return [refusal("reason", _("Choose a reason for this decision."), "reason_code")]


def selectable(reason: ReasonCode, verb: Verb) -> bool:
    """Whether one officer alone may decide for this reason, or propose it to be signed."""
    return verb == Verb.DO_NOT_LOAD or reason.second_signature == ReasonCode.SecondSignature.NO


def _about_text(order: DecisionOrder, reason: ReasonCode) -> list[Finding]:
    if reason.text_required and not order.note.strip():
        return [refusal("note", _("Write down the reason in your own words."), "note")]
    if len(order.note) > LONGEST_NOTE:
        text = _("Use at most %(count)d characters.") % {"count": LONGEST_NOTE}
        return [refusal("note", text, "note")]
    return []


def _about_announcement(order: DecisionOrder, verb: Verb, reason: ReasonCode) -> list[Finding]:
    never = reason.announced in (ReasonCode.Announced.NEVER, ReasonCode.Announced.LETTER)
    if order.announce and (never or verb not in MEASURE_OF):
        return [refusal("announce", _("This decision is not announced."), "announce")]
    must = reason.announced == ReasonCode.Announced.ALWAYS and verb in MEASURE_OF
    if must and not order.announce:
        return [refusal("announce", _("This decision is always announced."), "announce")]
    return []


def _about_subject(order: DecisionOrder, verb: Verb, ens: Ens) -> list[Finding]:
    if verb not in MEASURE_OF:
        return []
    if (order.subject, order.reference) not in subjects(current_document(ens)):
        return [refusal("subject", _("Choose what the decision is about."), "subject")]
    places = EntryLeg.objects.filter(ens=ens).values_list("office", flat=True)
    if verb == Verb.CONTROL and order.place not in places:
        return [refusal("place", _("Choose the office of the control."), "place")]
    return []


def _about_do_not_load(order: DecisionOrder, ens: Ens, at: datetime) -> list[Finding]:
    """Say why a do-not-load is unlawful; while one waits for its signature nothing else is due."""
    waiting = Measure.objects.filter(ens=ens, status=Measure.Status.AWAITING_SECOND)
    if order.verb != Verb.DO_NOT_LOAD:
        text = _("A do-not-load waits for its second signature. Sign it or refuse it first.")
        return [refusal("awaiting_signature", text)] if waiting.exists() else []
    unlawful = do_not_load_refused(ens, at)
    if unlawful:
        return [refusal("not_allowed", unlawful, "verb")]
    if (order.subject, order.reference) not in do_not_load_subjects(current_document(ens)):
        return [refusal("subject", _("Choose a container, or goods in one."), "subject")]
    if waiting.filter(subject=order.subject, reference=order.reference).exists():
        return [refusal("awaiting_signature", _("This waits for its second signature already."))]
    return []


def _propose(ready: _Ready, officer: User, at: datetime) -> Decided:
    """Propose a do-not-load; the case stays open until another officer has signed."""
    [measure] = _place(ready, officer, at)
    return Decided(case=ready.case.pk, decision=None, measure=measure.pk)


def _carry_out(ready: _Ready, officer: User, at: datetime) -> Decided:
    assessment = ready.assessment or _manual_assessment(ready.case, at)
    measures = _place(ready, officer, at)
    decision = Decision.objects.create(
        case=ready.case,
        assessment=assessment,
        verb=ready.verb,
        reason_code=ready.reason.code,
        note=ready.order.note.strip(),
        announced=ready.order.announce,
        officer=officer,
        decided_at=at,
    )
    result = Assessment.Result.RISK if measures else Assessment.Result.NO_RISK
    conclude(ready.case, assessment, result, officer, at)
    record_decision(ready.case, ready.verb, ready.reason.code, assessment, officer, at)
    measure = measures[0].pk if measures else None
    return Decided(case=ready.case.pk, decision=decision.pk, measure=measure)


def _place(ready: _Ready, officer: User, at: datetime) -> list[Measure]:
    if ready.verb not in MEASURE_OF:
        return []
    order = ready.order
    return place_measures(
        [
            MeasureOrder(
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
                announced=order.announce and ready.verb != Verb.DO_NOT_LOAD,
                office=ready.case.office,
            )
        ],
        at=at,
    )


def _manual_assessment(case: Case, at: datetime) -> Assessment:
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


def conclude(case: Case, assessment: Assessment, result: str, officer: User, at: datetime) -> None:
    """End the assessment with this result, and the case; the clocks of the analysis stop."""
    assessment.status = Assessment.Status.CONCLUDED
    assessment.result, assessment.concluded_at = result, at
    assessment.concluded_by = officer
    assessment.save(update_fields=["status", "result", "concluded_at", "concluded_by"])
    case.status, case.closed_at = Case.Status.CLOSED, at
    case.save(update_fields=["status", "closed_at"])
    Ens.objects.filter(pk=case.ens_id).update(status=Ens.Status.ASSESSED)
    stop_clocks([case.ens_id], CONCLUSION_STOPS, at=at)


def record_decision(
    case: Case, verb: Verb, reason_code: str, assessment: Assessment, officer: User, at: datetime
) -> None:
    """Tell of a decision and of the result by which it concluded the assessment."""
    result = Assessment.Result(assessment.result)
    stream, version = case.ens_id, case.ens.version
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
        "result_name": str(result.label),
    }
    no_risk = result == Assessment.Result.NO_RISK
    told = ASSESSMENT_CONCLUDED if no_risk else RISK_CONCLUDED
    record_many(
        [
            NewEvent(kind=kind, at=at, stream=stream, actor=officer.pk, data=data)
            for kind, data in ((CASE_DECIDED, decided), (told, concluded))
        ]
    )
