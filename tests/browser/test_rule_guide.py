"""The numbered steps of the rule administrator guide, executed as they stand there."""

from datetime import datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect

from customs_portal.accounts.models import Role
from risk import tasks
from risk.models import Assessment, RiskProfile
from risk.services import back_test
from tests.factories.declarations import OFFICE, assessed, harmless, lodged
from tests.factories.people import person
from tests.fixtures.guide import LogIn, Reader, numbered

pytestmark = pytest.mark.browser
GUIDE = Path(__file__).resolve().parents[2] / "docs" / "rules.md"


def steps() -> list[str]:
    """Return the numbered steps of the guide in their order."""
    return numbered(GUIDE.read_text(encoding="utf-8"))


class RuleReader(Reader):
    """Somebody who does what the guide says, on one page after the other."""

    def __init__(self, page: Page, log_in: LogIn, at: datetime) -> None:
        people = {
            "risk analyst": person(Role.ANALYST, first_name="Thomas", last_name="Smit"),
            "risk approver": person(Role.APPROVER, first_name="Petra", last_name="Meijer"),
            "officer": person(Role.OFFICER, offices=(OFFICE,)),
        }
        super().__init__(page, log_in, people)
        self.at = at
        self.mrn = assessed(lodged(harmless(at), at), at).mrn
        self.verbs |= {
            r"Wait until the back-test is finished\.": self.work,
            r"Run `manage\.py replay <MRN of the hit>`; it prints `(.+)`\.": self.replay,
            r"A trader lodges a declaration of tiles from Mersin\.": self.lodge,
        }

    def fill(self, label: str, value: str) -> None:
        super().fill(label, value.replace("<MRN>", self.mrn))

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


@pytest.mark.django_db(transaction=True, reset_sequences=True)  # the guide names numbers
def test_the_guide_can_be_followed(
    page: Page, log_in: LogIn, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks.run_back_tests, "apply_async", lambda **_options: None)
    RiskProfile.objects.get_or_create(code="demo", defaults={"name": "Demo"})
    reader = RuleReader(page, log_in, at)
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
