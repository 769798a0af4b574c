"""The workbench in every state: accessible, never wider than its window, in hostile texts too."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urljoin

import msgspec
import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from customs_portal.accounts.models import Role, User
from customs_portal.clock import now
from declarations.document import Party
from risk.models import Assessment, Case, SavedView, ShiftNote
from risk.models.choices import Outcome, Severity
from risk.services.shift import standing
from tests.browser.test_casework import NASTY, look
from tests.factories.declarations import OFFICE, bananas, case_of, with_item
from tests.factories.measures import placed
from tests.factories.people import person

pytestmark = [pytest.mark.browser]
LogIn = Callable[[User], Page]


@pytest.fixture
def keen() -> User:
    """An officer with single keys switched on."""
    return person(
        Role.OFFICER, offices=(OFFICE,), first_name="Mila", last_name="Bakker", single_keys=True
    )


def opened(page: Page, name: str, *args: object, query: str = "") -> None:
    page.goto(urljoin(page.url, reverse(name, args=args)) + query)


def hostile(at: datetime) -> Case:
    """A case whose declared texts are markup, very long, and written from right to left."""
    document = bananas(at, conveyance_reference="V" * 35)
    party = Party(name=NASTY[:70], street=NASTY[:70], city="ירושלים", country="IL")
    item = msgspec.structs.replace(
        next(document.items()), description=NASTY, consignor=party, consignee=party
    )
    return case_of(with_item(document, item), at)


def many_items(at: datetime) -> Case:
    document = bananas(at)
    item = next(document.items())
    items = tuple(msgspec.structs.replace(item, number=number) for number in range(1, 1000))
    whole = msgspec.structs.replace(document.consignments[0], items=items)
    return case_of(msgspec.structs.replace(document, consignments=(whole,)), at)


def mixed(at: datetime, keen: User) -> list[Case]:
    """Cases as a day brings them: late, soon due, resting, of somebody, to be signed."""
    cases = [hostile(at), many_items(at), *(case_of(bananas(at), at) for _ in range(14))]
    rows = Case.objects
    rows.filter(pk=cases[0].pk).update(due_at=now() - timedelta(days=19), severity=Severity.HIGH)
    rows.filter(pk=cases[1].pk).update(due_at=now() + timedelta(minutes=16))
    rows.filter(pk=cases[2].pk).update(
        outcome=Outcome.DO_NOT_LOAD, severity=Severity.CRITICAL, due_at=now() + timedelta(hours=3)
    )
    rows.filter(pk=cases[3].pk).update(due_by="reply", due_at=now() + timedelta(hours=5))
    Assessment.objects.filter(ens=cases[3].ens).update(status="waiting")
    rows.filter(pk__in=[case.pk for case in cases[4:6]]).update(assignee=keen, assigned_at=now())
    placed(
        cases[6].ens, keen, at, kind="do_not_load", reason_code="DNL-03",
        subject="equipment", reference="CSQU3054383",
    )  # fmt: skip
    return cases


def test_every_state_of_the_queue_is_accessible(
    log_in: LogIn, keen: User, at: datetime, settings: Any
) -> None:
    settings.DECISION_UNDO_SECONDS = 300
    page = log_in(keen)
    look(page, "queue-empty")
    cases = mixed(at, keen)
    SavedView.objects.create(owner=keen, name=NASTY[:40], query="tab=office&mode=1")
    for tab in ("office", "mine", "waiting", "signature", "all"):
        opened(page, "queue", query=f"?tab={tab}")
        look(page, f"queue-{tab}")
    opened(page, "queue", query="?tab=office&q=nothing-like-this&severity=low")
    look(page, "queue-nothing-found")
    opened(page, "queue", query="?tab=office&mode=1")
    for case in (cases[0], cases[2], cases[7]):
        page.locator(f'input[name="case"][value="{case.pk}"]').check()
    page.get_by_role("button", name="Assign").click()
    expect(page.get_by_role("heading", name="Assign")).to_be_visible()
    look(page, "bulk-assign")
    opened(page, "queue", query="?tab=office&mode=1")
    for case in (cases[0], cases[2], cases[7]):
        page.locator(f'input[name="case"][value="{case.pk}"]').check()
    page.get_by_role("button", name="No further action").click()
    expect(page.get_by_role("heading", name="No further action")).to_be_visible()
    look(page, "bulk-end")
    page.get_by_label("Internal reason").fill(NASTY)
    page.get_by_role("button", name="Decide no further action").click()
    expect(page.get_by_text("Critical cases and proposed do-not-loads")).to_be_visible()
    look(page, "queue-undo-many")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("2 cases are open again.")).to_be_visible()
    assert "mode=1" in page.url


def test_every_state_of_a_review_is_accessible(log_in: LogIn, keen: User, at: datetime) -> None:
    nasty, many = hostile(at), many_items(at)
    Case.objects.filter(pk=nasty.pk).update(due_at=now() - timedelta(days=19))
    page = log_in(keen)
    opened(page, "review", nasty.pk)
    expect(page.locator(".portal-clock")).to_contain_text("19 d 0 h late")
    look(page, "review-hostile")
    opened(page, "review", many.pk)
    page.get_by_text("998 more hits of this rule").click()
    look(page, "review-999")
    opened(page, "review", many.pk, query="?items=20")
    look(page, "review-999-last")
    opened(page, "hand_over", nasty.pk)
    page.get_by_label("Reason").fill(NASTY)
    look(page, "hand-over")
    page.context.clear_cookies()
    page = log_in(person(Role.AUDITOR))
    opened(page, "review", nasty.pk)
    look(page, "review-auditor")


def test_what_a_supervisor_looks_after_is_accessible(
    log_in: LogIn, keen: User, at: datetime
) -> None:
    cases = mixed(at, keen)
    placed(cases[8].ens, keen, at, kind="hold", reason_code="HLD-06")
    placed(cases[9].ens, keen, at, kind="control", reason_code="CTL-02", place=OFFICE)
    ShiftNote.objects.create(
        office=OFFICE, signed_by=keen, text=NASTY, signed_at=now(), standing=standing(OFFICE, now())
    )
    page = log_in(person(Role.SUPERVISOR, offices=(OFFICE,), first_name="Ada", last_name="Smit"))
    assert page.locator("header").evaluate("bar => bar.offsetHeight") <= 40, "one line"
    for name, query in (
        ("load", ""),
        ("shift", ""),
        ("measures", "?view=in-force&kind=hold"),
        ("controls", f"?office={OFFICE}"),
        ("duty", ""),
        ("look_ups", ""),
    ):
        opened(page, name, query=query)
        look(page, f"supervisor-{name}")
