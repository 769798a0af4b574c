"""Undoing a decision or a question while nothing of it has been sent to anybody.

What a decision sends waits in its deliveries (`not_before`). As long as they are all there, they
are taken away and everything is put back; the decision and its events stay in the story.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.utils.translation import gettext as _

from customs_portal.accounts.models import User
from customs_portal.events.models import Delivery, Event
from customs_portal.events.routing import receivers
from customs_portal.events.services import record
from declarations.lifecycle import ENS, move
from declarations.lifecycle.measure import OF_KIND
from declarations.models import Clock, Ens, Measure, Referral
from declarations.services import referrals
from declarations.services.results import Refused, refused
from risk import policies
from risk.events import CASE_DECISION_UNDONE
from risk.models import Assessment, Case, Decision, Undoing
from risk.services.asking import take_back_to_review
from risk.services.cases import locked_cases
from risk.services.deadlines import set_deadlines


class Undone(msgspec.Struct, frozen=True, kw_only=True):
    """The case is open again as it was."""

    case: int


class _Last(msgspec.Struct, frozen=True, kw_only=True):
    """What an officer did last on a case."""

    at: datetime
    decision: Decision | None = None
    referral: Referral | None = None


def undo(cases: Sequence[int], *, officer: User, at: datetime) -> list[Undone | Refused]:
    """Undo what the officer decided or asked last on the cases; one result for each."""
    found = locked_cases(cases)
    return [_undo(found.get(key), officer, at) for key in cases]


def _undo(case: Case | None, officer: User, at: datetime) -> Undone | Refused:
    if case is None or not policies.may_work_on(officer, case):
        return refused("not_found", _("There is no such case for you."))
    last = _last(case, officer)
    if last is None:
        return refused("nothing", _("There is nothing of yours to undo here."))
    events = list(Event.objects.filter(stream=case.ens_id, at=last.at, actor_id=officer.pk))
    if _changed(case, last) or not _take_away(events, at):
        return refused("too_late", _("Too late to undo: what was decided has been sent."))
    _put_back(case, last, officer, at)
    _record(case, last, [event.id for event in events], officer, at)
    return Undone(case=case.pk)


def _last(case: Case, officer: User) -> _Last | None:
    decisions = Decision.objects.filter(case=case, officer=officer, undoing__isnull=True)
    decision = decisions.select_related("assessment").order_by("-pk").first()
    asked = Referral.objects.open().filter(ens=case.ens_id, asked_by=officer)
    referral = asked.order_by("-pk").first()
    if decision and case.status == Case.Status.CLOSED:
        return _Last(at=decision.decided_at, decision=decision)
    if referral and case.status == Case.Status.OPEN:
        return _Last(at=referral.asked_at, referral=referral)
    return None


def _changed(case: Case, last: _Last) -> bool:
    """Whether more happened since than can be put back."""
    if last.referral:
        return last.referral.asked_on_version != case.ens.version or bool(last.referral.follows_id)
    assert last.decision is not None
    ended = case.ens.referrals.filter(ended_at=last.at).exists()
    stale = last.decision.assessment.ens_version_id != _current(case)
    moved = any(
        OF_KIND[each.kind].target(each.status, "undo") is None for each in _placed(case, last)
    )
    return ended or stale or moved or last.decision.signed_by_id is not None


def _current(case: Case) -> int:
    return case.ens.versions.get(number=case.ens.version).pk


def _placed(case: Case, last: _Last) -> list[Measure]:
    return list(Measure.objects.filter(ens=case.ens, placed_at=last.at, caused_by__isnull=True))


def _take_away(events: Sequence[Event], at: datetime) -> bool:
    """Take the deliveries away if nobody works on one of them; tell whether it was so.

    One that is held is being delivered: to wait for it, holding the ENS, would be a deadlock.
    """
    due = {(each.id, to.name) for each in events for to in receivers(each.kind)}
    rows = Delivery.objects.filter(event_id__in=[each.id for each in events], not_before__gt=at)
    free = rows.select_for_update(skip_locked=True)
    kept = {(row.event_id, row.consumer): row.pk for row in free}
    if not due or set(kept) != due:
        return False
    Delivery.objects.filter(pk__in=kept.values()).delete()
    return True


def _put_back(case: Case, last: _Last, officer: User, at: datetime) -> None:
    if last.referral:
        referrals.end([last.referral], "withdraw", at=at, actor=officer.pk, note=_("Undone"))
        take_back_to_review([case.ens_id], at=at)
        return
    assert last.decision is not None
    for measure in _placed(case, last):
        move(Measure, OF_KIND[measure.kind], "undo", [measure.pk])
        Measure.objects.filter(pk=measure.pk).update(announced_at=None)
    Assessment.objects.filter(pk=last.decision.assessment_id, status="concluded").update(
        status=Assessment.Status.REVIEW, result="", concluded_at=None, concluded_by=None
    )
    Case.objects.filter(pk=case.pk).update(status=Case.Status.OPEN, closed_at=None)
    Clock.objects.filter(ens=case.ens_id, stopped_at=last.at).update(stopped_at=None)
    move(Ens, ENS, "review", [case.ens_id])
    set_deadlines([case.ens_id], at=at)
    Undoing.objects.create(decision=last.decision, officer=officer, at=at)


def _record(case: Case, last: _Last, events: list[int], officer: User, at: datetime) -> None:
    if last.decision:
        name, code = last.decision.get_verb_display(), last.decision.reason_code
    else:
        assert last.referral is not None
        name, code = last.referral.get_type_display(), last.referral.reason_code
    data = {"events": events, "verb_name": name, "reason_code": code}
    record(CASE_DECISION_UNDONE, at=at, stream=case.ens_id, actor=officer.pk, data=data)
