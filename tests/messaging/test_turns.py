"""Turns of a batch: few, and never against the order of receipt."""

from datetime import UTC, datetime
from itertools import pairwise
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from declarations.document import Means
from messaging.formats.ics1.arriving import ArrivalRequest, ArrivedGoods
from messaging.formats.registry import Reading
from messaging.received.message import Judged, Received
from messaging.turns import turns
from tests.messaging.builders import minimal_document

KINDS = ("CC315A", "CC313A", "UK347A")
AT = datetime(2026, 11, 22, 10, 30, tzinfo=UTC)


def message(key: int, kind: str, subject: str) -> Judged:
    received = Received(
        id=key, correlation=uuid4(), eori="NL1", received_at=AT, digest=b"", body=b""
    )
    readings = {
        "CC315A": Reading(
            kind=kind, document=minimal_document(means=Means(identification=subject))
        ),
        "CC313A": Reading(kind=kind, mrn=subject),
        "UK347A": Reading(kind=kind, content=arrival(subject)),
    }
    return Judged(received=received, reading=readings[kind])


def arrival(subject: str) -> ArrivalRequest:
    """Return an arrival by MRN for subjects in capitals, by means for others."""
    named = subject.isupper()
    return ArrivalRequest(
        sender="NL1",
        information_type="1",
        reference="R",
        transport_mode="1",
        means="" if named else subject,
        expected_on=None,
        arrived_on=None,
        intended_office=True,
        office="NL000396",
        trader="NL1",
        goods=(ArrivedGoods(mrn=subject, country="", items=()),) if named else (),
    )


def worked_off(messages: list[Judged]) -> list[int]:
    return [
        each.received.id
        for turn in turns(messages, KINDS)
        for kind in KINDS
        for each in turn
        if each.reading.kind == kind
    ]


BY_MEANS = (("UK347A", "a"), ("UK347A", "b"))
SENT = (*BY_MEANS, *((kind, subject) for kind in KINDS[1:] for subject in "AB"))
DECLARED = (("CC315A", "a"), ("CC315A", "b"))


@given(st.lists(st.sampled_from(SENT + DECLARED), max_size=12))
def test_what_is_about_the_same_is_worked_off_as_it_was_received(
    sent: list[tuple[str, str]],
) -> None:
    messages = [message(key, *each) for key, each in enumerate(sent)]
    order = worked_off(messages)
    assert sorted(order) == list(range(len(sent)))
    for subject in "ABab":
        own = [key for key in order if sent[key][1] == subject]
        assert own == sorted(own)
    by_means = [key for key in order if sent[key][0] == "CC313A" or sent[key] in BY_MEANS]
    assert all(one < other or sent[one][0] == sent[other][0] for one, other in pairwise(by_means))


def test_declarations_and_amendments_of_other_declarations_are_one_turn() -> None:
    kinds = ["CC313A", "CC315A"] * 5
    messages = [message(key, kind, f"M{key}") for key, kind in enumerate(kinds)]
    assert len(turns(messages, KINDS)) == 1
