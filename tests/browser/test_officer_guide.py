"""The numbered steps of the officer guide, executed as they stand there, by keyboard alone."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from customs_portal.accounts.models import Role, User
from customs_portal.clock import now
from customs_portal.events import advance
from risk.models import Case
from tests.factories.declarations import OFFICE, bananas, case_of
from tests.factories.people import person
from tests.fixtures.browser import axe_violations
from tests.fixtures.guide import LogIn, Reader, numbered

pytestmark = pytest.mark.browser
GUIDE = Path(__file__).resolve().parents[2] / "docs" / "officer.md"
CASES = 4
UNDO = timedelta(minutes=10)
"""Long enough for a slow machine."""


def parts() -> Iterator[tuple[str, list[str]]]:
    """Yield the parts of the section `Step by step`: their headings and numbered steps."""
    text = GUIDE.read_text(encoding="utf-8")
    section = text.partition("\n## Step by step\n")[2].partition("\n## ")[0]
    _before, *found = re.split(r"^### (.+)$", section, flags=re.MULTILINE)
    yield from zip(found[::2], map(numbered, found[1::2]), strict=True)


def _official(role: Role, first: str, last: str) -> User:
    return person(role, offices=(OFFICE,), single_keys=True, first_name=first, last_name=last)


class OfficerReader(Reader):
    """An officer who has single keys on and lets the mouse lie."""

    def __init__(self, page: Page, log_in: LogIn, at: datetime) -> None:
        people = {
            "officer": _official(Role.OFFICER, "Mila", "Bakker"),
            "second officer": _official(Role.OFFICER, "Jan", "Visser"),
            "supervisor": _official(Role.SUPERVISOR, "Sofie", "Mulder"),
        }
        super().__init__(page, log_in, people)
        for _ in range(CASES):
            case_of(bananas(at), at)
        self.verbs |= {
            r"Press the key `(.+)`\.": self.key,
            r"Press the key `(.+)`: the page changes\.": self.leave_by_key,
            r"Type `(.+)`\.?": self.type,
            r"Wait until the time to undo is over\.": self.wait,
        }

    def press(self, name: str) -> None:
        """Press a button or link by the keyboard."""
        target = self.target(name)
        target.focus()
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        self.look()

    def key(self, key: str) -> None:
        self.page.keyboard.press(key)

    def leave_by_key(self, key: str) -> None:
        with self.page.expect_navigation():
            self.page.keyboard.press(key)
        self.look()

    def look(self) -> None:
        self.page.wait_for_load_state()
        assert axe_violations(self.page) == []

    def wait(self) -> None:
        """Let the time go by in which a decision can be undone, and what is due then be done."""
        advance.drain(at=now() + 2 * UNDO)

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)

    def see(self, text: str) -> None:
        expect(self.page.locator("main")).to_contain_text(text)
        self.photograph(text)


def test_the_guide_can_be_followed(page: Page, log_in: LogIn, at: datetime, settings: Any) -> None:
    settings.DECISION_UNDO_SECONDS = UNDO.total_seconds()
    reader = OfficerReader(page, log_in, at)
    followed = [step for _heading, steps in parts() for step in steps]
    for step in followed:
        reader.do(step)
    assert len(followed) >= 10
    assert Case.objects.open().count() < CASES
