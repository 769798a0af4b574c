"""Possible infringements: found by the portal, opened and decided by people."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db import connection
from django.utils.translation import gettext as _

from customs_portal.accounts import policies as people
from customs_portal.accounts.models import Role, User
from customs_portal.events.services import NewEvent, record_many
from declarations.events import INFRINGEMENT_FOUND, INFRINGEMENT_STEP
from declarations.models import Filing, Infringement
from declarations.outages import excused
from declarations.services.locks import assert_in_transaction
from declarations.services.results import Changed, Refused, refused

State = Infringement.State
LOOKED_BACK = timedelta(days=30)
"""Older facts are no candidates any more."""
REJECTED_TOO_OFTEN = 3
STEPS: dict[str, tuple[tuple[str, ...], str]] = {
    "open": ((State.CANDIDATE,), State.OPENED),
    "propose": ((State.OPENED,), State.PROPOSED),
    "decide": ((State.PROPOSED,), State.DECIDED),
    "dismiss": ((State.CANDIDATE, State.OPENED, State.PROPOSED), State.DISMISSED),
}
"""By verb, from which states it leads to which."""


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step with an infringement; `penalty` belongs to `propose` alone."""

    infringement: int
    verb: str
    note: str
    penalty: str = ""


_FOUND = """
INSERT INTO declarations_infringement
    (kind, state, office, operator, filing_id, line_id, facts, found_at, penalty, note)
{candidates}
ON CONFLICT DO NOTHING RETURNING id, kind, filing_id
"""
_LATE = """
SELECT 'late', 'candidate', f.office_of_first_entry, f.declarant, f.id, NULL::bigint,
       CASE WHEN f.late_minutes < 60 THEN f.late_minutes || ' min late'
            ELSE f.late_minutes / 60 || ' h '
                 || lpad((f.late_minutes %% 60)::text, 2, '0') || ' late'
       END, %(at)s, '', ''
FROM declarations_filing f
WHERE f.id = ANY(%(filings)s) AND f.late_minutes > 0
"""
_MISSING = """
SELECT 'missing', 'candidate', a.office, a.notified_by, NULL::bigint, l.id,
       left(trim(concat_ws(' ', l.mrn, l.container, l.document, l.description)), 400),
       %(at)s, '', ''
FROM declarations_arrivalline l JOIN declarations_arrival a ON a.id = l.arrival_id
WHERE l.hold <> 'none' AND l.state <> 'waived' AND a.received_at > %(since)s
"""
_REJECTED = """
SELECT 'rejected', 'candidate', max(f.office_of_first_entry), f.declarant, max(f.id), NULL::bigint,
       'LRN ' || f.lrn || ' rejected ' || count(*) || ' times', %(at)s, '', ''
FROM declarations_filing f
WHERE f.status = 'rejected' AND f.lodged_at > %(since)s AND f.declarant <> '' AND f.lrn <> ''
  AND NOT EXISTS (SELECT 1 FROM declarations_infringement i JOIN declarations_filing g
                  ON g.id = i.filing_id WHERE i.kind = 'rejected'
                  AND g.declarant = f.declarant AND g.lrn = f.lrn)
GROUP BY f.declarant, f.lrn HAVING count(*) >= %(often)s
"""
_BY_MEASURE = """
SELECT CASE m.kind WHEN 'do_not_load' THEN 'loaded' ELSE 'wrong_data' END, 'candidate',
       n.office_of_first_entry, f.declarant, f.id, NULL::bigint,
       m.kind || ' ' || m.reason_code || ' ' || m.status, %(at)s, '', ''
FROM declarations_measure m JOIN declarations_ens n ON n.id = m.ens_id
JOIN declarations_ensmember e ON e.ens_id = n.id JOIN declarations_filing f ON f.id = e.filing_id
WHERE (m.kind = 'do_not_load' AND m.status = 'breached')
   OR (m.kind = 'control' AND m.status IN ('irregular', 'seized'))
"""


def find_infringements(*, at: datetime) -> int:
    """Note new candidates of the last month, each once; return how many."""
    assert_in_transaction()
    values: dict[str, Any] = {
        "at": at,
        "since": at - LOOKED_BACK,
        "often": REJECTED_TOO_OFTEN,
        "filings": _late(at),
    }
    found = []
    with connection.cursor() as cursor:
        for candidates in (_LATE, _MISSING, _REJECTED, _BY_MEASURE):
            cursor.execute(_FOUND.format(candidates=candidates), values)
            found += cursor.fetchall()
    record_many([_found(*row, at=at) for row in found])
    return len(found)


def _late(at: datetime) -> list[int]:
    """Return the late filings that no outage excuses and that are no candidates yet."""
    recent = Filing.objects.filter(
        lodged_at__gt=at - LOOKED_BACK, late_minutes__gt=0, infringements__isnull=True
    )
    late = list(recent)
    forgiven = excused(late)
    return [filing.pk for filing in late if filing.pk not in forgiven]


def _found(key: int, kind: str, filing: int | None, *, at: datetime) -> NewEvent:
    stream = None
    if filing is not None:
        members = Filing.objects.filter(pk=filing).values_list("membership__ens", flat=True)
        stream = members.first()
    name = str(Infringement.Kind(kind).label)
    data = {"infringement": key, "kind_name": name}
    return NewEvent(kind=INFRINGEMENT_FOUND, at=at, stream=stream, data=data)


def take_steps(steps: Sequence[Step], *, officer: User, at: datetime) -> list[Changed | Refused]:
    """Take the steps, one result for each; a supervisor decides, and not their own proposal."""
    assert_in_transaction()
    rows = Infringement.objects.select_for_update(of=("self",)).visible_to(officer)
    found = rows.in_bulk([step.infringement for step in steps])
    return [_step(step, found.get(step.infringement), officer, at) for step in steps]


def _step(step: Step, row: Infringement | None, officer: User, at: datetime) -> Changed | Refused:
    against = _against(step, row, officer)
    if against or row is None:
        return against or _missing()
    _sources, target = STEPS[step.verb]
    row.state, row.note = target, step.note.strip()
    if step.verb == "propose":
        row.penalty, row.proposed_by = step.penalty.strip(), officer
    if target in (State.DECIDED, State.DISMISSED):
        row.decided_by, row.decided_at = officer, at
    row.save()
    stream = row.filing.membership.ens_id if row.filing and row.filing.mrn else None
    data = {
        "infringement": row.pk,
        "kind_name": str(row.get_kind_display()),
        "state_name": str(row.get_state_display()),
    }
    record_many(
        [NewEvent(kind=INFRINGEMENT_STEP, at=at, stream=stream, actor=officer.pk, data=data)]
    )
    return Changed(id=row.pk)


def _against(step: Step, row: Infringement | None, officer: User) -> Refused | None:
    if row is None or officer.role not in people.OFFICER_ROLES:
        return _missing()
    if step.verb not in STEPS or row.state not in STEPS[step.verb][0]:
        return refused("closed", _("This step is not possible now."))
    if not step.note.strip():
        return refused("note", _("Give a reason."), "note")
    if step.verb == "propose" and not step.penalty.strip():
        return refused("penalty", _("Say which penalty you propose."), "penalty")
    return _may_not_decide(row, officer) if step.verb == "decide" else None


def _may_not_decide(row: Infringement, officer: User) -> Refused | None:
    if officer.role != Role.SUPERVISOR:
        return refused("not_allowed", _("A supervisor decides."))
    if row.proposed_by_id == officer.pk:
        return refused("not_allowed", _("Another person must decide your proposal."))
    return None


def _missing() -> Refused:
    return refused("not_found", _("There is no such infringement for you."))
