"""Undoing a decision while nothing has left, and second signatures."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from customs_portal.accounts.models import OfficeMembership, Role, User
from customs_portal.events import advance
from customs_portal.events.models import Delivery, Event
from customs_portal.reference.models import Office
from declarations.models import Clock, Ens, Measure
from messaging.formats.ics1.writing import write_declaration
from messaging.invariants.book import breaches
from messaging.invariants.invariant import Scope
from messaging.models import OutboundMessage
from risk.models import Assessment, Case, Decision, DecisionProposal
from risk.services import (
    Changed,
    Decided,
    DecisionOrder,
    Refused,
    Signed,
    Undone,
    decide,
    decline,
    sign,
    undo,
)
from tests.messaging.builders import envelope
from tests.pipeline.conftest import AT, publish
from tests.pipeline.test_main_job import BANANAS, flagged, send_bytes
from tests.pipeline.test_questions import status_of
from tests.pipeline.test_racing import amendment

UNDO = timedelta(seconds=10)
SOON, LATE = AT + timedelta(seconds=5), AT + timedelta(seconds=11)


@pytest.fixture
def case(lodger: str) -> Case:
    publish(("TST-01", BANANAS))
    send_bytes(lodger, write_declaration(flagged(), envelope()))
    advance.drain(at=AT)
    return Case.objects.get()


def official(name: str, role: Role) -> User:
    user = User.objects.create_user(name, password="x", role=role)
    OfficeMembership.objects.create(user=user, office=Office.objects.get(reference="NL000396"))
    return user


def order(case: Case, **changes: object) -> DecisionOrder:
    values: dict[str, Any] = {
        "verb": "hold",
        "reason_code": "HLD-05",
        "note": "The police ask.",
        "announce": True,
    }
    return DecisionOrder(case=case.pk, revision=case.revision, **(values | changes))


def decided(wanted: DecisionOrder, officer: User, at: datetime = AT) -> Decided | Refused:
    with transaction.atomic():
        [result] = decide([wanted], officer=officer, at=at, undo=UNDO)
    return result


def undone(case: Case, officer: User, at: datetime) -> Undone | Refused:
    with transaction.atomic():
        [result] = undo([case.pk], officer=officer, at=at)
    return result


def assert_whole() -> None:
    assert list(breaches(Scope(sample=None))) == []


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"verb": "no_further_action", "reason_code": "NFA-01", "announce": False},
        {"verb": "control", "reason_code": "CTL-02", "place": "NL000396", "announce": False},
    ],
)
def test_undone_in_time_nothing_was_ever_told(
    case: Case, officer: User, changes: dict[str, object]
) -> None:
    before = OutboundMessage.objects.count()
    clocks = list(Clock.objects.order_by("pk").values())
    assert isinstance(decided(order(case, **changes), officer), Decided)
    advance.drain(at=SOON)
    assert isinstance(undone(case, officer, SOON), Undone)
    advance.drain(at=LATE)
    assert OutboundMessage.objects.count() == before
    case.refresh_from_db()
    assert (case.status, status_of(case), Ens.objects.get().status) == (
        "open",
        "review",
        "in_analysis",
    )
    assert list(Clock.objects.order_by("pk").values()) == clocks
    assert not Measure.objects.open().exists()
    assert not Measure.objects.filter(announced_at__isnull=False).exists()
    assert Event.objects.filter(kind="case.decision_undone").count() == 1
    assert_whole()
    assert isinstance(decided(order(case), officer, LATE), Decided)
    advance.drain(at=LATE + UNDO)
    assert OutboundMessage.objects.count() > before
    assert_whole()


def test_the_case_stands_in_the_queue_again_where_its_time_puts_it(
    case: Case, officer: User
) -> None:
    due = (case.due_at, case.due_by)
    decided(order(case), officer)
    Clock.objects.filter(kind="do_not_load").update(ends_at=SOON)
    assert isinstance(undone(case, officer, SOON), Undone)
    case.refresh_from_db()
    assert (case.due_at, case.due_by) != due
    assert case.due_by == "analysis"


def test_what_has_left_is_not_undone(case: Case, officer: User) -> None:
    decided(order(case), officer)
    advance.drain(at=LATE)
    left = Delivery.objects.count()
    assert isinstance(undone(case, officer, LATE), Refused)
    assert (Decision.objects.count(), Delivery.objects.count()) == (1, left)
    case.refresh_from_db()
    assert case.status == "closed"


def test_nobody_undoes_what_another_decided(case: Case, officer: User) -> None:
    decided(order(case), officer)
    other = official("other", Role.SUPERVISOR)
    assert isinstance(undone(case, other, SOON), Refused)
    assert Measure.objects.get().status == "in_force"


def test_a_second_signature_carries_the_proposal_out(case: Case, officer: User) -> None:
    wanted = order(case, verb="no_further_action", reason_code="NFA-06", announce=False)
    result = decided(wanted, officer)
    assert isinstance(result, Decided)
    assert (result.decision, status_of(case)) == (None, "review")
    with transaction.atomic():
        [own] = sign([case.pk], officer=officer, at=SOON)
    assert isinstance(own, Refused)
    second = official("second", Role.OFFICER)
    with transaction.atomic():
        [signed] = sign([case.pk], officer=second, at=SOON)
    assert isinstance(signed, Signed)
    decision = Decision.objects.get()
    assert (decision.officer, decision.signed_by) == (officer, second)
    assert Assessment.objects.get().result == "no_risk"
    assert_whole()


def test_what_wants_a_supervisor_is_not_signed_by_an_officer(case: Case, officer: User) -> None:
    wanted = order(case, verb="control", reason_code="CTL-04", place="NL000396", announce=False)
    decided(wanted, officer)
    second, chief = official("second", Role.OFFICER), official("chief", Role.SUPERVISOR)
    with transaction.atomic():
        [refused] = sign([case.pk], officer=second, at=SOON)
    assert isinstance(refused, Refused)
    assert not Measure.objects.exists()
    with transaction.atomic():
        [signed] = sign([case.pk], officer=chief, at=SOON)
    assert isinstance(signed, Signed)
    assert Measure.objects.get().kind == "control"


def test_a_proposal_is_void_when_the_declaration_changes(
    case: Case, officer: User, lodger: str
) -> None:
    decided(order(case, verb="no_further_action", reason_code="NFA-06", announce=False), officer)
    send_bytes(lodger, write_declaration(amendment(case.ens, 1), envelope(message_id="A1")))
    advance.drain(at=SOON)
    assert DecisionProposal.objects.get().state == "void"
    with transaction.atomic():
        [refused] = sign([case.pk], officer=official("second", Role.OFFICER), at=LATE)
    assert isinstance(refused, Refused)
    assert not Decision.objects.exists()
    assert_whole()


def test_while_a_proposal_waits_nothing_else_is_decided_until_it_is_declined(
    case: Case, officer: User
) -> None:
    decided(order(case, verb="no_further_action", reason_code="NFA-06", announce=False), officer)
    assert isinstance(decided(order(case), officer), Refused)
    with transaction.atomic():
        [empty] = decline([case.pk], note=" ", officer=officer, at=SOON)
        [done] = decline([case.pk], note="Not so.", officer=officer, at=SOON)
    assert (isinstance(empty, Refused), isinstance(done, Changed)) == (True, True)
    assert isinstance(decided(order(case), officer, SOON), Decided)
