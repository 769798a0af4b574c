"""The whole stream as intake judges it: every message gets exactly the answer on its label."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from customs_portal.demo import stories
from customs_portal.demo.expectations import Outcome, agree, described
from customs_portal.demo.faults import LIFECYCLE_FAULTS, Fault
from customs_portal.demo.traffic import Sample, faulty, traffic
from customs_portal.reference import snapshot
from messaging.judging import judge
from messaging.received.message import Judged, Received

AT = datetime(2026, 11, 22, 12, 3, 7, tzinfo=UTC)
ID = UUID("0191d2f0-0000-7000-8000-000000000001")


def judged(message: Sample, country: str) -> Judged:
    received = Received(
        id=1,
        correlation=ID,
        eori=message.sender,
        received_at=AT,
        digest=b"",
        body=message.xml,
    )
    reference = snapshot.offline(AT)
    return judge(received, reference=reference, country=country, limit=1_000_000)


def answered_with(found: Judged) -> Outcome:
    if not found.is_readable:
        return Outcome.NOT_READ
    return Outcome.REJECTED if found.findings else Outcome.ACCEPTED


@pytest.mark.parametrize("country", ["NL", "BE", "DE", "FR", "PL"])
def test_every_message_is_judged_as_labelled(country: str) -> None:
    for message in traffic(seed=8, count=300, at=AT, country=country):
        found = judged(message, country)
        told = f"{message.index} {message.label}: {described(message.expected)} {found.findings}"
        assert answered_with(found) is message.expected.outcome, told
        assert agree([(each.code, each.rule) for each in found.findings], message.expected), told


@pytest.mark.parametrize("country", ["NL", "BE"])
@pytest.mark.parametrize("fault", LIFECYCLE_FAULTS, ids=lambda fault: fault.name)
def test_faults_of_the_lifecycle_are_refused(fault: Fault, country: str) -> None:
    message = faulty(fault, seed=5, index=1, at=AT, country=country)
    found = judged(message, country)
    assert answered_with(found) is Outcome.REJECTED
    assert len(found.findings) == 1
    assert agree([(each.code, each.rule) for each in found.findings], message.expected)


def test_stories_are_judged_as_told() -> None:
    outcomes = [answered_with(judged(each, "NL")) for each in stories.opening(country="NL", at=AT)]
    assert outcomes == [Outcome.ACCEPTED, Outcome.ACCEPTED, Outcome.REJECTED]
