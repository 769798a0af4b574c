"""The numbered steps of the officer guide, executed as they stand there, by keyboard alone."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from customs_portal.accounts.models import Role, User
from customs_portal.clock import now
from customs_portal.events import advance
from risk.models import Case
from tests.factories.declarations import OFFICE, bananas, case_of
from tests.factories.people import person
from tests.fixtures.guide import KeyboardReader, LogIn, parts

pytestmark = pytest.mark.browser
GUIDE = Path(__file__).resolve().parents[2] / "docs" / "officer.md"
CASES = 4
UNDO = timedelta(minutes=10)
"""Long enough for a slow machine."""


def _official(role: Role, first: str, last: str) -> User:
    return person(role, offices=(OFFICE,), single_keys=True, first_name=first, last_name=last)


class OfficerReader(KeyboardReader):
    """An officer with some cases."""

    def __init__(self, page: Page, log_in: LogIn, at: datetime) -> None:
        people = {
            "officer": _official(Role.OFFICER, "Mila", "Bakker"),
            "second officer": _official(Role.OFFICER, "Jan", "Visser"),
            "supervisor": _official(Role.SUPERVISOR, "Sofie", "Mulder"),
        }
        super().__init__(page, log_in, people)
        for _ in range(CASES):
            case_of(bananas(at), at)
        self.verbs[r"Wait until the time to undo is over\."] = self.wait

    def wait(self) -> None:
        """Let the time go by in which a decision can be undone, and what is due then be done."""
        advance.drain(at=now() + 2 * UNDO)


def test_the_guide_can_be_followed(page: Page, log_in: LogIn, at: datetime, settings: Any) -> None:
    settings.DECISION_UNDO_SECONDS = UNDO.total_seconds()
    reader = OfficerReader(page, log_in, at)
    followed = [step for steps in parts(GUIDE, "Step by step").values() for step in steps]
    for step in followed:
        reader.do(step)
    assert len(followed) >= 10
    assert Case.objects.open().count() < CASES
