"""The second signature: under a do-not-load (LIFECYCLE A8), and under proposed decisions."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.utils.translation import gettext as _

from customs_portal.accounts.models import Role, User
from customs_portal.events.services import record_many
from customs_portal.reference.models import ReasonCode
from declarations.models import Measure
from declarations.services.do_not_load import sign_do_not_loads
from declarations.services.results import Changed, Refused, refused
from risk import policies
from risk.events import CASE_NOT_SIGNED, CASE_SIGNED
from risk.models import Assessment, Case, Decision, DecisionProposal
from risk.services.asking import end_with_decision
from risk.services.cases import locked_cases
from risk.services.decide import carry_out, conclude, record_decision
from risk.services.guards import checked
from risk.services.orders import LONGEST_NOTE, DecisionOrder
from risk.services.proposals import open_proposal, told


class Signed(msgspec.Struct, frozen=True, kw_only=True):
    """The proposal on the case is carried out; of do-not-loads, `measures` are announced."""

    case: int
    measures: tuple[int, ...] = ()


def sign(cases: Sequence[int], *, officer: User, at: datetime) -> list[Signed | Refused]:
    """Sign the decision, or every do-not-load, that waits on the cases; one result for each."""
    found = locked_cases(cases)
    return [_sign_any(found.get(key), officer, at) for key in cases]


def _sign_any(case: Case | None, officer: User, at: datetime) -> Signed | Refused:
    proposal = open_proposal(case.pk) if case else None
    if case is None or proposal is None or not policies.may_work_on(officer, case):
        return _sign(case, officer, at)
    against = _against(proposal, case, officer)
    return against or _sign_proposal(proposal, case, officer, at)


def _against(proposal: DecisionProposal, case: Case, officer: User) -> Refused | None:
    if proposal.proposed_by_id == officer.pk:
        text = _("Another officer has to sign what you proposed.")
        return refused("own_proposal", text)
    if proposal.by_supervisor and officer.role != Role.SUPERVISOR:
        return refused("supervisor", _("A supervisor has to sign this."))
    if proposal.revision != case.revision:
        text = _("The case changed since the proposal.")
        return refused("stale_version", text)
    return None


def _sign_proposal(
    proposal: DecisionProposal, case: Case, officer: User, at: datetime
) -> Signed | Refused:
    """Judge the order again as of now, in the name of the proposer, and carry it out."""
    _end(proposal, DecisionProposal.State.SIGNED, officer, at)
    reasons = ReasonCode.objects.valid_on(at.date()).in_bulk(field_name="code")
    order = msgspec.convert(proposal.order, DecisionOrder)
    ready = checked(order, _freed(case), reasons, proposal.proposed_by, at)
    if isinstance(ready, list):
        _end(proposal, DecisionProposal.State.OPEN, None, None)
        return Refused(findings=ready)
    record_many([told(CASE_SIGNED, proposal, at=at, actor=officer.pk)])
    carry_out(ready, proposal.proposed_by, at, tell_at=at, signer=officer)
    return Signed(case=case.pk)


def _freed(case: Case) -> Case:
    """Return the case as one that nobody has: the proposal counts, whoever claimed it since."""
    case.assignee = None
    return case


def _end(
    proposal: DecisionProposal,
    state: str,
    officer: User | None,
    at: datetime | None,
    note: str = "",
) -> None:
    DecisionProposal.objects.filter(pk=proposal.pk).update(
        state=state, ended_by=officer, ended_at=at, end_note=note
    )


def decline(
    cases: Sequence[int], *, note: str, officer: User, at: datetime
) -> list[Changed | Refused]:
    """Refuse to sign the proposed decisions, or take back one's own; `note` says why."""
    found = locked_cases(cases)
    return [_decline(found.get(key), note.strip(), officer, at) for key in cases]


def _decline(case: Case | None, note: str, officer: User, at: datetime) -> Changed | Refused:
    if case is None or not policies.may_work_on(officer, case):
        return refused("not_found", _("There is no such case for you."))
    proposal = open_proposal(case.pk)
    if proposal is None:
        return refused("closed", _("Nothing waits for a signature here."))
    if not note:
        text = _("Write down the reason in your own words.")
        return refused("note", text, "note")
    _end(proposal, DecisionProposal.State.DECLINED, officer, at, note[:LONGEST_NOTE])
    record_many([told(CASE_NOT_SIGNED, proposal, at=at, actor=officer.pk, note=note[:200])])
    return Changed(id=case.pk)


def _sign(case: Case | None, officer: User, at: datetime) -> Signed | Refused:
    if case is None or not policies.may_work_on(officer, case):
        return refused("not_found", _("There is no such case for you."))
    waiting = list(
        Measure.objects.filter(ens=case.ens, status=Measure.Status.AWAITING_SECOND).order_by("pk")
    )
    assessment = Assessment.objects.of(case.ens).awaiting_review().order_by("-pk").first()
    if not waiting or assessment is None or case.status != Case.Status.OPEN:
        return refused("closed", _("Nothing waits for a signature here."))
    results = sign_do_not_loads([each.pk for each in waiting], officer=officer, at=at)
    pairs = zip(waiting, results, strict=True)
    signed = [each for each, result in pairs if isinstance(result, Changed)]
    if not signed:
        against = [each for each in results if isinstance(each, Refused)]
        return Refused(findings=[found for each in against for found in each.findings])
    _conclude(case, assessment, signed[0], officer, at)
    return Signed(case=case.pk, measures=tuple(each.pk for each in signed))


def _conclude(
    case: Case, assessment: Assessment, measure: Measure, officer: User, at: datetime
) -> None:
    proposer = measure.placed_by
    assert proposer is not None
    Decision.objects.create(
        case=case,
        assessment=assessment,
        verb=Decision.Verb.DO_NOT_LOAD,
        reason_code=measure.reason_code,
        note=measure.note,
        announced=True,
        officer=proposer,
        decided_at=at,
        signed_by=officer,
    )
    end_with_decision(case.ens, proposer, at)
    conclude(case, assessment, Assessment.Result.DO_NOT_LOAD, proposer, at)
    verb = Decision.Verb.DO_NOT_LOAD
    record_decision(case, verb, measure.reason_code, assessment, proposer, at)
