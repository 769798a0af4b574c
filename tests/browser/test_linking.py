"""Filings to link, and their tree, in a real browser: by keyboard, accessible, on a phone."""

from collections.abc import Callable
from datetime import datetime

import pytest
from playwright.sync_api import Page, expect

from customs_portal.accounts.models import User
from declarations.models import Ens
from tests.browser.test_measures import SIZES, looked_at, opened
from tests.factories.linked import house, master
from tests.fixtures.browser import axe_violations

pytestmark = [pytest.mark.browser]
LogIn = Callable[[User], Page]
WIDER = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


def test_an_officer_links_a_house_by_keyboard(log_in: LogIn, officer: User, at: datetime) -> None:
    User.objects.filter(pk=officer.pk).update(single_keys=True)
    paper = {"documentNumber": "OEL2611007", "type": "N704"}
    top, stray = master(at), house(at, transportDocumentMasterLevel=[paper])
    page = log_in(officer)
    for name, args in (("linking", ()), ("linking_ens", (top.mrn,)), ("ens", (top.mrn,))):
        opened(page, name, *args)
        assert axe_violations(page) == [], name
        page.set_viewport_size({"width": SIZES[1][0], "height": SIZES[1][1]})
        assert not page.evaluate(WIDER), name
        looked_at(page, name)
        page.set_viewport_size({"width": SIZES[0][0], "height": SIZES[0][1]})
    opened(page, "linking")
    page.keyboard.press("j")
    page.keyboard.press("o")
    expect(page.get_by_role("heading", name="Link below")).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("1")
    page.keyboard.press("s")
    expect(page.get_by_text("Give a reason.").first).to_be_visible()
    page.wait_for_load_state()
    assert axe_violations(page) == []
    page.get_by_label("Reason").focus()
    page.keyboard.type("The bill was mistyped.")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Linked by M. Bakker: The bill was mistyped.")).to_be_visible()
    expect(page.get_by_role("link", name=stray.mrn).first).to_be_visible()
    assert axe_violations(page) == []
    looked_at(page, "linked")
    assert Ens.objects.get(pk=top.pk).completeness == "complete"
