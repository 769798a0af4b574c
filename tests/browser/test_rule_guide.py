"""The numbered steps of the rule administrator guide, executed as they stand there."""

import os
import re
from collections.abc import Callable
from datetime import datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect

from customs_portal.accounts.models import Role, User
from customs_portal.pages.views import back_tests
from risk.models import Assessment, RiskProfile
from risk.services import back_test
from tests.factories.declarations import OFFICE, assessed, harmless, lodged
from tests.factories.people import person
from tests.fixtures.browser import axe_violations

pytestmark = pytest.mark.browser
GUIDE = Path(__file__).resolve().parents[2] / "docs" / "rules.md"
SHOTS = os.environ.get("SCREENSHOTS", "")
LogIn = Callable[[User], Page]


def steps() -> list[str]:
    """Return the numbered steps in their order; raises ValueError where a number is missing."""
    found = re.findall(r"^(\d+)\. (.+)$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE)
    if [int(number) for number, _text in found] != list(range(1, len(found) + 1)):
        raise ValueError("the steps are not numbered one by one")
    return [text for _number, text in found]


class Reader:
    """Somebody who does what the guide says, on one page after the other."""

    def __init__(self, page: Page, log_in: LogIn, at: datetime) -> None:
        self.page, self.log_in, self.at = page, log_in, at
        self.people = {
            "risk analyst": person(Role.ANALYST, first_name="Thomas", last_name="Smit"),
            "risk approver": person(Role.APPROVER, first_name="Petra", last_name="Meijer"),
            "officer": person(Role.OFFICER, offices=(OFFICE,)),
        }
        self.mrn = assessed(lodged(harmless(at), at), at).mrn
        self.verbs: dict[str, Callable[..., None]] = {
            r"Log in as the ([a-z ]+)\.": self.enter,
            r"Press \*\*(.+)\*\*\.": self.press,
            r"Fill \*\*(.+)\*\* with `(.+)`\.?": self.fill,
            r"Choose `(.+)` in \*\*(.+)\*\*\.": self.choose,
            r"Tick \*\*(.+)\*\*\.": self.tick,
            r"See `(.+)`": self.see,
            r"Wait until the back-test is finished\.": self.work,
            r"Run `manage\.py replay <MRN of the hit>`; it prints `(.+)`\.": self.replay,
            r"A trader lodges a declaration of tiles from Mersin\.": self.lodge,
        }

    def do(self, step: str) -> None:
        """Do one step; fails for one that nobody could follow."""
        for pattern, verb in self.verbs.items():
            if found := re.fullmatch(pattern, step):
                verb(*found.groups())
                return
        pytest.fail(f"No reader knows how to follow: {step}")

    def enter(self, who: str) -> None:
        self.page.context.clear_cookies()
        self.log_in(self.people[who])

    def press(self, name: str) -> None:
        buttons = self.page.get_by_role("button", name=name, exact=True)
        links = self.page.get_by_role("link", name=name, exact=True)
        target = buttons.or_(links).first
        with self.page.expect_navigation():
            target.click()
        assert axe_violations(self.page) == []

    def fill(self, label: str, value: str) -> None:
        text = value.replace("<MRN>", self.mrn)
        self.page.get_by_label(label, exact=True).fill(text)

    def choose(self, option: str, label: str) -> None:
        self.page.get_by_label(label, exact=True).select_option(label=option)
        expect(self.page.locator(".htmx-request")).to_have_count(0)

    def tick(self, label: str) -> None:
        self.page.get_by_label(label, exact=True).check()

    def see(self, text: str) -> None:
        expect(self.page.locator("body")).to_contain_text(text)
        self.photograph(text)

    def lodge(self) -> None:
        assessed(lodged(harmless(self.at), self.at), self.at)

    def work(self) -> None:
        while back_test.run_part(at=self.at):
            pass
        expect(self.page.get_by_role("heading", name="Finished")).to_be_visible()

    def replay(self, told: str) -> None:
        hit = Assessment.objects.get(hits__contains=[{"rule": "GDE-01"}])
        printed = StringIO()
        call_command("replay", hit.ens.mrn, stdout=printed)
        assert told in printed.getvalue()

    def photograph(self, text: str) -> None:
        """Keep pictures where a folder for them is named."""
        if not SHOTS:
            return
        name = re.sub(r"\W+", "-", text)[:40]
        for width in (1440, 390):
            self.page.set_viewport_size({"width": width, "height": 900})
            self.page.screenshot(path=f"{SHOTS}/{name}-{width}.png", full_page=True)
        self.page.set_viewport_size({"width": 1440, "height": 900})


@pytest.mark.django_db(transaction=True, reset_sequences=True)  # the guide names numbers
def test_the_guide_can_be_followed(
    page: Page, log_in: LogIn, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(back_tests, "_wake", lambda: None)
    RiskProfile.objects.get_or_create(code="demo", defaults={"name": "Demo"})
    reader = Reader(page, log_in, at)
    for step in steps():
        reader.do(step)
    _tried, first, second = Assessment.objects.order_by("pk")
    assert [hit["rule"] for hit in first.hits] == ["GDE-01"]
    assert second.hits == []
    assert (first.rule_set.number, second.rule_set.number) == (2, 3)  # type: ignore[union-attr]  # made by rules


def test_the_steps_are_read_from_the_guide() -> None:
    found = steps()
    assert len(found) >= 40
    assert found[0] == "Log in as the risk analyst."
