"""The pages of messages in a real browser."""

from collections.abc import Callable
from datetime import datetime

import pytest
from playwright.sync_api import Page, expect

from customs_portal.accounts.models import User
from declarations.models import Ens
from messaging.formats.registry import check
from messaging.models import InboundMessage
from tests.factories.declarations import SENDER, bananas, lodged
from tests.factories.messages import received, written
from tests.fixtures.browser import axe_violations
from tests.messaging.builders import minimal_ie315

pytestmark = [pytest.mark.browser]
LogIn = Callable[[User], Page]
BODY = minimal_ie315({"IteNumGDS7": "3", "TraModAtBorHEA76": "4"})


def refused(at: datetime) -> InboundMessage:
    answer = written("CC316A", SENDER, at, lrn="LRN0000000001", body=b"<CC316A/>")
    findings = check(BODY).findings
    return received(SENDER, at, lrn="LRN0000000001", body=BODY, findings=findings, answer=answer)


def test_a_trader_goes_from_an_error_to_its_line(log_in: LogIn, trader: User, at: datetime) -> None:
    message = refused(at)
    page = log_in(trader)
    page.get_by_role("link", name="Messages").click()
    assert axe_violations(page) == []
    page.get_by_label("MRN, LRN, EORI").fill(str(message.correlation))
    page.get_by_label("Direction").select_option("received")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("table").get_by_role("link").click()
    assert axe_violations(page) == []
    page.get_by_text("Fields in words").click()
    assert axe_violations(page) == []
    page.locator("main ol a").first.click()
    assert "#line-" in page.url
    expect(page.locator("tr:target")).to_be_in_viewport()
    expect(page.locator("tr:target")).to_contain_text("1. ")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_pages_of_messages_are_accessible_to_officers(
    log_in: LogIn, officer: User, at: datetime, theme: str
) -> None:
    officer.theme = theme
    officer.save()
    ens: Ens = lodged(bananas(at), at)
    message = refused(at)
    InboundMessage.objects.filter(pk=message.pk).update(mrn=ens.mrn)
    page = log_in(officer)
    page.get_by_role("link", name="Messages").click()
    assert axe_violations(page) == []
    page.get_by_role("table").get_by_role("link").first.click()
    expect(page.get_by_role("heading", name="Line by line")).to_be_visible()
    assert axe_violations(page) == []
