"""Casework by keyboard: budgets of keys, undo, questions, signatures; axe in every state."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec
import pytest
from django.db import transaction
from playwright.sync_api import Page, expect

from customs_portal.accounts.models import Role, User
from customs_portal.clock import now
from customs_portal.events import advance
from declarations.models import Ens, Filing, Measure, Referral
from declarations.services.locks import lock_ens
from declarations.services.new_version import NewVersion, write_versions
from risk.models import Case, Decision, TextTemplate
from risk.services.supersede import supersede
from tests.factories.declarations import OFFICE, assessed, bananas, case_of, with_item
from tests.factories.people import person
from tests.fixtures.browser import axe_violations
from tests.fixtures.guide import SHOTS

pytestmark = [pytest.mark.browser]
LogIn = Callable[[User], Page]
NASTY = "\u202e<b>שלום</b> " + "Very-long-name-without-a-space" * 6


class Keyboard:
    """Counts the keys that an officer presses; typed text does not count."""

    def __init__(self, page: Page) -> None:
        self.page, self.pressed = page, 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.pressed += 1

    def go(self, key: str) -> None:
        with self.page.expect_navigation():
            self.press(key)
        self.page.wait_for_load_state()

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)


@pytest.fixture
def keen() -> User:
    """An officer with single keys switched on."""
    return person(
        Role.OFFICER, offices=(OFFICE,), first_name="Mila", last_name="Bakker", single_keys=True
    )


@pytest.fixture(autouse=True)
def _texts(transactional_db: None, settings: Any) -> None:
    settings.DECISION_UNDO_SECONDS = 300
    TextTemplate.objects.all().delete()
    for use, code, text in (
        ("note", "NFA-01", "The fields that hit are explained by the history."),
        ("question", "RFI-01", "Please describe the goods in plain words."),
    ):
        TextTemplate.objects.create(use=use, title=code, reason_code=code, text=text)


def look(page: Page, name: str) -> None:
    """Judge a state of a page by axe, at both widths, and keep pictures where wanted."""
    assert axe_violations(page) == [], name
    for width in (390, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
        if SHOTS:
            page.screenshot(path=f"{SHOTS}/{name}-{width}.png", full_page=True)


def test_no_further_action_takes_four_keys_from_the_queue(
    log_in: LogIn, keen: User, at: datetime
) -> None:
    first, second = (case_of(bananas(at), at) for _ in range(2))
    page = log_in(keen)
    page.wait_for_load_state()
    keys = Keyboard(page)
    keys.go("n")
    keys.press("c", "1")
    expect(page.get_by_label("Internal reason")).to_have_value(
        "The fields that hit are explained by the history."
    )
    look(page, "review-clear")
    keys.go("s")
    assert keys.pressed <= 4
    first.refresh_from_db()
    assert first.status == Case.Status.CLOSED
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    look(page, "queue-undo")
    keys.go("n")
    expect(page.get_by_role("heading", name=f"ENS {second.ens.mrn}")).to_be_visible()
    keys.go("u")
    expect(page.get_by_text("Nothing was sent, the case is open again.")).to_be_visible()
    first.refresh_from_db()
    assert first.status == Case.Status.OPEN


def test_a_hold_takes_eight_keys_and_its_text(log_in: LogIn, keen: User, at: datetime) -> None:
    case_of(bananas(at, subsequent_offices=("BE101000",)), at)
    page = log_in(keen)
    page.wait_for_load_state()
    keys = Keyboard(page)
    keys.go("n")
    keys.press("h", "5", "x", "n")
    keys.type("The police ask for it.")
    keys.press("Escape")
    look(page, "review-hold")
    keys.go("s")
    assert keys.pressed <= 8
    hold = Measure.objects.get()
    assert (hold.kind, hold.reason_code, hold.note) == ("hold", "HLD-05", "The police ask for it.")


def test_do_not_load_asks_twice(log_in: LogIn, keen: User, at: datetime) -> None:
    document = bananas(at)
    item = msgspec.structs.replace(next(document.items()), containers=("CSQU3054383",))
    case_of(with_item(document, item), at)
    page = log_in(keen)
    page.wait_for_load_state()
    keys = Keyboard(page)
    keys.go("n")
    keys.press("d", "3", "n")
    keys.type("Shots on the picture.")
    keys.press("Escape")
    page.get_by_label("Applies to").select_option("equipment:CSQU3054383")
    page.locator("#decision").focus()
    keys.go("d")
    expect(page.get_by_role("heading", name="Propose do not load")).to_be_visible()
    assert not Measure.objects.exists()
    look(page, "do-not-load-confirm")


def test_a_question_is_asked_answered_and_read(
    log_in: LogIn, keen: User, trader: User, at: datetime, settings: Any
) -> None:
    document = bananas(at)
    item = msgspec.structs.replace(next(document.items()), description=NASTY)
    case = case_of(with_item(document, item), at)
    settings.DECISION_UNDO_SECONDS = 0
    page = log_in(keen)
    page.wait_for_load_state()
    keys = Keyboard(page)
    keys.go("n")
    keys.press("i", "1")
    expect(page.get_by_label("Question to the filer")).to_have_value(
        "Please describe the goods in plain words."
    )
    look(page, "review-question")
    keys.go("s")
    asked = Referral.objects.get()
    advance.drain()
    page.goto(page.url.partition("/queue")[0] + f"/cases/{case.pk}/")
    look(page, "review-waiting")
    page.context.clear_cookies()
    page = log_in(trader)
    look(page, "trader-attention")
    page.get_by_role("link", name=f"Answer the question {asked.reference}").click()
    look(page, "trader-question")
    page.get_by_role("button", name="Send the answer").click()
    expect(page.get_by_text("Write an answer, or add a file.").first).to_be_visible()
    look(page, "trader-question-error")
    page.get_by_label("Your answer").fill(NASTY)
    page.get_by_role("button", name="Send the answer").click()
    expect(page.get_by_text("Your answer was received.")).to_be_visible()
    look(page, "trader-question-answered")
    advance.drain()
    page.context.clear_cookies()
    page = log_in(keen)
    page.goto(page.url.partition("/queue")[0] + f"/cases/{case.pk}/")
    look(page, "review-answered")
    page.get_by_role("button", name="The answer is enough").click()
    asked.refresh_from_db()
    assert asked.status == "settled"


def test_notes_files_and_signatures_are_accessible(log_in: LogIn, keen: User, at: datetime) -> None:
    case = case_of(bananas(at), at)
    page = log_in(keen)
    page.goto(page.url.partition("/queue")[0] + f"/cases/{case.pk}/")
    page.keyboard.press("o")
    page.get_by_label("Text", exact=True).fill(NASTY)
    page.get_by_label("With whom").fill(NASTY[:140])
    page.get_by_role("button", name="Add note").click()
    expect(page.get_by_text("Noted.")).to_be_visible()
    page.set_input_files(
        "#files-input", {"name": f"{NASTY[:60]}.pdf", "mimeType": "x/y", "buffer": b"%PDF-1.7 x"}
    )
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("no scanner is set up")).to_be_visible()
    page.get_by_label("No further action").check()
    page.get_by_label("Reason", exact=True).select_option("NFA-06")
    page.get_by_label("Internal reason").fill("No capacity today.")
    page.get_by_role("button", name="Decide no further action").click()
    expect(page.get_by_text("Another officer has to sign.")).to_be_visible()
    second = person(Role.OFFICER, offices=(OFFICE,), first_name="Jan", last_name="Visser")
    page.context.clear_cookies()
    page = log_in(second)
    page.goto(page.url.partition("/queue")[0] + f"/cases/{case.pk}/")
    look(page, "review-second-signature")
    page.get_by_role("button", name="Sign", exact=True).click()
    expect(page.get_by_text("Signed.")).to_be_visible()
    assert Decision.objects.get().signed_by == second
    look(page, "review-closed")


def test_a_stale_decision_shows_what_changed_and_keeps_the_text(
    log_in: LogIn, keen: User, at: datetime
) -> None:
    case = case_of(bananas(at), at)
    page = log_in(keen)
    page.goto(page.url.partition("/queue")[0] + f"/cases/{case.pk}/")
    page.get_by_label("No further action").check()
    page.get_by_label("Reason", exact=True).select_option("NFA-01")
    page.get_by_label("Internal reason").fill("Weekly trade.")
    _amend(case, at)
    page.get_by_role("button", name="Decide no further action").click()
    expect(page.get_by_role("heading", name="Changed while you read")).to_be_visible()
    expect(page.get_by_label("Internal reason")).to_have_value("Weekly trade.")
    look(page, "review-stale")
    page.get_by_role("button", name="Decide no further action").click()
    case.refresh_from_db()
    assert case.status == Case.Status.CLOSED


def _amend(case: Case, at: datetime) -> None:
    """Write version 2 the way an amendment does, and assess it."""
    filing = Filing.objects.get(membership__ens=case.ens)
    document = msgspec.structs.replace(
        filing.versions.get().document(), place_of_loading="ECPBO", conveyance_reference="VOY77"
    )
    with transaction.atomic():
        ens = lock_ens([case.ens_id])[case.ens_id]
        version = NewVersion(
            filing=filing, ens=ens, document=document, message_id=999_999, sender=filing.sender,
            received_at=now(),
        )  # fmt: skip
        write_versions([version], at=now())
        supersede({ens.pk}, at=now())
    assessed(Ens.objects.get(pk=ens.pk), now())
