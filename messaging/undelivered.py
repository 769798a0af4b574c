"""The fail-safe of delivery: an instruction that reached nobody becomes a call to be made.

So does what tells another State of a do-not-load or a hold, but not in its planned outage.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db import connection
from django.utils.translation import gettext as _

from customs_portal.accounts.models import Operator, User
from customs_portal.events.services import NewEvent, record_many
from customs_portal.findings import Finding
from declarations.models import Ens
from declarations.services.locks import lock_ens
from declarations.services.results import Changed, Refused, refusal
from messaging.models import OutboundMessage, PartnerContact
from messaging.wire.waiting import INSTRUCTIVE, NO_OUTAGE, OVERDUE, overdue_values
from risk import policies
from risk.engine.outcomes import Outcome, Severity
from risk.events import CASE_CALL_RECORDED
from risk.models import Case
from risk.services.cases import Flagged, locked_cases, open_cases

INSTRUCTIONS = ("CC351A", "IE3Q01", "BLOCK", "UNBLOCK")
AT_A_TIME = 200
_UNDELIVERED = f"""
SELECT DISTINCT o.ens_id FROM messaging_outboundmessage o
JOIN declarations_ens e ON e.id = o.ens_id
WHERE (o.kind = ANY(%(instructions)s) AND o.state = 'waiting' AND o.created_at <= %(before)s
         AND e.status NOT IN ('invalidated', 'closed')
       OR {OVERDUE} AND {NO_OUTAGE})
  AND NOT EXISTS (SELECT 1 FROM risk_case c WHERE c.ens_id = o.ens_id AND c.status = 'open')
ORDER BY o.ens_id LIMIT %(limit)s
"""  # noqa: S608  no value of anybody's


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
    values: dict[str, Any] = {
        **overdue_values(at),
        "instructions": list(INSTRUCTIONS),
        "limit": AT_A_TIME,
    }
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
    """Return whom to call about an ENS: traders and terminals, and other administrations."""
    waiting = OutboundMessage.objects.filter(
        ens=ens, kind__in=(*INSTRUCTIONS, *INSTRUCTIVE), state=OutboundMessage.State.WAITING
    ).order_by("pk")
    register = Operator.objects.in_bulk([m.recipient for m in waiting], field_name="eori")
    calls = [_call(message, register.get(message.recipient)) for message in waiting]
    return [call for call in calls if call is not None]


def _call(message: OutboundMessage, operator: Operator | None) -> Call | None:
    if message.channel == OutboundMessage.Channel.PARTNER:
        name, telephone = _administration(message.recipient)
    elif operator is not None:
        name, telephone = operator.name, operator.telephone
    else:
        return None
    recipient = message.recipient
    return Call(message=message.pk, recipient=recipient, name=name, telephone=telephone)


def _administration(country: str) -> tuple[str, str]:
    """Return name and number of the first contact of an administration; the country at least."""
    contacts = PartnerContact.objects.filter(partner__code=country).select_related("partner")
    contact = contacts.exclude(telephone="").first()
    if contact is None:
        return _("Customs administration of %s") % country, ""
    return f"{contact.partner}, {contact.name}", contact.telephone


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
