"""A release past an open measure is found, whatever the measure is about."""

from datetime import datetime, timedelta

import msgspec
import pytest

from customs_portal.accounts.models import User
from customs_portal.events.services import NewEvent, record_many
from declarations.document import Consignment
from declarations.events import CONSIGNMENT_RELEASED, DUAL_FILING_WON
from declarations.models import Ens, Measure
from messaging.invariants.invariant import Scope
from messaging.invariants.releases import released_with_open_measure
from tests.factories.declarations import harmless, lodged
from tests.factories.measures import placed

BOXES = ("DMOU1000101", "DMOU1000117")


@pytest.fixture
def two(at: datetime) -> Ens:
    """An ENS of two consignments, A and B, of one item in one box each."""
    document = harmless(at)
    item = next(document.items())
    consignments = tuple(
        Consignment(
            key=key, items=(msgspec.structs.replace(item, number=number, containers=(box,)),)
        )
        for number, (key, box) in enumerate(zip("AB", BOXES, strict=True), start=1)
    )
    return lodged(msgspec.structs.replace(document, consignments=consignments), at)


def let_go(ens: Ens, key: str, at: datetime) -> None:
    """Write that a consignment was released, as no service does while a measure is open."""
    data = {"consignment": 0, "consignment_name": key, "reason_code": "REL-01", "version": 1}
    record_many([NewEvent(kind=CONSIGNMENT_RELEASED, at=at, stream=ens.pk, data=data)])


def found() -> list[str]:
    return released_with_open_measure(Scope())


@pytest.mark.parametrize(
    ("subject", "reference", "wrong"),
    [
        ("declaration", "", ["A", "B"]),
        ("consignment", "A", ["A"]),
        ("item", "2", ["B"]),
        ("equipment", BOXES[0], ["A"]),
        ("equipment", "DMOU1000164", ["A", "B"]),
    ],
)
def test_a_release_past_an_open_measure_is_named(
    two: Ens, officer: User, at: datetime, subject: str, reference: str, wrong: list[str]
) -> None:
    hold = placed(
        two, officer, at, kind="hold", reason_code="HLD-06", subject=subject, reference=reference
    )
    for key in "AB":
        let_go(two, key, at + timedelta(minutes=1))
    assert found() == [f"consignment {key} of {two.mrn}" for key in wrong]
    Measure.objects.filter(pk=hold.pk).update(status="lifted")
    assert found() == []


def test_a_control_that_is_only_recommended_counts_and_what_comes_later_does_not(
    two: Ens, officer: User, at: datetime
) -> None:
    let_go(two, "A", at)
    placed(
        two, officer, at + timedelta(minutes=1), kind="control", reason_code="CTL-02",
        place="NL000396", subject="item", reference="1",
    )  # fmt: skip
    assert found() == []
    let_go(two, "A", at + timedelta(minutes=2))
    assert found() == [f"consignment A of {two.mrn}"]


def test_measures_of_a_superseded_declaration_count_from_when_they_came(
    two: Ens, officer: User, at: datetime
) -> None:
    placed(two, officer, at, kind="hold", reason_code="HLD-06")
    let_go(two, "A", at + timedelta(minutes=1))
    won = {"ens": two.pk, "other": 0, "other_mrn": ""}
    later = at + timedelta(minutes=2)
    record_many([NewEvent(kind=DUAL_FILING_WON, at=later, stream=two.pk, data=won)])
    assert found() == []
