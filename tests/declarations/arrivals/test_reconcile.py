"""What time does: not arrived, complied with, asked in vain, declared afterwards."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from customs_portal.accounts.models import Role, User
from customs_portal.events.models import Event
from declarations.arrivals import Reported
from declarations.models import ArrivalLine, Clock, ConsignmentLife, Ens, Measure
from declarations.services.reconcile import comply, miss_arrivals, resolve_declared, unresolved
from declarations.services.results import Changed, Refused
from declarations.services.unmatched import Lift, Waiver, give_up_asking, lift_holds, waive
from tests.factories.arrivals import arrived
from tests.factories.declarations import OFFICE, harmless, lodged
from tests.factories.measures import in_force_do_not_load
from tests.factories.people import person
from tests.factories.reference import store_offices_and_reasons

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
ETA = AT + timedelta(days=5)
BOX = "CSQU3054383"

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer() -> User:
    store_offices_and_reasons()
    return person(Role.OFFICER, offices=(OFFICE,))


def goods(ens: Ens) -> str:
    return ConsignmentLife.objects.get(filing__membership__ens=ens).goods


def swept(at: datetime) -> int:
    with transaction.atomic():
        return miss_arrivals(at=at)


def held_box(at: datetime = ETA) -> ArrivalLine:
    [line] = arrived(at, Reported(container=BOX)).lines.all()
    assert line.hold == "in_force"
    return line


def test_what_does_not_come_in_time_is_not_arrived_and_may_still_arrive() -> None:
    ens = lodged(harmless(AT, expected_arrival=ETA), AT)
    late = ETA + timedelta(hours=24)
    assert swept(late - timedelta(seconds=1)) == 0
    assert (swept(late), goods(ens)) == (1, "not_arrived")
    assert Event.objects.get(kind="consignment.missed").data == {"count": 1}
    assert swept(late) == 0
    arrived(late, Reported(mrn=ens.mrn))
    assert goods(ens) == "arrived"


@pytest.mark.parametrize("status", ["diverted", "invalidated", "closed"])
def test_nobody_waits_for_what_does_not_come_here(status: str) -> None:
    ens = lodged(harmless(AT, expected_arrival=ETA), AT)
    Ens.objects.filter(pk=ens.pk).update(status=status)
    swept(ETA + timedelta(days=2))
    assert goods(ens) == "expected"
    assert not Clock.objects.filter(kind="reconciliation", stopped_at__isnull=True).exists()


def test_an_instruction_not_to_load_is_complied_with_after_72_hours(officer: User) -> None:
    ens = lodged(harmless(AT, expected_arrival=ETA), AT)
    order = in_force_do_not_load(ens, officer, AT)
    with transaction.atomic():
        assert comply(at=ETA + timedelta(hours=71)) == 0
        assert comply(at=ETA + timedelta(hours=72)) == 1
    order.refresh_from_db()
    assert order.status == "complied"


def test_a_late_declaration_takes_over_what_was_held() -> None:
    line = held_box()
    ens = lodged(harmless(ETA + timedelta(hours=20), expected_arrival=ETA), ETA)
    with transaction.atomic():
        assert resolve_declared([ens.pk], at=ETA + timedelta(hours=20)) == 1
    line.refresh_from_db()
    assert (line.state, line.hold, line.ens_id) == ("resolved", "moved", ens.pk)
    assert goods(ens) == "arrived"
    hold = Measure.objects.get(ens=ens)
    assert (hold.kind, hold.status, hold.reason_code) == ("hold", "in_force", "HLD-02")
    assert (hold.subject, hold.reference, hold.placed_by) == ("equipment", BOX, None)
    assert unresolved() == []


def test_another_voyage_of_the_same_box_is_another_story() -> None:
    held_box()
    ens = lodged(harmless(AT, expected_arrival=ETA + timedelta(days=8)), AT)
    assert unresolved() == []
    with transaction.atomic():
        assert resolve_declared([ens.pk], at=ETA) == 0


def test_an_unanswered_question_ends_in_a_hold() -> None:
    arrival = arrived(ETA, Reported(mrn="26FR000856ABCD56T0"))
    [line], asked_at = arrival.lines.all(), arrival.received_at
    with transaction.atomic():
        assert give_up_asking(at=asked_at + timedelta(hours=4, seconds=-1)) == 0
        assert give_up_asking(at=asked_at + timedelta(hours=4)) == 1
        assert give_up_asking(at=asked_at + timedelta(hours=4)) == 0
    line.refresh_from_db()
    assert (line.state, line.hold) == ("unmatched", "in_force")


def test_a_waiver_with_a_reason_ends_the_hold(officer: User) -> None:
    line = held_box()
    wanted = Waiver(line=line.pk, waiver="empty_container", note="Empty, of the carrier.")
    with transaction.atomic():
        assert waive([wanted], officer=officer, at=ETA) == [Changed(id=line.pk)]
        [again] = waive([wanted], officer=officer, at=ETA)
    assert isinstance(again, Refused)
    line.refresh_from_db()
    assert (line.state, line.hold, line.settled_by) == ("waived", "lifted", officer)


@pytest.mark.parametrize(
    ("waiver", "note", "code"), [("nonsense", "Why.", "waiver"), ("mail", " ", "note")]
)
def test_a_waiver_needs_a_kind_and_a_reason(
    officer: User, waiver: str, note: str, code: str
) -> None:
    line = held_box()
    with transaction.atomic():
        [result] = waive([Waiver(line=line.pk, waiver=waiver, note=note)], officer=officer, at=ETA)
    assert isinstance(result, Refused)
    assert result.findings[0].code == code
    line.refresh_from_db()
    assert (line.state, line.hold) == ("unmatched", "in_force")


def test_an_officer_of_another_office_settles_nothing(officer: User) -> None:
    line, other = held_box(), person(Role.OFFICER, offices=("NL000432",))
    with transaction.atomic():
        results = [
            *waive([Waiver(line=line.pk, waiver="mail", note="Why.")], officer=other, at=ETA),
            *lift_holds([Lift(line=line.pk, note="Why.")], officer=other, at=ETA),
        ]
    codes = [each.findings[0].code for each in results if isinstance(each, Refused)]
    assert codes == ["not_found", "not_found"]


def test_a_lifted_hold_leaves_the_line_open(officer: User) -> None:
    line = held_box()
    with transaction.atomic():
        [result] = lift_holds([Lift(line=line.pk, note="Sealed.")], officer=officer, at=ETA)
    assert result == Changed(id=line.pk)
    line.refresh_from_db()
    assert (line.state, line.hold, line.note) == ("unmatched", "lifted", "Sealed.")
