"""The main actions of the admin by keyboard alone, each page accessible: from the login on."""

from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from customs_portal.events.models import Delivery
from declarations.models import Measure
from risk.models import Case
from tests.access.world import World, make_world
from tests.browser.test_sign_in import name_and_password, tab_to
from tests.factories.people import PASSWORD
from tests.fixtures.browser import axe_violations
from tests.sign_in.door import add_app, code_of

MOST_TABS = 300
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world(transactional_db: None, settings: Any) -> World:
    settings.MFA_TOTP_TOLERANCE = 1  # a code may change while it is typed
    return make_world()


def reach(page: Page, wanted: Locator, key: str = "Tab") -> None:
    """Press Tab until that element has the focus."""
    for _ in range(MOST_TABS):
        page.keyboard.press(key)
        if wanted.evaluate("element => element === document.activeElement"):
            return
    pytest.fail(f"{wanted} cannot be reached with {key}")


def enter(page: Page, world: World, name: str, address: str, live_server: Any) -> None:
    """Log in by keyboard, with the second step, to a page of the admin."""
    user = world.people[name]
    user.set_password(PASSWORD)
    user.save()
    secret = add_app(user)
    page.goto(live_server.url + address)
    name_and_password(page, user)
    expect(page.get_by_role("heading", name="Second step")).to_be_visible()
    assert axe_violations(page) == []
    tab_to(page, "Security code")
    page.keyboard.type(code_of(secret))
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url.endswith(address))
    assert axe_violations(page) == []


def select_and_run(page: Page, row: str, action: str) -> None:
    """Tick a row of a list and run an action on it."""
    box = page.get_by_role("row").filter(has_text=row).get_by_role("checkbox")
    reach(page, box)
    page.keyboard.press("Space")
    expect(box).to_be_checked()
    reach(page, page.locator("select[name=action]"), "Shift+Tab")
    page.keyboard.type(action)
    reach(page, page.get_by_role("button", name="Go", exact=True))
    page.keyboard.press("Enter")


def test_a_supervisor_filters_the_list_and_holds_a_case(
    world: World, live_server: Any, page: Page
) -> None:
    case = Case.objects.get(status="open")
    enter(page, world, "supervisor", "/admin/risk/case/", live_server)
    filters = page.locator("#changelist-filter")
    reach(page, filters.get_by_role("link", name="Open", exact=True).first)
    page.keyboard.press("Enter")
    page.wait_for_url("**status**")
    assert axe_violations(page) == []
    select_and_run(page, case.ens.mrn, "Hold")
    expect(page.get_by_role("heading", name="What is sent")).to_be_visible()
    assert axe_violations(page) == []
    reach(page, page.locator("[name=reason_code]"))
    page.keyboard.type("HLD-04")
    reach(page, page.locator("[name=note]"))
    page.keyboard.type("Waiting for the contract.")
    reach(page, page.get_by_role("button", name="Decide", exact=True))
    page.keyboard.press("Enter")
    expect(page.get_by_text("Decided.")).to_be_visible()
    assert axe_violations(page) == []
    assert Measure.objects.filter(ens=case.ens, kind="hold").count() == 1


def test_an_administrator_lets_a_parked_delivery_be_tried_again(
    world: World, live_server: Any, page: Page
) -> None:
    delivery = Delivery.objects.get(parked_at__isnull=False)
    parked = reverse("admin:events_delivery_changelist") + "?state=parked"
    enter(page, world, "administrator", parked, live_server)
    select_and_run(page, delivery.consumer, "Try")
    expect(page.get_by_text("1 delivery will be tried again.")).to_be_visible()
    assert axe_violations(page) == []
    delivery.refresh_from_db()
    assert delivery.parked_at is None
