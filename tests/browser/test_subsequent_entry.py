"""The pages of subsequent entry in a real browser: accessible, fit for a phone, and in use."""

from collections.abc import Callable
from datetime import datetime

import pytest
from playwright.sync_api import Page, expect

from customs_portal.accounts.models import User
from declarations.models import SubsequentEntryNotice
from tests.browser.test_measures import SIZES, looked_at, opened
from tests.factories.messages import written
from tests.factories.notices import told
from tests.fixtures.browser import axe_violations

pytestmark = [pytest.mark.browser]
LogIn = Callable[[User], Page]
WIDER = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


def test_an_officer_reads_what_was_told_and_tells_what_was_done(
    log_in: LogIn, officer: User, at: datetime
) -> None:
    notice = told(at)
    SubsequentEntryNotice.objects.update(is_late=True)
    sent = written("CD319A", "DE", at, ens=notice.ens)
    type(sent).objects.filter(pk=sent.pk).update(channel="partner")
    page = log_in(officer)
    for name, args in (
        ("subsequent_entry", ()),
        ("told_others", ()),
        ("ens", (notice.ens.mrn,)),
        ("notice", (notice.pk,)),
    ):
        opened(page, name, *args)
        assert axe_violations(page) == [], name
        page.set_viewport_size({"width": SIZES[1][0], "height": SIZES[1][1]})
        assert not page.evaluate(WIDER), name
        looked_at(page, name)
        page.set_viewport_size({"width": SIZES[0][0], "height": SIZES[0][1]})
    page.get_by_role("button", name="The goods are here").click()
    page.get_by_label("What was done").select_option("not_controlled")
    page.get_by_role("button", name="Tell the first office").click()
    expect(page.get_by_text("Say what came of it.").first).to_be_visible()
    assert axe_violations(page) == []
    page.get_by_label("Result or reason").fill("Ship went on to Hamburg.")
    page.get_by_role("button", name="Tell the first office").click()
    expect(page.get_by_text("Not controlled: Ship went on to Hamburg.")).to_be_visible()
    assert axe_violations(page) == []
