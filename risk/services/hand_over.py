"""Handing cases over to another office or another officer, who then see the ENS."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.utils.translation import gettext as _

from customs_portal.accounts.models import Role, User
from customs_portal.events.services import NewEvent, record_many
from customs_portal.findings import Finding
from customs_portal.reference.snapshot import Snapshot
from declarations.services.results import Changed, Refused, refusal
from declarations.services.sight import Sight, give_sight
from risk import policies
from risk.events import CASE_TRANSFERRED
from risk.models import Case
from risk.services.cases import locked_cases

LONGEST_REASON = 200


class HandOver(msgspec.Struct, frozen=True, kw_only=True):
    """A case, the office it goes to, the officer there or None for any of them, and why."""

    case: int
    office: str
    officer: User | None
    reason: str


def hand_over(
    orders: Sequence[HandOver], *, by: User, reference: Snapshot, country: str, at: datetime
) -> list[Changed | Refused]:
    """Hand each case over and let its new office see the ENS.

    Refused: a case that the person may not work on, or that somebody else has (but to a
    supervisor); an office that is not ours now; an officer who may not work on it there.
    """
    cases = locked_cases([order.case for order in orders])
    results: list[Changed | Refused] = []
    moved: list[tuple[HandOver, Case]] = []
    for order in orders:
        case = cases.get(order.case)
        findings = _about_case(case, by) or _about_goal(order, cases, reference, country)
        if findings or case is None:
            results.append(Refused(findings=findings))
            continue
        moved.append((order, case))
        results.append(Changed(id=case.pk))
    _move(moved, by, at)
    return results


def _move(moved: Sequence[tuple[HandOver, Case]], by: User, at: datetime) -> None:
    events = [_event(order, case, by, at) for order, case in moved]
    sights = [
        Sight(ens=case.ens_id, office=order.office, reason=order.reason) for order, case in moved
    ]
    for order, case in moved:
        case.office, case.assignee = order.office, order.officer
        case.assigned_at = at if order.officer else None
        case.save(update_fields=["office", "assignee", "assigned_at"])
    give_sight(sights, by=by, at=at)
    record_many(events)


def _event(order: HandOver, case: Case, by: User, at: datetime) -> NewEvent:
    data = {
        "from_office": case.office,
        "office": order.office,
        "officer": order.officer.pk if order.officer else None,
        "reason": order.reason,
    }
    return NewEvent(kind=CASE_TRANSFERRED, at=at, stream=case.ens_id, actor=by.pk, data=data)


def _about_case(case: Case | None, by: User) -> list[Finding]:
    if case is None or not policies.may_work_on(by, case):
        return [refusal("not_found", _("There is no such case for you."))]
    if case.status != Case.Status.OPEN:
        return [refusal("closed", _("The case is closed."))]
    if case.assignee_id not in (None, by.pk) and by.role != Role.SUPERVISOR:
        return [refusal("taken", _("Another officer has this case."))]
    return []


def _about_goal(
    order: HandOver, cases: dict[int, Case], reference: Snapshot, country: str
) -> list[Finding]:
    case = cases[order.case]
    if not order.reason.strip() or len(order.reason) > LONGEST_REASON:
        return [refusal("reason", _("Say why."), "reason")]
    if not order.office.startswith(country) or reference.office(order.office) is None:
        return [refusal("office", _("This is not an office of ours."), "goal")]
    if (case.office, case.assignee_id) == (
        order.office,
        order.officer.pk if order.officer else None,
    ):
        return [refusal("unchanged", _("The case is there already."), "goal")]
    there = Case(ens_id=case.ens_id, office=order.office)
    if order.officer is not None and not policies.may_work_on(order.officer, there):
        return [refusal("officer", _("This officer cannot work on the case there."), "goal")]
    return []
