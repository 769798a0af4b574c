"""Duty, handing over, operators and companies in a real browser."""

from collections.abc import Callable
from datetime import datetime, time, timedelta

import pytest
from playwright.sync_api import Page, expect

from customs_portal.accounts.models import Mandate, Role, Team, TeamMembership, User
from customs_portal.accounts.services import issue_token
from customs_portal.clock import now
from customs_portal.reference.models import Office, OfficeHours
from tests.factories.declarations import OFFICE, SENDER, bananas, case_of
from tests.factories.people import operator, person
from tests.fixtures.browser import axe_violations

pytestmark = [pytest.mark.browser]
LogIn = Callable[[User], Page]
AGENT = "NL900000022"


def test_a_case_is_handed_over_by_keyboard(log_in: LogIn, officer: User, at: datetime) -> None:
    case = case_of(bananas(at), at)
    there = person(Role.OFFICER, offices=("NL000432",), first_name="Chris", last_name="Mulder")
    page = log_in(officer)
    page.get_by_role("link", name=case.ens.mrn).click()
    page.get_by_role("button", name="Hand over").press("Enter")
    assert axe_violations(page) == []
    page.get_by_role("button", name="Hand over").press("Enter")
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    assert axe_violations(page) == []
    page.get_by_label("Hand over to").select_option(f"NL000432:{there.pk}")
    page.get_by_label("Reason").fill("The goods come by air.")
    page.get_by_label("Reason").press("Enter")
    expect(page.get_by_text(f"{case.ens.mrn} is handed over.")).to_be_visible()
    case.refresh_from_db()
    assert case.assignee == there


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_duty_and_an_operator_are_accessible(
    log_in: LogIn, at: datetime, officer: User, theme: str
) -> None:
    case_of(bananas(at), at)
    operator(SENDER)
    boss = person(Role.SUPERVISOR, offices=(OFFICE,), theme=theme)
    office = Office.objects.get(reference=OFFICE)
    team = Team.objects.create(office=office, name="Day", supervisor=boss)
    TeamMembership.objects.create(team=team, user=officer)
    later = (now() + timedelta(days=2)).weekday()
    OfficeHours.objects.create(office=office, weekday=later, opens=time(8), closes=time(17))
    page = log_in(boss)
    expect(page.get_by_text("Office closed until")).to_be_visible()
    page.get_by_role("link", name="Duty").click()
    assert axe_violations(page) == []
    page.get_by_role("button", name="Keep out").click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    assert axe_violations(page) == []
    page.goto(page.url.split("/duty/")[0] + f"/operators/{SENDER}/")
    expect(page.get_by_role("heading", name="Declarations that you see")).to_be_visible()
    assert axe_violations(page) == []


def test_an_owner_looks_after_the_company(log_in: LogIn, trader: User) -> None:
    agent, own = operator(AGENT), operator(SENDER)
    Mandate.objects.create(
        operator=agent, representative=own, scopes=["read"], granted_by=trader, granted_at=now()
    )
    issue_token(operator=own, at=now(), label="Terminal")
    page = log_in(trader)
    page.get_by_role("link", name="Your company").click()
    assert axe_violations(page) == []
    page.get_by_role("button", name="Grant a mandate").click()
    page.get_by_label("EORI of the representative").fill(AGENT)
    page.get_by_role("button", name="Grant").click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    assert axe_violations(page) == []
    page.get_by_label("Amend them").check()
    page.get_by_role("button", name="Grant").click()
    expect(page.get_by_text("The mandate is granted.")).to_be_visible()
    page.get_by_role("button", name="Issue a token").click()
    assert axe_violations(page) == []
    page.get_by_label("Label").fill("Second terminal")
    page.get_by_role("button", name="Issue").click()
    expect(page.get_by_role("heading", name="The token is issued")).to_be_visible()
    assert axe_violations(page) == []
    page.get_by_role("link", name="I have copied it").click()
    page.get_by_role("button", name="Invite a colleague").click()
    assert axe_violations(page) == []
    page.get_by_label("First name").fill("Nora")
    page.get_by_label("Last name").fill("Kade")
    page.get_by_label("E-mail address").fill("nora@example.org")
    page.get_by_role("button", name="Invite").click()
    expect(page.get_by_role("heading", name="The invitation is made")).to_be_visible()
    assert axe_violations(page) == []
