"""Controls from recommendation to result; what is not a row is refused and changes nothing."""

from datetime import datetime, timedelta

import pytest
from django.db import transaction

from customs_portal.accounts.models import User
from customs_portal.events.models import Event
from declarations.models import ConsignmentLife, ControlPicture, Ens, Measure
from declarations.services.controls import (
    Appointment,
    ControlOrder,
    ControlResult,
    decide_against_controls,
    order_controls,
    record_results,
    schedule_controls,
    start_controls,
)
from declarations.services.goods import GoodsOrder, present
from declarations.services.lifting import Proposed, StepOrder, sign_steps, take_steps
from declarations.services.pictures import add_picture
from declarations.services.results import Changed, Refused
from tests.factories.declarations import OFFICE
from tests.factories.measures import placed


@pytest.fixture
def control(ens: Ens, officer: User, at: datetime) -> Measure:
    return placed(ens, officer, at, kind="control", reason_code="CTL-02", place=OFFICE)


def ordered(control: Measure, officer: User, at: datetime, **changes: object) -> Changed | Refused:
    values = {"version": 1, "type": "CTL-02", "objects": "Container", "note": "Mass in doubt."}
    order = ControlOrder(measure=control.pk, **(values | changes))  # type: ignore[arg-type]
    with transaction.atomic():
        [result] = order_controls([order], officer=officer, at=at)
    return result


def started(control: Measure, officer: User, at: datetime) -> None:
    ordered(control, officer, at)
    with transaction.atomic():
        assert start_controls([control.pk], officer=officer, at=at) == [Changed(id=control.pk)]


def recorded(control: Measure, officer: User, at: datetime, code: str) -> Changed | Refused:
    result = ControlResult(
        measure=control.pk,
        result_code=code,
        method="Scan and opening",
        finding="Bags behind the doors",
        quantities=(("212 kg", "powder"),),
    )
    with transaction.atomic():
        [answer] = record_results([result], officer=officer, at=at)
    return answer


def refused_code(result: object) -> str:
    assert isinstance(result, Refused)
    return result.findings[0].code


def hold_of(control: Measure) -> Measure:
    return Measure.objects.get(caused_by=control, reason_code="HLD-01")


def status(measure: Measure) -> str:
    return Measure.objects.get(pk=measure.pk).status


def test_an_ordered_control_holds_its_goods(control: Measure, second: User, at: datetime) -> None:
    assert ordered(control, second, at) == Changed(id=control.pk)
    control.refresh_from_db()
    assert control.status == "ordered"
    assert (control.control.decided_by, control.control.type) == (second, "CTL-02")
    assert (hold_of(control).status, hold_of(control).placed_by) == ("in_force", None)


def test_ordering_is_for_the_office_of_control(
    control: Measure, elsewhere: User, at: datetime
) -> None:
    assert refused_code(ordered(control, elsewhere, at)) == "not_found"
    assert status(control) == "recommended"
    assert not Measure.objects.filter(caused_by=control).exists()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"version": 2}, "stale_version"),
        ({"type": "HLD-01"}, "reason"),
        ({"type": "CTL-04"}, "supervisor"),
        ({"note": " "}, "note"),
    ],
)
def test_an_order_that_is_wrong_changes_nothing(
    control: Measure, officer: User, at: datetime, changes: dict[str, object], code: str
) -> None:
    assert refused_code(ordered(control, officer, at, **changes)) == code
    assert status(control) == "recommended"


def test_a_supervisor_orders_full_unloading(
    control: Measure, supervisor: User, at: datetime
) -> None:
    assert ordered(control, supervisor, at, type="CTL-04") == Changed(id=control.pk)


def test_a_control_is_decided_once(control: Measure, officer: User, at: datetime) -> None:
    ordered(control, officer, at)
    assert refused_code(ordered(control, officer, at)) == "closed"
    assert Measure.objects.filter(caused_by=control).count() == 1


