"""Filings of ICS2 in the guides of officers and traders: each part executed as it stands there."""

from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from playwright.sync_api import FilePayload, Page

from customs_portal.accounts.models import Role, User
from customs_portal.clock import now
from customs_portal.events import advance
from declarations.document import Document
from declarations.models import ConsignmentLife, Ens, Measure, Referral
from tests.factories.declarations import OFFICE, case_of, with_item
from tests.factories.linked import FORWARDER, OWNER, document, house, master
from tests.factories.people import person
from tests.fixtures.guide import KeyboardReader, LogIn, Reader, parts

pytestmark = pytest.mark.browser
DOCS = Path(__file__).resolve().parents[2] / "docs"
BY_KEYS = parts(DOCS / "officer.md", "Step by step: filings of ICS2")
ANSWERS = parts(DOCS / "trader.md", "Answer a question")
RISK_CENTRE = "NL000900"
PDF = b"%PDF-1.7 a packing list"


class TraderReader(Reader):
    """Somebody of the company that was asked."""

    def __init__(self, page: Page, log_in: LogIn) -> None:
        super().__init__(page, log_in, {"trader": person(Role.TRADER, operators=(FORWARDER,))})
        self.verbs[r"Choose the file `(.+)` in \*\*(.+)\*\*\."] = self.add

    def add(self, name: str, label: str) -> None:
        file = FilePayload(name=name, mimeType="application/pdf", buffer=PDF)
        self.page.get_by_label(label).set_input_files(file)


class FilingReader(KeyboardReader):
    """Officers of one office, and the trader who follows the own guide between their steps."""

    def __init__(self, page: Page, log_in: LogIn, office: str) -> None:
        people = {
            "officer": _official(office, "Mila", "Bakker"),
            "second officer": _official(office, "Jan", "Visser"),
        }
        super().__init__(page, log_in, people)
        self.trader = TraderReader(page, log_in)
        self.verbs |= {
            r"Wait until the time to undo is over\.": self.wait,
            r"The trader does what stands under `(.+)` in the trader guide\.": self.answer,
        }

    def wait(self) -> None:
        advance.drain()

    def answer(self, heading: str) -> None:
        for step in ANSWERS[heading]:
            self.trader.do(step)
        self.wait()

    def follow(self, heading: str, mrn: str = "") -> None:
        for step in BY_KEYS[heading]:
            self.do(step.replace("<MRN>", mrn))


@pytest.fixture(autouse=True)
def _at_once(settings: Any) -> None:
    settings.DECISION_UNDO_SECONDS = 0


def _official(office: str, first: str, last: str) -> User:
    return person(
        Role.OFFICER, offices=(office,), single_keys=True, first_name=first, last_name=last
    )


def filed(kind: str, goods: dict[str, Any], **changes: object) -> Document:
    """Return a filing with this said of its goods."""
    filing = document(kind, "LRN-1", FORWARDER)
    item = msgspec.structs.replace(next(filing.items()), **goods)
    return msgspec.structs.replace(with_item(filing, item), **changes)


def test_every_part_is_followed() -> None:
    assert list(BY_KEYS) == [
        "Ask, have it screened, judge what was found",
        "Link a house to its master, or go on without",
        "From the arrival to the release",
    ]
    assert list(ANSWERS) == ["With text, codes and a file", "With the result of a screening"]


def test_a_house_by_air_is_asked_screened_and_not_loaded(page: Page, log_in: LogIn) -> None:
    goods = {"description": "Portable speaker with lithium ion battery", "commodity_code": "851822"}
    case_of(filed("F24", goods), now(), sender=FORWARDER)
    reader = FilingReader(page, log_in, RISK_CENTRE)
    reader.follow("Ask, have it screened, judge what was found")
    asked = Referral.objects.order_by("pk").values_list("type", "status")
    assert list(asked) == [("RFI", "insufficient"), ("RFS", "settled")]
    told = Measure.objects.get()
    assert (told.reason_code, told.status, told.signed_by) == (
        "DNL-02", Measure.Status.IN_FORCE, reader.people["second officer"],
    )  # fmt: skip


def test_a_house_is_linked_and_a_master_analysed_without(
    page: Page, log_in: LogIn, at: datetime
) -> None:
    mistyped = [{"documentNumber": "OEL2611007", "type": "N704"}]
    first = master(at)
    second = master(at, named=OWNER, lrn="M-2", bill="OEL2611003")
    house(at, transportDocumentMasterLevel=mistyped)
    reader = FilingReader(page, log_in, OFFICE)
    reader.follow("Link a house to its master, or go on without")
    states = dict(Ens.objects.values_list("mrn", "completeness"))
    assert (states[first.mrn], states[second.mrn]) == ("complete", "considered_complete")


@pytest.mark.django_db(transaction=True, reset_sequences=True)  # the guide names a number
def test_goods_arrive_are_controlled_and_released(page: Page, log_in: LogIn, at: datetime) -> None:
    goods = {"commodity_code": "080390", "containers": ("CSQU3054383",)}
    bananas = filed("F11", goods, place_of_loading="ECGYE", expected_arrival=now())
    case = case_of(bananas, at, sender=FORWARDER)
    reader = FilingReader(page, log_in, OFFICE)
    reader.follow("From the arrival to the release", case.ens.mrn)
    assert Measure.objects.get(kind="control").control.result_code == "RES-01"
    assert not Measure.objects.filter(status=Measure.Status.IN_FORCE).exists()
    lives = ConsignmentLife.objects.filter(filing__membership__ens=case.ens)
    assert set(lives.values_list("goods", flat=True)) == {"released"}
