"""What is done from the queue: many cases at once, tabs, saved views, words, what moved."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from customs_portal.accounts.models import Role, User
from declarations.models import Clock, Measure
from risk import querysets
from risk.models import Assessment, Case, Decision, DecisionProposal, SavedView
from risk.models.choices import Severity
from risk.services.deadlines import set_deadlines
from tests.factories.declarations import OFFICE, SENDER, bananas, case_of
from tests.factories.people import person

NOTE = {"reason_code": "NFA-01", "note": "Weekly trade.", "confirm": "1"}


@pytest.fixture
def cases(at: datetime) -> list[Case]:
    return [case_of(bananas(at), at) for _ in range(3)]


def sent(client: Client, name: str, cases: list[Case], **more: str) -> str:
    revisions = {f"revision-{case.pk}": str(case.revision) for case in cases}
    data = {"case": [case.pk for case in cases], **revisions, **more}
    response = client.post(reverse(name), data, follow=True)
    return response.content.decode()


def shown(client: Client, **view: str) -> set[str]:
    response = client.get(reverse("queue"), view)
    return {row.card.mrn for row in response.context["rows"]}


def test_many_are_ended_at_once_and_the_grave_ones_are_not(
    desk: Client, officer: User, cases: list[Case]
) -> None:
    Case.objects.filter(pk=cases[0].pk).update(severity=Severity.CRITICAL)
    asked = sent(desk, "end_selected", cases)
    assert "Nothing will be sent." in asked
    assert "Open it: it cannot be ended here" in asked
    assert not Decision.objects.exists()
    html = sent(desk, "end_selected", cases, **NOTE)
    assert "2 cases are closed." in html
    assert "Critical cases and proposed do-not-loads are decided one by one." in html
    assert set(Case.objects.open()) == {cases[0]}
    assert {decision.officer for decision in Decision.objects.all()} == {officer}
    assert not Measure.objects.exists()


def test_one_that_changed_meanwhile_stays_open(desk: Client, cases: list[Case]) -> None:
    Case.objects.filter(pk=cases[1].pk).update(revision=2)
    html = sent(desk, "end_selected", cases, **NOTE)
    assert "2 cases are closed." in html
    assert "The declaration changed while you read it." in html
    assert set(Case.objects.open()) == {cases[1]}


def test_what_was_ended_at_once_is_undone_at_once(desk: Client, cases: list[Case]) -> None:
    html = sent(desk, "end_selected", cases, **NOTE)
    assert "3 cases are closed." in html
    assert f'action="{reverse("undo_selected")}"' in html
    html = sent(desk, "undo_selected", cases)
    assert "3 cases are open again. Nothing was sent." in html
    assert 'id="undo"' not in html
    assert Case.objects.open().count() == 3
    assert Decision.objects.filter(undoing__isnull=False).count() == 3
    assert "There is nothing of yours to undo here." in sent(desk, "undo_selected", cases)


def test_undoing_leads_back_to_the_view_from_which_cases_were_ended(
    desk: Client, cases: list[Case]
) -> None:
    view = "tab=office&time=hour"
    html = sent(desk, "end_selected", cases, **NOTE, view=view)
    assert '<input type="hidden" name="view" value="tab=office&amp;time=hour">' in html
    data = {"case": [case.pk for case in cases], "view": view}
    response = desk.post(reverse("undo_selected"), data)
    assert response.headers["Location"] == f"{reverse('queue')}?{view}"


def test_what_another_has_to_sign_is_counted_apart_and_stands_in_its_tab(
    desk: Client, cases: list[Case]
) -> None:
    html = sent(desk, "end_selected", cases[:2], **NOTE | {"reason_code": "NFA-06"})
    assert "2 cases wait for a second signature." in html
    assert "closed." not in html
    assert 'id="undo"' not in html
    assert DecisionProposal.objects.filter(state="open").count() == 2
    assert shown(desk, tab="signature") == {case.ens.mrn for case in cases[:2]}
    tabs = desk.get(reverse("queue")).context["tabs"]
    assert [tab.count for tab in tabs if tab.name == "signature"] == [2]


def test_without_a_text_nothing_is_ended(desk: Client, cases: list[Case]) -> None:
    response = desk.post(
        reverse("end_selected"), {"case": [cases[0].pk], "confirm": "1", "reason_code": "NFA-01"}
    )
    assert response.status_code == 422
    assert Case.objects.open().count() == 3


def test_many_are_assigned_with_a_reason_and_given_back(
    desk: Client, officer: User, cases: list[Case]
) -> None:
    colleague = person(Role.OFFICER, offices=(OFFICE,), first_name="Jan", last_name="Visser")
    goal = f"{OFFICE}:{colleague.pk}"
    assert "Choose to whom" in sent(desk, "assign_selected", cases, confirm="1", reason="Night")
    html = sent(desk, "assign_selected", cases, confirm="1", goal=goal, reason="Night")
    assert "3 cases are handed over." in html
    assert set(Case.objects.values_list("assignee", flat=True)) == {colleague.pk}
    assert "The case is not yours." in sent(desk, "give_back_selected", cases)
    desk.force_login(colleague)
    assert "3 cases are given back." in sent(desk, "give_back_selected", cases)
    assert "Select cases first." in sent(desk, "end_selected", [])


def test_an_officer_of_another_office_ends_and_assigns_nothing(
    client: Client, cases: list[Case]
) -> None:
    client.force_login(person(Role.OFFICER, offices=("NL000432",)))
    sent(client, "end_selected", cases, **NOTE)
    sent(client, "assign_selected", cases, confirm="1", goal="NL000432", reason="Mine")
    sent(client, "claim_selected", cases)
    assert Case.objects.open().filter(office=OFFICE, assignee=None).count() == 3


def test_each_tab_shows_its_cases(desk: Client, officer: User, cases: list[Case]) -> None:
    mine, waiting, signature = cases
    Case.objects.filter(pk=mine.pk).update(assignee=officer)
    Assessment.objects.filter(ens=waiting.ens).update(status="waiting")
    Measure.objects.create(
        ens=signature.ens, kind="do_not_load", status="awaiting_second", subject="declaration",
        reason_code="DNL-01", decided_on_version=1, placed_by=officer,
        placed_at=signature.opened_at,
    )  # fmt: skip
    assert shown(desk, tab="mine") == {mine.ens.mrn}
    assert shown(desk, tab="waiting") == {waiting.ens.mrn}
    assert shown(desk, tab="signature") == {signature.ens.mrn}
    assert shown(desk, tab="office") == shown(desk, tab="all") == {c.ens.mrn for c in cases}


def test_the_row_says_which_clock_ends_and_a_resting_one_goes_by_the_arrival(
    desk: Client, at: datetime, cases: list[Case]
) -> None:
    case = cases[0]
    assert (case.due_by, case.due_at) == ("do_not_load", at + timedelta(hours=24))
    later = at + timedelta(hours=25)
    Clock.objects.filter(ens=case.ens, kind="analysis").update(suspended_at=at)
    set_deadlines([case.ens_id], at=later)
    case.refresh_from_db()
    assert (case.due_by, case.due_at) == ("arrival", case.ens.expected_arrival)
    html = desk.get(reverse("queue"), {"time": "stopped"}).content.decode()
    assert "Stopped" in html
    assert html.count("data-row-link") == 1


@pytest.mark.parametrize("typed", ["BANAN", "fresh boxes", "0803", "bänan", "fresh banan"])
def test_words_find_a_case(desk: Client, cases: list[Case], typed: str) -> None:
    assert len(shown(desk, q=typed)) == 3
    assert shown(desk, q="fresh apples") == set()
    assert shown(desk, q="' & | ! ( :* \\") == set()


@pytest.mark.parametrize("typed", [SENDER, SENDER[:-1], "CSQU3054383"])
def test_identifiers_that_many_declarations_share_find_a_case(
    desk: Client, cases: list[Case], monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    monkeypatch.setattr(querysets, "FEW", 1)
    assert shown(desk, q=typed) == {case.ens.mrn for case in cases}
    assert shown(desk, q=f"{typed}X") == set()


def test_a_view_is_saved_shared_and_removed(desk: Client, officer: User, client: Client) -> None:
    data = {"name": "Night flights", "query": "tab=office&mode=4&page=9&evil=1", "shared": "on"}
    desk.post(reverse("save_view"), data)
    view = SavedView.objects.get()
    assert view.query == "tab=office&mode=4"
    page = desk.get(reverse("queue"), {"tab": "office", "mode": "4"}).content.decode()
    views = page[page.index('aria-label="Views"') : page.index("</nav>", page.index("Views"))]
    assert views.count('aria-current="page"') == 1
    for office, is_seen in ((OFFICE, True), ("NL000432", False)):
        other = Client()
        other.force_login(person(Role.OFFICER, offices=(office,)))
        assert (">Night flights<" in other.get(reverse("queue")).content.decode()) is is_seen
        other.post(reverse("remove_view", args=[view.pk]))
    assert SavedView.objects.exists()
    desk.post(reverse("remove_view", args=[view.pk]))
    assert not SavedView.objects.exists()


def test_refresh_tells_what_became_of_the_rows_on_the_screen(
    desk: Client, cases: list[Case]
) -> None:
    colleague = person(Role.OFFICER, offices=(OFFICE,), first_name="Jan", last_name="Visser")
    Case.objects.filter(pk=cases[0].pk).update(assignee=colleague)
    Case.objects.filter(pk=cases[1].pk).update(status="closed")
    numbers = ",".join(str(case.pk) for case in cases)
    html = desk.get(
        reverse("queue"), {"shown": numbers + ",x,", "newest": "9" * 30},
        headers={"HX-Request": "true"},
    ).content.decode()  # fmt: skip
    assert f'id="officer-{cases[0].pk}" hx-swap-oob="innerHTML">' in html
    assert "J. Visser" in html
    assert "Closed" in html