def test_goods_that_go_to_another_state_are_not_controlled_unless_they_come(
    control: Measure, goods: ConsignmentLife, officer: User, at: datetime
) -> None:
    Ens.objects.filter(pk=control.ens_id).update(status="diverted")
    assert refused_code(ordered(control, officer, at)) == "diverted"
    assert not Measure.objects.filter(caused_by=control).exists()
    with transaction.atomic():
        present([GoodsOrder(consignment=goods.pk)], officer=officer, at=at)
    assert ordered(control, officer, at) == Changed(id=control.pk)


def test_a_control_ordered_before_a_diversion_is_not_begun(
    control: Measure, officer: User, at: datetime
) -> None:
    ordered(control, officer, at)
    Ens.objects.filter(pk=control.ens_id).update(status="diverted")
    appointment = Appointment(
        measure=control.pk, scheduled_at=at, location="", to_present="", announce=False
    )
    with transaction.atomic():
        results = [
            *schedule_controls([appointment], officer=officer, at=at),
            *start_controls([control.pk], officer=officer, at=at),
        ]
    assert [refused_code(each) for each in results] == ["diverted", "diverted"]


def test_deciding_against_a_control_needs_its_reason(
    control: Measure, officer: User, at: datetime
) -> None:
    order = ControlOrder(
        measure=control.pk, version=1, type="CTL-N1", objects="", note="Papers came."
    )
    with transaction.atomic():
        assert decide_against_controls([order], officer=officer, at=at) == [Changed(id=control.pk)]
    control.refresh_from_db()
    assert (control.status, control.control.ended_reason) == ("not_to_control", "CTL-N1")


@pytest.mark.parametrize(("announce", "told"), [(True, 1), (False, 0)])
def test_the_trader_hears_of_an_appointment_only_if_announced(
    control: Measure, officer: User, at: datetime, *, announce: bool, told: int
) -> None:
    ordered(control, officer, at)
    wanted = Appointment(
        measure=control.pk,
        scheduled_at=at + timedelta(days=2),
        location="Gate 3",
        to_present="The container",
        announce=announce,
    )
    with transaction.atomic():
        assert schedule_controls([wanted], officer=officer, at=at) == [Changed(id=control.pk)]
    control.refresh_from_db()
    assert (control.status, control.announced_at) == ("scheduled", at if announce else None)
    assert hold_of(control).announced_at == control.announced_at
    assert Event.objects.filter(kind="control.announced").count() == told


def test_an_appointment_in_the_past_is_refused(
    control: Measure, officer: User, at: datetime
) -> None:
    ordered(control, officer, at)
    before = at - timedelta(minutes=1)
    wanted = Appointment(
        measure=control.pk, scheduled_at=before, location="", to_present="", announce=False
    )
    with transaction.atomic():
        [result] = schedule_controls([wanted], officer=officer, at=at)
    assert refused_code(result) == "scheduled_at"
    assert status(control) == "ordered"


@pytest.mark.parametrize(
    ("code", "ends", "hold"),
    [
        ("RES-01", "conform", "lifted"),
        ("RES-02", "conform", "lifted"),
        ("RES-03", "irregular", "in_force"),
        ("RES-04", "seized", "in_force"),
        ("RES-05", "not_found", "lifted"),
    ],
)
def test_a_result_ends_the_control_and_frees_only_what_was_right(
    control: Measure, officer: User, at: datetime, code: str, ends: str, hold: str
) -> None:
    started(control, officer, at)
    assert recorded(control, officer, at, code) == Changed(id=control.pk)
    control.refresh_from_db()
    assert (control.status, control.control.quantities) == (ends, [["212 kg", "powder"]])
    assert hold_of(control).status == hold


def test_no_result_before_the_control_has_begun(
    control: Measure, officer: User, at: datetime
) -> None:
    ordered(control, officer, at)
    assert refused_code(recorded(control, officer, at, "RES-01")) == "closed"
    assert control.control.result_code == ""


