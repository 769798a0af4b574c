"""The fail-safe of delivery: an instruction that nobody collected becomes a call to be made."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from customs_portal.accounts.models import Operator, User
from customs_portal.events.services import NewEvent, record_many
from customs_portal.findings import Finding
from declarations.models import Ens
from declarations.services.locks import lock_ens
from declarations.services.results import Changed, Refused, refusal
from messaging.models import OutboundMessage
from risk import policies
from risk.engine.outcomes import Outcome, Severity
from risk.events import CASE_CALL_RECORDED
from risk.models import Case
from risk.services.cases import Flagged, locked_cases, open_cases

INSTRUCTIONS = ("CC351A", "BLOCK", "UNBLOCK")
AT_A_TIME = 200
_UNDELIVERED = """
SELECT DISTINCT o.ens_id FROM messaging_outboundmessage o
WHERE o.kind = ANY(%(kinds)s) AND o.state = 'waiting' AND o.created_at <= %(before)s
  AND o.ens_id IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM risk_case c WHERE c.ens_id = o.ens_id AND c.status = 'open')
ORDER BY o.ens_id LIMIT %(limit)s
"""


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """A call to be made: what the recipient has not collected, and the number in the register."""

    message: int
    recipient: str
    name: str
    telephone: str


def open_undelivered(*, at: datetime) -> int:
    """Open a case for each ENS with an instruction that was not collected in time."""
    found = _overdue(at)
    locked = lock_ens(found)
    still = set(_overdue(at))
    flagged = [_not_delivered(ens, at) for ens in locked.values() if ens.pk in still]
    open_cases(flagged, at=at)
    return len(flagged)


def _overdue(at: datetime) -> list[int]:
    before = at - timedelta(minutes=settings.UNDELIVERED_AFTER_MINUTES)
    values: dict[str, Any] = {"kinds": list(INSTRUCTIONS), "before": before, "limit": AT_A_TIME}
    with connection.cursor() as cursor:
        cursor.execute(_UNDELIVERED, values)
        return [row[0] for row in cursor.fetchall()]


def _not_delivered(ens: Ens, at: datetime) -> Flagged:
    return Flagged(
        ens=ens.pk,
        office=ens.office_of_first_entry,
        due_at=at,
        outcome=Outcome.HOLD,
        severity=Severity.CRITICAL,
        score=0,
        cause=Case.Cause.NOT_DELIVERED,
    )


def calls_to_make(ens: int) -> list[Call]:
    """Return whom to call about an ENS."""
    waiting = OutboundMessage.objects.filter(
        ens=ens, kind__in=INSTRUCTIONS, state=OutboundMessage.State.WAITING
    ).order_by("pk")
    register = Operator.objects.in_bulk([m.recipient for m in waiting], field_name="eori")
    return [
        Call(
            message=message.pk,
            recipient=message.recipient,
            name=register[message.recipient].name,
            telephone=register[message.recipient].telephone,
        )
        for message in waiting
        if message.recipient in register
    ]


def record_call(
    cases: Sequence[int], *, note: str, officer: User, at: datetime
) -> list[Changed | Refused]:
    """Record that the officer told the recipients by telephone, and close the cases.

    `note` says who was spoken to. The messages stay to be collected, now as told.
    """
    found = locked_cases(cases)
    return [_record(found.get(key), note.strip(), officer, at) for key in cases]


def _record(case: Case | None, note: str, officer: User, at: datetime) -> Changed | Refused:
    findings = _guards(case, note, officer)
    if findings or case is None:
        return Refused(findings=findings)
    told = calls_to_make(case.ens_id)
    OutboundMessage.objects.filter(pk__in=[call.message for call in told]).update(
        state=OutboundMessage.State.TOLD, delivered_at=at
    )
    case.status, case.closed_at = Case.Status.CLOSED, at
    case.save(update_fields=["status", "closed_at"])
    record_many([_event(case, call, note, officer, at) for call in told])
    return Changed(id=case.pk)


def _guards(case: Case | None, note: str, officer: User) -> list[Finding]:
    if case is None or not policies.may_work_on(officer, case):
        return [refusal("not_found", _("There is no such case for you."))]
    if case.status != Case.Status.OPEN or case.cause != Case.Cause.NOT_DELIVERED:
        return [refusal("closed", _("There is no call to be made on this case."))]
    if not note:
        return [refusal("note", _("Write down whom you spoke to."), "note")]
    return []


def _event(case: Case, call: Call, note: str, officer: User, at: datetime) -> NewEvent:
    return NewEvent(
        kind=CASE_CALL_RECORDED,
        at=at,
        stream=case.ens_id,
        actor=officer.pk,
        data={"message": call.message, "recipient": call.recipient, "note": note},
    )
