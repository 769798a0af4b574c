"""Logging in with a real browser: by keyboard alone, with a second step, with a passkey."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.urls import reverse
from playwright.sync_api import Page, expect

from customs_portal.accounts.invitations import invite, token_of
from customs_portal.accounts.models import Role, User
from customs_portal.clock import now
from tests.factories.people import PASSWORD, person
from tests.fixtures.browser import axe_violations
from tests.sign_in.door import add_app, code_of

pytestmark = [pytest.mark.browser]
LogIn = Callable[[User], Page]
FOCUSED = "(document.activeElement.labels?.[0] ?? document.activeElement).textContent"
PHONE = {"width": 390, "height": 800}


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the element of that name or label has the focus."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUSED).strip().startswith(name):
            return
    pytest.fail(f"{name} cannot be reached with Tab")


def name_and_password(page: Page, user: User) -> None:
    tab_to(page, "User name")
    page.keyboard.type(user.username)
    tab_to(page, "Password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")


def fits(page: Page) -> bool:
    """Whether a phone shows the page without scrolling sideways; the size is put back."""
    size = page.viewport_size
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]  # a plain dict
    width = page.evaluate("document.documentElement.scrollWidth")
    page.set_viewport_size(size)  # type: ignore[arg-type]  # never None here
    return bool(width == PHONE["width"])


def test_an_officer_sets_up_the_second_step_and_logs_in_by_keyboard(
    page: Page, live_server: Any, officer: User, settings: Any
) -> None:
    settings.MFA_REQUIRED = True
    settings.MFA_TOTP_TOLERANCE = 1  # a code may change while it is typed
    page.goto(live_server.url)
    expect(page.get_by_role("button", name="Use a passkey")).to_be_visible()
    expect(page.locator("#passkey-problem")).to_be_hidden()
    name_and_password(page, officer)
    expect(page.get_by_role("heading", name="Set up an authenticator app")).to_be_visible()
    assert axe_violations(page) == []
    assert fits(page)
    secret = page.locator("#authenticator-key").inner_text()
    tab_to(page, "Security code")
    page.keyboard.type(code_of(secret))
    page.keyboard.press("Enter")
    expect(page.locator("#recovery-codes li")).to_have_count(10)
    assert axe_violations(page) == []
    tab_to(page, "I have kept them")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Queue")).to_be_visible()
    tab_to(page, "Log out")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    cache.clear()
    name_and_password(page, officer)
    expect(page.get_by_role("heading", name="Second step")).to_be_visible()
    expect(page.locator("#passkey-problem")).to_be_hidden()
    assert axe_violations(page) == []
    tab_to(page, "Security code")
    page.keyboard.type("12 34")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").first).to_contain_text("The code is not right.")
    assert axe_violations(page) == []
    tab_to(page, "Security code")
    page.keyboard.type(code_of(secret))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Queue")).to_be_visible()


def test_a_passkey_opens_the_portal_without_a_password(
    log_in: LogIn, page: Page, officer: User
) -> None:
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    log_in(officer)
    page.get_by_role("link", name="Mila Bakker").click()
    page.get_by_role("link", name="Add a passkey").click()
    assert axe_violations(page) == []
    assert fits(page)
    page.get_by_label("Name").fill("Office laptop")
    page.get_by_role("button", name="Add").click()
    expect(page.locator("#recovery-codes li")).to_have_count(10)
    page.get_by_role("link", name="Mila Bakker").click()
    expect(page.get_by_text("Office laptop").first).to_be_visible()
    page.get_by_role("button", name="Log out").click()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", name="Queue")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_pages_of_the_account_are_accessible(
    log_in: LogIn, officer: User, live_server: Any, theme: str
) -> None:
    User.objects.filter(pk=officer.pk).update(theme=theme)
    page = log_in(officer)
    names = ("your_account", "account_change_password", "mfa_activate_totp", "account_logout")
    for name in names:
        page.goto(live_server.url + reverse(name))
        assert (name, axe_violations(page), fits(page)) == (name, [], True)
    add_app(officer)
    for name in ("mfa_deactivate_totp", "mfa_generate_recovery_codes"):
        page.goto(live_server.url + reverse(name))
        assert (name, axe_violations(page), fits(page)) == (name, [], True)


def test_an_invited_trader_sets_a_password(page: Page, live_server: Any) -> None:
    trader = person(Role.TRADER)
    with transaction.atomic():
        token = token_of(invite(user=trader, by=person(Role.ADMINISTRATOR), at=now()))
    page.goto(live_server.url + reverse("invitation", args=[token]))
    assert axe_violations(page) == []
    assert fits(page)
    page.get_by_label("New password", exact=True).fill("short")
    page.get_by_label("New password again").fill("short")
    page.get_by_role("button", name="Set password").click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    assert axe_violations(page) == []
    page.get_by_label("New password", exact=True).fill("korenbloem wolken fiets")
    page.get_by_label("New password again").fill("korenbloem wolken fiets")
    page.get_by_role("button", name="Set password").click()
    expect(page.get_by_text("Your password is set.")).to_be_visible()