def test_presented_goods_with_an_ordered_control_are_under_control(
    control: Measure, goods: ConsignmentLife, officer: User, at: datetime
) -> None:
    ordered(control, officer, at)
    with transaction.atomic():
        present([GoodsOrder(consignment=goods.pk)], officer=officer, at=at)
    goods.refresh_from_db()
    assert goods.goods == "under_control"
    kinds = Event.objects.filter(kind__startswith="consignment.").values_list("kind", flat=True)
    assert sorted(kinds) == ["consignment.presented", "consignment.under_control"]


def test_waiving_a_control_takes_two_people(
    control: Measure, officer: User, second: User, at: datetime
) -> None:
    ordered(control, officer, at)
    order = StepOrder(
        measure=control.pk, verb="waive", reason_code="CTL-N4", version=1, note="No scanner."
    )
    with transaction.atomic():
        [proposed] = take_steps([order], officer=officer, at=at)
        assert isinstance(proposed, Proposed)
        assert status(control) == "ordered"
        [own] = sign_steps([proposed.id], officer=officer, at=at)
        assert refused_code(own) == "own_proposal"
        assert sign_steps([proposed.id], officer=second, at=at) == [Changed(id=control.pk)]
    assert status(control) == "waived"
    assert hold_of(control).status == "lifted"


def test_the_hold_of_an_open_control_is_not_lifted(
    control: Measure, officer: User, at: datetime
) -> None:
    ordered(control, officer, at)
    hold = hold_of(control)
    order = StepOrder(measure=hold.pk, verb="lift", reason_code="HLD-L1", version=1, note="Why.")
    with transaction.atomic():
        [result] = take_steps([order], officer=officer, at=at)
    assert refused_code(result) == "open_control"
    assert status(hold) == "in_force"


PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


def test_a_picture_is_kept_under_a_name_of_ours(
    control: Measure, officer: User, at: datetime
) -> None:
    started(control, officer, at)
    with transaction.atomic():
        result = add_picture(
            control.pk, name="..\\..\\doors.png", content=PNG, officer=officer, at=at
        )
    assert isinstance(result, Changed)
    picture = ControlPicture.objects.get()
    assert (picture.name, picture.media_type) == ("doors.png", "image/png")
    assert picture.scan == "not_scanned"
    assert "doors" not in (picture.file.name or "")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "size"),
        (b"<svg onload=alert(1)>", "type"),
        (b"MZ\x90\x00", "type"),
        (PNG + bytes(2000), "size"),
    ],
)
def test_other_files_are_refused(
    control: Measure, officer: User, at: datetime, settings: object, content: bytes, code: str
) -> None:
    settings.PICTURE_SIZE_LIMIT = 1000  # type: ignore[attr-defined]
    started(control, officer, at)
    with transaction.atomic():
        result = add_picture(control.pk, name="x.png", content=content, officer=officer, at=at)
    assert refused_code(result) == code
    assert not ControlPicture.objects.exists()


@pytest.mark.parametrize(
    ("scanner", "scan"), [("true", "clean"), ("no-such-scanner", "not_scanned")]
)
def test_a_scanner_says_what_a_file_is(
    control: Measure, officer: User, at: datetime, settings: object, scanner: str, scan: str
) -> None:
    settings.PICTURE_SCANNER = scanner  # type: ignore[attr-defined]
    started(control, officer, at)
    with transaction.atomic():
        add_picture(control.pk, name="x.png", content=PNG, officer=officer, at=at)
    assert ControlPicture.objects.get().scan == scan


def test_a_harmful_file_is_not_kept(
    control: Measure, officer: User, at: datetime, settings: object
) -> None:
    settings.PICTURE_SCANNER = "false"  # type: ignore[attr-defined]
    started(control, officer, at)
    with transaction.atomic():
        result = add_picture(control.pk, name="x.png", content=PNG, officer=officer, at=at)
    assert refused_code(result) == "harmful"
    assert not ControlPicture.objects.exists()
