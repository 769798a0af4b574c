"""The pages of the admin in a browser: accessible, and within the content security policy."""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page

from customs_portal import clock
from customs_portal.accounts.models import Operator
from declarations.models import Ens
from messaging.models import InboundMessage
from risk.models import Case
from tests.access.world import World, make_world
from tests.factories.rules import drafted
from tests.fixtures.browser import axe_violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world(transactional_db: None) -> World:
    return make_world()


def addresses(world: World) -> list[tuple[str, str]]:
    """Return the pages to look at, each with who looks."""
    case, ens = Case.objects.get(status="open"), Ens.objects.order_by("pk")[0]
    draft = drafted(world.people["analyst"], clock.now())
    builder = reverse("rule_draft", args=[draft.pk])
    operator, message = Operator.objects.order_by("pk")[0], InboundMessage.objects.order_by("pk")[0]
    return [
        ("officer", "/admin/"),
        ("officer", "/admin/risk/case/"),
        ("officer", reverse("admin:risk_case_change", args=[case.pk])),
        ("officer", reverse("admin:risk_case_decide", args=[case.pk])),
        ("officer", reverse("admin:declarations_ens_change", args=[ens.pk])),
        ("officer", reverse("admin:messaging_inboundmessage_change", args=[message.pk])),
        ("auditor", "/admin/events/event/"),
        ("auditor", "/admin/events/change/"),
        ("auditor", "/audit/"),
        ("supervisor", "/audit/look-ups/"),
        ("officer", "/search/?q=XXXU0000000"),
        ("analyst", reverse("admin:risk_ruledraft_change", args=[draft.pk])),
        ("analyst", f"{builder}?frame=admin"),
        ("analyst", builder),
        ("analyst", "/rules/publication/"),
        ("administrator", reverse("admin:accounts_operator_change", args=[operator.pk])),
        ("administrator", reverse("admin:accounts_operator_issue_token", args=[operator.pk])),
        ("administrator", reverse("admin:accounts_user_change", args=[world.people["officer"].pk])),
    ]


def enter(page: Page, world: World, name: str, address: str, live_server: Any) -> None:
    """Open a page as somebody who is logged in."""
    client = Client()
    client.force_login(world.people[name])
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}]
    )
    page.goto(live_server.url + address)


def test_no_page_has_a_violation(world: World, live_server: Any, page: Page) -> None:
    found = {}
    for name, address in addresses(world):
        enter(page, world, name, address, live_server)
        found[address] = axe_violations(page)
    assert {address: wrong for address, wrong in found.items() if wrong} == {}


def test_the_page_of_the_api_shows_what_can_be_asked(
    world: World, live_server: Any, page: Page
) -> None:
    enter(page, world, "officer", "/api/v1/docs/", live_server)
    page.get_by_text("Lodge a message", exact=True).wait_for()
