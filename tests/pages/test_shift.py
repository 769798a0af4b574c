"""The shift: what is due, the note that is handed on, the registers, and the load."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from customs_portal.accounts.models import Role, User
from customs_portal.clock import now
from customs_portal.events.models import Event
from declarations.models import Control, Ens, Measure, Referral
from risk.models import Case, ShiftNote, ShiftNoteReading
from risk.services.deadlines import set_deadlines
from tests.factories.declarations import OFFICE, bananas, case_of
from tests.factories.people import person
from tests.pages.test_casework import QUESTION, decide
from tests.pages.test_queue_work import NOTE, sent


@pytest.fixture
def supervisor() -> User:
    return person(Role.SUPERVISOR, offices=(OFFICE,), first_name="Sofie", last_name="Mulder")


def control(case: Case, officer: User, status: str, **fields: object) -> Measure:
    measure = Measure.objects.create(
        ens=case.ens, kind="control", subject="declaration", reason_code="CTL-02", office=OFFICE,
        decided_on_version=1, placed_by=officer, placed_at=case.opened_at, place=OFFICE,
        status=status,
    )  # fmt: skip
    Control.objects.create(measure=measure, type="CTL-02", **fields)
    return measure


def test_what_is_overdue_and_due_within_the_hour_is_listed(
    desk: Client, officer: User, at: datetime
) -> None:
    late, soon, calm = (case_of(bananas(at), at) for _ in range(3))
    Case.objects.filter(pk=late.pk).update(due_at=now() - timedelta(minutes=5))
    Case.objects.filter(pk=soon.pk).update(due_at=now() + timedelta(minutes=30))
    control(calm, officer, status="scheduled", scheduled_at=now() + timedelta(minutes=20))
    control(calm, officer, status="recommended", due_at=now() - timedelta(hours=2))
    page = desk.get(reverse("shift")).context["shift"]
    assert [each.what[:8] for each in page.late] == ["Control:", "Decide: "]
    assert [each.mrn for each in page.soon] == [calm.ens.mrn, soon.ens.mrn]
    [register] = page.registers
    assert (register.office, register.to_decide, register.scheduled) == (OFFICE, 1, 1)
    Ens.objects.filter(pk=calm.ens_id).update(status="diverted")
    assert desk.get(reverse("shift")).context["shift"].registers == [], "counted as diverted"


def test_what_is_to_be_signed_and_answered_is_listed_once(desk: Client, at: datetime) -> None:
    proposed, asked = (case_of(bananas(at), at) for _ in range(2))
    sent(desk, "end_selected", [proposed], **NOTE | {"reason_code": "NFA-06"})
    Case.objects.filter(pk=proposed.pk).update(due_at=now() + timedelta(minutes=30))
    decide(desk, asked, **QUESTION)
    Referral.objects.update(reply_by=now() + timedelta(minutes=40))
    set_deadlines([asked.ens_id], at=now())
    page = desk.get(reverse("shift")).context["shift"]
    assert [(each.what, each.mrn) for each in page.soon] == [
        ("Sign: No further action", proposed.ens.mrn),
        ("Answer: Request for information", asked.ens.mrn),
    ]
    assert page.late == []


def test_a_note_is_signed_read_by_the_next_shift_and_never_by_its_writer(
    desk: Client, officer: User, supervisor: User, at: datetime
) -> None:
    case_of(bananas(at), at)
    text = "Scanner 2 is broken.\n<script>alert(1)</script>"
    html = desk.post(reverse("sign_shift"), {"office": OFFICE, "text": text}, follow=True)
    note = ShiftNote.objects.get()
    assert note.standing == {"open": 1, "late": 0, "nobody": 1, "measures": {}}
    assert "<script>alert" not in html.content.decode()
    assert "Nobody has read it yet." in html.content.decode()
    desk.post(reverse("read_shift", args=[note.pk]))
    assert not ShiftNoteReading.objects.exists()
    desk.force_login(supervisor)
    for _ in range(2):
        page = desk.post(reverse("read_shift", args=[note.pk]), follow=True)
    assert "Read by S. Mulder." in page.content.decode()
    assert ShiftNoteReading.objects.get().reader == supervisor
    assert Event.objects.filter(kind__in=("shift.signed", "shift.read")).count() == 2


@pytest.mark.parametrize(
    "sent_form", [{"office": OFFICE, "text": " "}, {"office": "NL000432", "text": "x"}]
)
def test_a_note_without_text_or_for_another_office_is_refused(
    desk: Client, sent_form: dict[str, str]
) -> None:
    assert desk.post(reverse("sign_shift"), sent_form).status_code == 422
    assert not ShiftNote.objects.exists()


def test_the_load_shows_officers_offices_ages_and_decision_times(
    desk: Client, officer: User, supervisor: User, at: datetime, time_machine: Any
) -> None:
    time_machine.move_to(now(), tick=False)
    cases = [case_of(bananas(at), at) for _ in range(4)]
    sent(desk, "claim_selected", cases[:3])
    sent(desk, "end_selected", cases[:1], **NOTE)
    sent(desk, "undo_selected", cases[:1])
    sent(desk, "end_selected", cases[:1], **NOTE)
    Case.objects.filter(pk=cases[1].pk).update(opened_at=now() - timedelta(hours=5))
    Case.objects.filter(pk=cases[2].pk).update(due_at=at)
    assert desk.get(reverse("load")).status_code == 403
    time_machine.move_to(now() + timedelta(seconds=1), tick=False)
    desk.force_login(supervisor)
    with CaptureQueriesContext(connection) as few:
        page = desk.get(reverse("load")).context["load"]
    [office], [who] = page.offices, page.officers
    assert (office.open, office.late, office.nobody, office.ages) == (3, 1, 1, (2, 0, 1, 0))
    assert (who.name, who.open, who.late, who.times.decided) == ("M. Bakker", 2, 1, 1)
    assert who.waited == "10 min"
    Case.objects.filter(pk=cases[3].pk).update(assignee=supervisor, assigned_at=at)
    with CaptureQueriesContext(connection) as more:
        desk.get(reverse("load"))
    assert len(more) == len(few)


def test_registers_are_narrowed_by_kind_and_office(
    desk: Client, officer: User, at: datetime
) -> None:
    case = case_of(bananas(at), at)
    hold = {"kind": "hold", "status": "in_force", "reason_code": "HLD-04", "placed_by": officer}
    base = {"ens": case.ens, "subject": "declaration", "decided_on_version": 1, "placed_at": at}
    Measure.objects.create(**base, **hold, office=OFFICE)
    control(case, officer, status="conform", result_code="RES-01", started_at=at, recorded_at=at)
    view = {"view": "in-force", "kind": "hold", "office": OFFICE}
    assert case.ens.mrn in desk.get(reverse("measures"), view).content.decode()
    for other in ({"kind": "do_not_load"}, {"office": "NL000432"}):
        assert case.ens.mrn not in desk.get(reverse("measures"), view | other).content.decode()
    done = desk.get(reverse("controls"), {"view": "done", "office": OFFICE}).content.decode()
    assert "RES-01 Conform" in done
