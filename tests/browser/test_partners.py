"""The pages of partners in a real browser."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from customs_portal import clock
from customs_portal.accounts.models import Role, User
from messaging.models import Partner, PartnerContact, PartnerLine, PartnerOutage
from messaging.wire.delivering import deliver
from tests.factories.people import person
from tests.fixtures.browser import axe_violations
from tests.wire.conftest import Waiting, know, new_peer, waiting
from tests.wire.peer import Peer, refuses

pytestmark = [pytest.mark.browser]
LogIn = Callable[[User], Page]
__all__ = ["waiting"]


@pytest.fixture
def peer() -> Iterator[Peer]:
    found = new_peer()
    yield found
    found.stop()


def belgium(peer: Peer, waiting: Waiting) -> Partner:
    """A partner that refuses one message and fails with another."""
    partner = know(peer, name="Customs of Belgium", agreement="Hand-over 2026")
    PartnerContact.objects.create(
        partner=partner, name="Duty desk", task="Risk", telephone="+32 2 0000000"
    )
    PartnerOutage.objects.create(
        partner=partner,
        from_at=clock.now() + timedelta(days=2),
        to_at=clock.now() + timedelta(days=2, hours=3),
        reason="New release",
    )
    waiting("26NL00039600000281", "26NL00039600000281", "26NL00039600000282")
    peer.answers = [refuses(422, "kind_not_agreed"), refuses(503, "busy")]
    deliver()
    PartnerLine.objects.update(refused_at=clock.now(), refusal="skew")
    Partner.objects.create(country="DE", name="Customs of Germany")
    return partner


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_an_administrator_walks_the_pages_of_partners(
    log_in: LogIn, peer: Peer, waiting: Waiting, live_server: Any, theme: str
) -> None:
    belgium(peer, waiting)
    page = log_in(person(Role.ADMINISTRATOR, theme=theme))
    page.goto(f"{live_server.url}{reverse('partners')}")
    assert axe_violations(page) == []
    page.get_by_role("link", name="Customs of Belgium").click()
    page.get_by_text("Plan an outage").click()
    page.get_by_text("Enter keys").click()
    assert axe_violations(page) == []
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="Plan", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("required")
    assert axe_violations(page) == []
    page.get_by_role("button", name="Test the connection").click()
    expect(page.get_by_text("The connection works")).to_be_visible()
    page.get_by_role("button", name="Try everything now").click()
    expect(page.get_by_text("They are tried now.")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
