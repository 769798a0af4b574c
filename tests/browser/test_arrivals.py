"""Arrivals and diversions written on a page, goods found, versions: accessible, also on a phone."""

from collections.abc import Callable
from datetime import datetime

import pytest
from playwright.sync_api import Page, expect

from customs_portal.accounts.models import User
from declarations.arrivals import Reported
from tests.factories.arrivals import arrived
from tests.factories.declarations import harmless, lodged
from tests.fixtures.browser import axe_violations
from tests.pages.test_versions import changed_seal

pytestmark = [pytest.mark.browser]
LogIn = Callable[[User], Page]


def is_well(page: Page) -> None:
    """Nothing is inaccessible, and a phone shows it without scrolling to the side."""
    assert axe_violations(page) == []
    page.set_viewport_size({"width": 320, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    page.set_viewport_size({"width": 1440, "height": 900})


@pytest.mark.parametrize("path", ["/arrivals/new/", "/diversions/new/"])
def test_a_trader_writes_and_is_led_to_what_is_wrong(
    log_in: LogIn, trader: User, path: str
) -> None:
    page = log_in(trader)
    page.goto(page.url.partition("/filings")[0] + path)
    is_well(page)
    page.get_by_role("button", name="Send").click()
    summary = page.get_by_role("alert")
    expect(summary.get_by_text("There is a problem")).to_be_visible()
    is_well(page)
    summary.get_by_role("link").first.click()
    assert page.evaluate("document.activeElement.name") in ("means", "reference", "actual_office")


def test_an_officer_records_what_came_and_what_was_found(
    log_in: LogIn, officer: User, at: datetime
) -> None:
    ens = lodged(harmless(at, expected_arrival=at), at)
    arrival = arrived(at, Reported(mrn=ens.mrn))
    page = log_in(officer)
    for path in ("/arrivals/new/", "/diversions/new/", f"/arrivals/{arrival.pk}/found/"):
        page.goto(page.url.partition("/queue")[0].rstrip("/") + path)
        is_well(page)
        page.goto(page.url.partition(path)[0] + "/queue/")


def test_two_versions_are_compared(log_in: LogIn, officer: User, at: datetime) -> None:
    ens = changed_seal(at)
    page = log_in(officer)
    page.goto(page.url.partition("/queue")[0] + f"/ens/{ens.mrn}/versions/")
    is_well(page)
