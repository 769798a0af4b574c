"""What an officer opens beside the queue, and where a way ends: accessible, never too wide."""

from collections.abc import Callable
from datetime import datetime

import pytest
from playwright.sync_api import Page, expect

from customs_portal.accounts.models import SignedInSession, User
from declarations.models import Control
from risk.models import Case
from tests.browser.test_casework import NASTY, look
from tests.browser.test_workbench_states import opened
from tests.factories.declarations import OFFICE, bananas, case_of, harmless, lodged
from tests.factories.measures import placed

pytestmark = [pytest.mark.browser]
LogIn = Callable[[User], Page]


def test_what_stands_beside_the_queue_is_accessible(
    log_in: LogIn, officer: User, at: datetime
) -> None:
    case = case_of(bananas(at), at)
    ens = lodged(harmless(at, expected_arrival=at), at)
    placed(case.ens, officer, at, kind="hold", reason_code="HLD-06")
    done = placed(case.ens, officer, at, kind="control", reason_code="CTL-02", place=OFFICE)
    type(done).objects.filter(pk=done.pk).update(status="conform", announced_at=at)
    Control.objects.filter(measure=done).update(
        result_code="RES-01", due_at=at, scheduled_at=at, started_at=at, recorded_at=at,
    )  # fmt: skip
    page = log_in(officer)
    for name, query in (
        ("measures", "?view=in-force"),
        ("measures", "?view=lapsed"),
        ("controls", "?view=done"),
        ("search", f"?q={ens.mrn[:6]}"),
        ("search", "?q=nothing-like-this"),
        ("voyages", f"?day={at:%Y-%m-%d}"),
        ("reconciliation", f"?from={at:%Y-%m-%d}&to={at:%Y-%m-%d}"),
        ("infringements", ""),
        ("dual_filings", ""),
        ("score_cards", ""),
        ("your_account", ""),
    ):
        opened(page, name, query=query)
        look(page, f"beside-{name}{len(query)}")


def test_where_a_way_ends_is_accessible(log_in: LogIn, officer: User, at: datetime) -> None:
    case = case_of(bananas(at), at)
    page = log_in(officer)
    for name, args, heading in (
        ("ens", ("26NL00000000000000",), "Page not found"),
        ("rules", (), "You cannot open this page"),
        ("decide", (case.pk,), "Nothing to show here"),
    ):
        opened(page, name, *args)
        expect(page.get_by_role("heading", name=heading)).to_be_visible()
        look(page, f"end-{name}")
    opened(page, "review", case.pk)
    page.get_by_label("No further action").check()
    page.get_by_label("Reason", exact=True).select_option("NFA-01")
    page.get_by_label("Internal reason").fill(NASTY)
    SignedInSession.objects.all().delete()
    page.get_by_role("button", name="Decide no further action").click()
    expect(page.get_by_text("Log in again: your text is kept.")).to_be_visible()
    look(page, "end-session")
    page = log_in(officer)
    opened(page, "review", case.pk)
    expect(page.get_by_label("Internal reason")).to_have_value(NASTY)
    look(page, "end-session-kept")
    case.refresh_from_db()
    assert case.status == Case.Status.OPEN
