"""A live server with reference data, rules and a case, driven by Chromium."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page

from customs_portal.accounts.models import Role, User
from customs_portal.clock import now
from customs_portal.events import wake
from customs_portal.reference import snapshot
from customs_portal.runtime import assets
from risk import rule_sets
from tests.factories.declarations import OFFICE, SENDER, publish_demo_rules
from tests.factories.people import PASSWORD, person
from tests.factories.reference import store_offices_and_reasons


@pytest.fixture(scope="session", autouse=True)
def _assets() -> None:
    assets.build()


@pytest.fixture(autouse=True)
def _reference(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody works off the events here; pages read what the services wrote."""
    monkeypatch.setattr(snapshot, "current", snapshot.offline)
    monkeypatch.setattr(wake, "wake", lambda consumers: None)
    rule_sets.forget()
    store_offices_and_reasons()
    publish_demo_rules(now())


@pytest.fixture
def at() -> datetime:
    return now() - timedelta(minutes=10)


@pytest.fixture
def officer() -> User:
    return person(Role.OFFICER, offices=(OFFICE,), first_name="Mila", last_name="Bakker")


@pytest.fixture
def trader() -> User:
    return person(Role.TRADER, operators=(SENDER,))


@pytest.fixture
def log_in(page: Page, live_server: Any) -> Any:
    """Return a function that logs somebody in and returns the page where they land."""

    def enter(user: User) -> Page:
        page.goto(live_server.url)
        page.get_by_label("User name").fill(user.username)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in", exact=True).click()
        page.wait_for_url(lambda url: "/account/" not in url)
        return page

    return enter
