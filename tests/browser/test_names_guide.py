"""The numbered steps of the guide to names and lists, executed as they stand there."""

from datetime import datetime
from pathlib import Path

import pytest
from django.core.management import call_command
from playwright.sync_api import Page

from customs_portal.accounts.models import Role
from declarations.document import Party
from risk.models import Case, Rescreening
from risk.tasks import rescreen
from tests.factories.declarations import OFFICE, assessed, harmless, lodged
from tests.factories.people import person
from tests.fixtures.guide import LogIn, Reader, numbered

pytestmark = pytest.mark.browser
GUIDE = Path(__file__).resolve().parents[2] / "docs" / "names.md"


class NamesReader(Reader):
    """Somebody who does what the guide says, on one page after the other."""

    def __init__(self, page: Page, log_in: LogIn, at: datetime, folder: Path) -> None:
        people = {
            "risk analyst": person(Role.ANALYST, first_name="Thomas", last_name="Smit"),
            "officer": person(Role.OFFICER, offices=(OFFICE,), first_name="Mila"),
        }
        super().__init__(page, log_in, people)
        self.at, self.folder = at, folder
        self.verbs |= {
            r"A trader declares goods for `(.+)`\.": self.lodge,
            r"Take the list as it is with the line `(.+)`\.": self.take,
            r"Open the newest case\.": self.open_newest,
            r"Wait until the names are held against it\.": self.work,
        }

    def lodge(self, name: str) -> None:
        consignee = Party(name=name, country="NL")
        assessed(lodged(harmless(self.at, consignee=consignee), self.at), self.at)

    def take(self, line: str) -> None:
        file = self.folder / "list.csv"
        with file.open("w", encoding="utf-8") as out:
            call_command("export_list", "watch_entities", stdout=out)
        file.write_text(f"{file.read_text(encoding='utf-8')}{line}\n", encoding="utf-8")
        self.page.get_by_label("CSV file with the whole list").set_input_files(file)

    def open_newest(self) -> None:
        self.press(Case.objects.latest("pk").ens.mrn)

    def work(self) -> None:
        while Rescreening.objects.filter(state="running").exists():
            rescreen()


def test_the_guide_can_be_followed(page: Page, log_in: LogIn, at: datetime, tmp_path: Path) -> None:
    reader = NamesReader(page, log_in, at, tmp_path)
    reader.work()
    found = numbered(GUIDE.read_text(encoding="utf-8"))
    for step in found:
        reader.do(step)
    assert len(found) >= 30
    assert Case.objects.open().count() == 2
