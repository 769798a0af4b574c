"""The main job as its users live it: a running site, real workers, a trader's system, a browser."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from lxml import etree
from playwright.sync_api import Page, expect

from customs_portal.client import Client
from customs_portal.clock import now
from customs_portal.demo import stories
from declarations.mrn import is_valid
from tests.fixtures.portal import Portal

pytestmark = pytest.mark.browser
LODGER = "NL900000011"
PATIENCE = 180.0


@pytest.fixture
def trader_system(portal: Portal) -> Iterator[Client]:
    token = next(each["token"] for each in portal.demo["tokens"] if each["eori"] == LODGER)
    with Client(portal.url, token) as system:
        yield system


def lodge(system: Client) -> str:
    """Send bananas from a cover port and return the MRN of the answer."""
    lodged = system.lodge(stories.changed_seal(at=now()).xml)
    answer = awaited(lambda: system.answer(lodged.correlation_id, wait=20).response_xml)
    mrn = etree.fromstring(answer).findtext("HEAHEA/DocNumHEA5")
    assert mrn is not None
    assert is_valid(mrn)
    return mrn


def awaited(found: Callable[[], Any]) -> Any:
    end = time.monotonic() + PATIENCE
    while not (result := found()):
        assert time.monotonic() < end, "It did not come."
        time.sleep(0.2)
    return result


def enter(page: Page, portal: Portal, name: str) -> None:
    password = next(each["password"] for each in portal.demo["accounts"] if each["name"] == name)
    page.goto(portal.url)
    page.get_by_label("User name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(lambda url: "/account/" not in url)


def open_case(page: Page, portal: Portal, mrn: str) -> str:
    """Open the case from the queue as soon as it stands there, and return its number."""

    def stands_there() -> bool:
        page.goto(f"{portal.url}/queue/?q={mrn}")
        return page.get_by_role("link", name=mrn).count() == 1

    awaited(stands_there)
    page.get_by_role("link", name=mrn).click()
    page.wait_for_url("**/cases/*/")
    return page.url.rstrip("/").rpartition("/")[2]


def hold(page: Page, announce: str) -> None:
    expect(page.locator("mark").first).to_be_visible()
    page.get_by_label("Hold", exact=True).check()
    page.get_by_label("Reason", exact=True).select_option("HLD-05")
    page.get_by_label(announce, exact=True).check()
    page.get_by_label("Internal reason").fill("The police ask for it.")
    page.get_by_role("button", name="Decide hold").click()
    page.wait_for_url("**/queue/")


def hold_in_admin(page: Page, portal: Portal, case: str) -> None:
    page.goto(f"{portal.url}/admin/risk/case/{case}/decide/")
    page.get_by_label("Hold", exact=True).check()
    page.get_by_label("Reason:", exact=True).select_option("HLD-05")
    page.get_by_label("Yes, now").check()
    page.get_by_label("Internal reason:").fill("The police ask for it.")
    page.get_by_role("button", name="Decide").click()
    page.wait_for_url(lambda url: not url.endswith("/decide/"))


def notices(system: Client) -> set[str]:
    return {each.mrn or "" for each in system.notifications() if each.kind == "CC351A"}


def test_a_hold_is_told_or_not_told_as_the_officer_decides(
    portal: Portal, trader_system: Client, page: Page
) -> None:
    on_page, in_admin, secret = (lodge(trader_system) for _ in range(3))
    enter(page, portal, "anna")
    open_case(page, portal, on_page)
    hold(page, "Yes, now")
    case = open_case(page, portal, in_admin)
    hold_in_admin(page, portal, case)
    open_case(page, portal, secret)
    hold(page, "No")
    awaited(lambda: {on_page, in_admin} <= notices(trader_system))
    for mrn in (on_page, in_admin, secret):
        waits_for_belgium(page, portal, mrn)
    assert secret not in notices(trader_system)
    page.context.clear_cookies()
    enter(page, portal, "noordkade")
    for mrn, words in ((on_page, "Held"), (in_admin, "Held"), (secret, "Registered")):
        page.goto(f"{portal.url}/filings/?q={mrn}")
        expect(page.get_by_role("row").filter(has_text=mrn)).to_contain_text(words)


def waits_for_belgium(page: Page, portal: Portal, mrn: str) -> None:
    def is_written() -> bool:
        page.goto(f"{portal.url}/ens/{mrn}/")
        return page.get_by_role("row").filter(has_text="CD319A").filter(has_text="BE").count() == 1

    awaited(is_written)
