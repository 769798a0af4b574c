"""Cases: opening them, and who works on them."""

from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec
from django.db.models import F

from customs_portal.accounts.models import User
from customs_portal.events.kinds import Kind
from customs_portal.events.services import NewEvent, record_many
from customs_portal.findings import Finding
from declarations.services.locks import assert_in_transaction, lock_ens
from declarations.services.results import Changed, Refused, refusal
from risk import policies
from risk.events import CASE_CLAIMED, CASE_GIVEN_BACK, CASE_OPENED
from risk.models import Case
from risk.services.deadlines import set_deadlines
from risk.services.proposals import void_proposals
from risk.services.words import gather_words


class Flagged(msgspec.Struct, frozen=True, kw_only=True):
    """An ENS on which a person must decide, and what its assessment proposes."""

    ens: int
    office: str
    due_at: datetime
    outcome: str
    severity: str
    score: int
    cause: Case.Cause = Case.Cause.RISK


def open_cases(flagged: Sequence[Flagged], *, at: datetime) -> None:
    """Open a case for each ENS, or raise the revision of the one that is open.

    The caller holds the locks of the ENS rows.
    """
    assert_in_transaction()
    wanted = {found.ens: found for found in flagged}
    known = set(Case.objects.open().filter(ens__in=wanted).values_list("ens_id", flat=True))
    void_proposals(known, at=at)
    for ens in sorted(known):
        found = wanted[ens]
        Case.objects.open().filter(ens=ens).update(
            revision=F("revision") + 1,
            outcome=found.outcome,
            severity=found.severity,
            score=found.score,
            due_at=found.due_at,
            cause=found.cause,
        )
    fresh = [found for found in flagged if found.ens not in known]
    Case.objects.bulk_create([_case(found, at) for found in fresh])
    set_deadlines(wanted, at=at)
    gather_words(wanted)
    record_many([_opened(found, at) for found in fresh])


def _case(found: Flagged, at: datetime) -> Case:
    return Case(
        ens_id=found.ens,
        office=found.office,
        due_at=found.due_at,
        outcome=found.outcome,
        severity=found.severity,
        score=found.score,
        cause=found.cause,
        opened_at=at,
    )


def _opened(found: Flagged, at: datetime) -> NewEvent:
    return NewEvent(kind=CASE_OPENED, at=at, stream=found.ens, data={"office": found.office})


def claim(cases: Sequence[int], *, officer: User, at: datetime) -> list[Changed | Refused]:
    """Take the cases; one that another officer has is refused, an own one stays as it is."""
    return _move(cases, officer, at, may=_may_claim, assignee=officer, kind=CASE_CLAIMED)


def give_back(cases: Sequence[int], *, officer: User, at: datetime) -> list[Changed | Refused]:
    """Give the cases back to the office; only who has one can."""
    return _move(cases, officer, at, may=_may_give_back, assignee=None, kind=CASE_GIVEN_BACK)


def claim_next(*, officer: User, at: datetime) -> Case | None:
    """Take the open case with the least time left that nobody has; None where there is none."""
    assert_in_transaction()
    waiting = policies.workable_by(officer).without_officer().in_queue_order()
    for case_id in waiting.values_list("pk", flat=True)[:20]:
        [result] = claim([case_id], officer=officer, at=at)
        if isinstance(result, Changed):
            return Case.objects.get(pk=case_id)
    return None


def locked_cases(ids: Sequence[int]) -> dict[int, Case]:
    """Lock the ENS rows of the cases, then return the cases by id as they are now."""
    streams = Case.objects.filter(pk__in=ids).values_list("ens_id", flat=True)
    lock_ens(list(streams))
    return Case.objects.select_related("ens").in_bulk(list(ids))


def _move(
    ids: Sequence[int],
    officer: User,
    at: datetime,
    *,
    may: Callable[[User, Case], list[Finding]],
    assignee: User | None,
    kind: Kind,
) -> list[Changed | Refused]:
    cases = locked_cases(ids)
    results: list[Changed | Refused] = []
    events: list[NewEvent] = []
    for key in ids:
        findings = _open_findings(officer, cases.get(key)) or may(officer, cases[key])
        if findings:
            results.append(Refused(findings=findings))
            continue
        results.append(Changed(id=key))
        if assignee is not None and cases[key].assignee_id == assignee.pk:
            continue
        cases[key].assignee = assignee
        cases[key].assigned_at = at if assignee else None
        cases[key].save(update_fields=["assignee", "assigned_at"])
        events.append(
            NewEvent(kind=kind, at=at, stream=cases[key].ens_id, actor=officer.pk, data={})
        )
    record_many(events)
    return results


def _open_findings(officer: User, case: Case | None) -> list[Finding]:
    if case is None or not policies.may_work_on(officer, case):
        return [refusal("not_found", "There is no such case for you.")]
    if case.status != Case.Status.OPEN:
        return [refusal("closed", "The case is closed.")]
    return []


def _may_claim(officer: User, case: Case) -> list[Finding]:
    if case.assignee_id in (None, officer.pk):
        return []
    return [refusal("taken", "Another officer has this case.")]


def _may_give_back(officer: User, case: Case) -> list[Finding]:
    if case.assignee_id == officer.pk:
        return []
    return [refusal("not_yours", "The case is not yours.")]
