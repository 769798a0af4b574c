"""The one function that removes old data: by policy, respecting holds, each step recorded."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import msgspec
from django.db import transaction
from django.utils.translation import gettext as _

from customs_portal.accounts.models import Role, User
from customs_portal.events.append_only import retention_allowed
from customs_portal.events.services import record
from customs_portal.findings import Finding
from customs_portal.privacy.events import RETENTION_APPLIED, RETENTION_REHEARSED
from customs_portal.privacy.holds import Covered, covered, removing
from customs_portal.privacy.models import Kind, RetentionPolicy, RetentionStep
from customs_portal.privacy.retention import monthly, parties, sign_ins
from customs_portal.privacy.retention.step import Portion


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing was done, and why."""

    findings: list[Finding]


def apply_retention(
    *, by: User, at: datetime, rehearsal: bool, kinds: Sequence[str] = ()
) -> list[RetentionStep] | Refused:
    """Apply the policies in force to these kinds of data, to all where none is named.

    Each step is its own transaction, with its row of what was removed and its event; a rehearsal
    removes nothing and counts the same. Meanwhile no hold is placed (`holds.place`).
    """
    if not (by.is_active and by.role == Role.ADMINISTRATOR):
        text = _("Only administrators apply retention policies.")
        return Refused(findings=[Finding(code="role", text=text, location="by")])
    if rehearsal:
        return _apply_all(by=by, at=at, rehearsal=True, kinds=kinds)
    with removing() as alone:
        if not alone:
            text = _("Retention is being applied already.")
            return Refused(findings=[Finding(code="running", text=text, location="")])
        return _apply_all(by=by, at=at, rehearsal=False, kinds=kinds)


def _apply_all(
    *, by: User, at: datetime, rehearsal: bool, kinds: Sequence[str]
) -> list[RetentionStep]:
    run = uuid4()
    policies = RetentionPolicy.objects.live(at)
    chosen = policies.filter(kind__in=kinds) if kinds else policies
    return [
        step
        for policy in chosen.order_by("kind")
        for step in _apply(policy, run=run, by=by, at=at, rehearsal=rehearsal)
    ]


def _apply(
    policy: RetentionPolicy, *, run: UUID, by: User, at: datetime, rehearsal: bool
) -> Iterator[RetentionStep]:
    for portion in list(_portions(policy, covered(), at)):
        with transaction.atomic():
            if not rehearsal and portion.rows:
                with retention_allowed():
                    portion.remove()
            yield _record(policy, portion, run=run, by=by, at=at, rehearsal=rehearsal)


def _portions(policy: RetentionPolicy, held: Covered, at: datetime) -> Iterator[Portion]:
    before = kept_from(at, policy.keep_months)
    if policy.kind == Kind.SIGN_INS:
        return sign_ins.portions(before, held)
    if policy.kind == Kind.PARTIES:
        return parties.portions(before, held)
    return monthly.portions(policy, before, held, at)


def kept_from(at: datetime, months: int) -> date:
    """Return the first day of the oldest month that is kept: so many months before this one."""
    day = at.astimezone(UTC).date()
    index = day.year * 12 + day.month - 1 - months
    return date(index // 12, index % 12 + 1, 1)


def _record(
    policy: RetentionPolicy, portion: Portion, *, run: UUID, by: User, at: datetime, rehearsal: bool
) -> RetentionStep:
    told = {
        "run": str(run),
        "data": policy.kind,
        "what": portion.what,
        "rows": portion.rows,
        "held": portion.held,
        "basis": policy.legal_basis,
    }
    record(RETENTION_REHEARSED if rehearsal else RETENTION_APPLIED, at=at, data=told, actor=by.pk)
    return RetentionStep.objects.create(
        run=run, policy=policy, what=portion.what, rehearsal=rehearsal, rows=portion.rows,
        held=portion.held, in_use=portion.in_use, note=portion.note, by=by, at=at,
    )  # fmt: skip
