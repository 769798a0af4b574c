"""The pages in a real browser: the way of a decision, keys, accessibility."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from customs_portal.accounts.models import User
from customs_portal.findings import Finding
from declarations.models import Measure
from risk.models import Case
from tests.factories.declarations import SENDER, bananas, case_of, harmless, lodged, rejected
from tests.fixtures.browser import axe_violations

pytestmark = [pytest.mark.browser]
LogIn = Callable[[User], Page]
WRONG = Finding(code="13", rule="C584", location="GOOITEGDS[1]", text="Something is missing.")


def in_theme(user: User, theme: str) -> User:
    user.theme = theme
    user.save()
    return user


def test_the_login_page_is_accessible(page: Page, live_server: Any) -> None:
    page.goto(live_server.url)
    assert axe_violations(page) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_queue_and_review_are_accessible(
    log_in: LogIn, officer: User, at: datetime, theme: str
) -> None:
    case = case_of(bananas(at, subsequent_offices=("BE101000",)), at)
    page = log_in(in_theme(officer, theme))
    assert axe_violations(page) == []
    page.get_by_role("link", name=case.ens.mrn).click()
    assert axe_violations(page) == []
    page.get_by_label("Control recommended").check()
    page.get_by_label("Reason", exact=True).select_option("CTL-02")
    assert axe_violations(page) == []
    page.get_by_role("button", name="Decide control").click()
    expect(page.get_by_role("heading", name="Not sent")).to_be_visible()
    assert axe_violations(page) == []


def test_an_officer_decides_a_control_without_telling_the_trader(
    log_in: LogIn, officer: User, at: datetime
) -> None:
    case = case_of(bananas(at, subsequent_offices=("BE101000",)), at)
    page = log_in(officer)
    page.get_by_role("button", name="Claim next case").click()
    expect(page.get_by_role("button", name="Give back")).to_be_visible()
    expect(page.locator("mark").first).to_be_visible()
    page.get_by_label("Control recommended").check()
    page.get_by_label("Reason", exact=True).select_option("CTL-02")
    page.get_by_label("Place of control").select_option("NL000396")
    page.get_by_label("No", exact=True).check()
    untold = page.get_by_text("The trader gets nothing and sees no difference.")
    expect(untold.filter(visible=True)).to_be_visible()
    told = page.get_by_role("listitem").filter(has_text="IE319 to Belgium")
    expect(told.filter(visible=True)).to_be_visible()
    page.get_by_label("Internal reason").fill("Doors and floor.")
    page.get_by_role("button", name="Decide control").click()
    expect(page.get_by_text("The trader is not told.")).to_be_visible()
    case.refresh_from_db()
    assert case.status == Case.Status.CLOSED
    assert Measure.objects.get().announced_at is None


def test_only_what_belongs_to_the_decision_is_shown(
    log_in: LogIn, officer: User, at: datetime
) -> None:
    case = case_of(bananas(at), at)
    page = log_in(officer)
    page.get_by_role("link", name=case.ens.mrn).click()
    expect(page.get_by_label("Place of control")).to_be_hidden()
    page.get_by_label("Hold", exact=True).check()
    expect(page.get_by_label("Applies to")).to_be_visible()
    expect(page.get_by_label("Place of control")).to_be_hidden()
    expect(page.get_by_role("button", name="Decide hold")).to_be_visible()
    page.get_by_label("No further action").check()
    expect(page.get_by_label("Applies to")).to_be_hidden()


def test_single_keys_work_where_they_are_switched_on(
    log_in: LogIn, officer: User, at: datetime
) -> None:
    cases = [case_of(bananas(at), at) for _ in range(2)]
    officer.single_keys = True
    officer.save()
    page = log_in(officer)
    page.wait_for_load_state()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("o")
    expect(page.get_by_role("heading", name=f"ENS {cases[1].ens.mrn}")).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("t")
    expect(page.get_by_label("Control recommended")).to_be_checked()
    page.keyboard.press("n")
    page.keyboard.type("hc")
    expect(page.get_by_label("Internal reason")).to_have_value("hc")
    expect(page.get_by_label("Control recommended")).to_be_checked()


def test_single_keys_are_dead_by_default(log_in: LogIn, officer: User, at: datetime) -> None:
    case = case_of(bananas(at), at)
    page = log_in(officer)
    page.keyboard.press("j")
    page.keyboard.press("o")
    expect(page.get_by_role("heading", name="Queue")).to_be_visible()
    assert page.locator("tr[aria-current]").count() == 0
    assert case.status == Case.Status.OPEN


def test_new_cases_are_announced_without_moving_rows(
    log_in: LogIn, officer: User, at: datetime
) -> None:
    case_of(bananas(at), at)
    page = log_in(officer)
    case_of(bananas(at), at)
    expect(page.get_by_role("link", name="Show them")).to_be_visible()
    expect(page.locator("[data-row-link]")).to_have_count(1)
    page.get_by_role("link", name="Show them").click()
    expect(page.locator("[data-row-link]")).to_have_count(2)


def test_the_traders_pages_are_accessible_and_fit_a_phone(
    log_in: LogIn, trader: User, at: datetime
) -> None:
    lodged(harmless(at), at)
    rejected(at, lrn="R-1", sender=SENDER, findings=[WRONG])
    page = log_in(trader)
    assert axe_violations(page) == []
    page.set_viewport_size({"width": 320, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    page.get_by_role("link", name="Correct and send again: R-1").click()
    assert axe_violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_the_queue_fits_a_phone_and_shows_fifteen_rows_on_a_screen(
    log_in: LogIn, officer: User, at: datetime
) -> None:
    for _ in range(18):
        case_of(bananas(at), at)
    page = log_in(officer)
    whole = "rows => rows.filter(row => row.getBoundingClientRect().bottom <= innerHeight).length"
    assert page.locator("tbody tr").evaluate_all(whole) >= 15
    page.set_viewport_size({"width": 320, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") == 320
