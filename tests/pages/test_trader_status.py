"""What a trader sees, as a truth table (LIFECYCLE section 10)."""

from datetime import UTC, datetime, timedelta

import pytest

from customs_portal.pages.trader_status import Announced, FilingFacts, trader_status

LODGED = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
REGISTERED = LODGED + timedelta(seconds=2)
ENDS = LODGED + timedelta(hours=24)
BEFORE, AFTER = ENDS - timedelta(microseconds=1), ENDS


def facts(status: str = "registered", **changes: object) -> FilingFacts:
    values: dict[str, object] = {
        "status": status,
        "mrn": "26NL000396ABCD56T0",
        "lodged_at": LODGED,
        "registered_at": REGISTERED,
        "analysis_ends_at": ENDS,
    }
    return FilingFacts(**(values | changes))  # type: ignore[arg-type]


def measure(kind: str, *, place: str = "") -> Announced:
    return Announced(
        kind=kind, subject="Goods item 1", text="Do it.", place=place, announced_at=LODGED
    )


REJECTED = facts("rejected", mrn="", registered_at=None, analysis_ends_at=None)


@pytest.mark.parametrize(
    ("filing", "announced", "goods", "now", "words"),
    [
        (REJECTED, [], [], BEFORE, "Rejected - correct and lodge again"),
        (facts(mrn="", registered_at=None), [], [], BEFORE, "Received"),
        (facts(), [], ["expected"], BEFORE, "Registered"),
        (facts(), [], ["expected"], AFTER, "Assessment complete"),
        (facts(), [], [], AFTER, "Assessment complete"),
        (facts(), [measure("hold")], ["expected"], BEFORE, "Held"),
        (facts(), [measure("hold")], ["expected"], AFTER, "Held"),
        (facts(), [measure("control")], ["expected"], AFTER, "Control ordered"),
        (facts(), [measure("hold"), measure("control")], [], BEFORE, "Control ordered"),
        (facts(), [measure("do_not_load"), measure("control")], [], BEFORE, "Do not load"),
        (facts(), [measure("hold")], ["arrived"], AFTER, "Held"),
        (facts(), [], ["arrived"], AFTER, "Arrived"),
        (facts(), [], ["arrived"], BEFORE, "Arrived"),
        (facts(), [], ["arrived", "expected"], AFTER, "Partly arrived"),
        (facts(), [], ["partially_arrived"], AFTER, "Partly arrived"),
        (facts(), [], ["presented", "arrived"], AFTER, "Presented"),
        (facts(), [], ["released"], AFTER, "Released for further treatment"),
        (facts(), [], ["released", "onward"], AFTER, "Released for further treatment"),
        (facts(), [], ["released", "not_released"], AFTER, "Not released"),
        (facts(), [], ["released", "arrived"], AFTER, "Arrived"),
        (facts(diverted=True), [], ["expected"], AFTER, "Diverted"),
        (facts("invalidated"), [], [], AFTER, "Withdrawn"),
        (facts("superseded"), [], [], AFTER, "Superseded by the carrier's declaration"),
        (facts("expired"), [], [], AFTER, "Expired"),
    ],
)
def test_words(
    filing: FilingFacts, announced: list[Announced], goods: list[str], now: datetime, words: str
) -> None:
    assert trader_status(filing, announced, goods, now).words == words


def test_completion_names_the_end_of_the_window_and_no_clearance() -> None:
    status = trader_status(facts(), [], ["expected"], AFTER + timedelta(days=3))
    assert status.text == "No instruction from customs"
    assert status.since == ENDS


def test_an_announced_control_says_what_where_and_what_to_do() -> None:
    status = trader_status(facts(), [measure("control", place="NL000396")], [], BEFORE)
    assert status.text == "Goods item 1, NL000396"
    assert status.next_step == "Do it."
    assert status.since == LODGED
