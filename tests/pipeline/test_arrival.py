"""Arrival notifications from bytes to answer: UK347A, UK348A, CC349A."""

from datetime import timedelta
from uuid import UUID

import pytest

from customs_portal.events.models import Event
from declarations.models import Arrival, ConsignmentLife, Ens
from declarations.mrn import make_mrn
from messaging.formats.registry import check
from messaging.invariants.book import breaches
from messaging.invariants.invariant import Scope
from messaging.models import InboundMessage
from messaging.reads import raw_body
from tests.messaging.builders import arrival_message, minimal_document
from tests.pipeline.conftest import AT, CARRIER, operator, publish
from tests.pipeline.test_main_job import BANANAS, answer, drain, send, send_bytes

UNKNOWN = make_mrn(office="NL000396", number=987654, at=AT)


@pytest.fixture(autouse=True)
def rules() -> None:
    publish(("TST-01", BANANAS))


@pytest.fixture
def ens(lodger: str) -> Ens:
    send(lodger, minimal_document(expected_arrival=AT + timedelta(hours=3)))
    drain()
    return Ens.objects.get()


def errors(correlation: object) -> list[tuple[str | None, str | None]]:
    found = answer(correlation).iterfind("{*}FUNERRER1")  # type: ignore[arg-type]  # an id
    return [(each.findtext("{*}ErrTypER11"), each.findtext("{*}ErrPoiER12")) for each in found]


def goods() -> str:
    return ConsignmentLife.objects.get().goods


def test_an_arrival_is_acknowledged_and_the_goods_are_here(lodger: str, ens: Ens) -> None:
    correlation = send_bytes(lodger, arrival_message(ens.mrn))
    drain()
    told = answer(correlation)
    assert told.tag.endswith("UK348A")
    assert told.findtext("{*}MesRecMES6") == "NL123456789/0000000001"
    assert told.findtext("{*}HEAHEA/{*}ArrivalReferenceNumber") == "ARR-A0000000000001"
    message = InboundMessage.objects.get(correlation=correlation).answer
    assert message is not None
    assert not check(raw_body(message)).findings
    assert goods() == "arrived"
    assert Arrival.objects.get().notified_by == "NL123456789"
    assert not list(breaches(Scope()))


def test_a_second_arrival_is_refused_and_a_repeat_gets_the_first_answer(
    lodger: str, ens: Ens
) -> None:
    first = arrival_message(ens.mrn)
    send_bytes(lodger, first)
    second = send_bytes(lodger, arrival_message(ens.mrn, message_id="A2"))
    repeat = send_bytes(lodger, first)
    drain()
    assert errors(second) == [("92", "IMPOPE200[1].MRN")]
    assert answer(second).tag.endswith("CC349A")
    assert answer(repeat).tag.endswith("UK348A")
    assert Arrival.objects.count() == 1
    assert not list(breaches(Scope()))


def test_a_declaration_and_its_arrival_in_one_batch_are_taken_in_order(lodger: str) -> None:
    send(lodger, minimal_document(expected_arrival=AT + timedelta(hours=3)))
    arrival = send_bytes(lodger, arrival_message())
    drain()
    assert answer(arrival).tag.endswith("UK348A")
    assert goods() == "arrived"


def amended(lodger: str, ens: Ens) -> UUID:
    return send(lodger, minimal_document(type="IE313", lrn=None, mrn=ens.mrn), "M2")


@pytest.mark.parametrize("by", ["mrn", "means"])
def test_an_arrival_received_first_comes_first_in_its_batch(lodger: str, ens: Ens, by: str) -> None:
    send_bytes(lodger, arrival_message(*([ens.mrn] if by == "mrn" else [])))
    late = amended(lodger, ens)
    drain()
    assert answer(late).findtext("HEAHEA/AmeRejMotCodHEA604") == "5"
    assert (goods(), Ens.objects.get().version) == ("arrived", 1)


def test_an_amendment_received_first_comes_first_in_its_batch(lodger: str, ens: Ens) -> None:
    early = amended(lodger, ens)
    arrival = send_bytes(lodger, arrival_message(ens.mrn))
    drain()
    assert answer(early).tag.endswith("CC304A")
    assert answer(arrival).tag.endswith("UK348A")


@pytest.mark.parametrize(
    ("header", "mrn", "expected"),
    [
        ({"ActualDateOfArrival": "20261124"}, "", ("12", "HEAHEA.ActualDateOfArrival")),
        ({"UniIdeDivHEA132": ""}, "", ("13", "HEAHEA.UniIdeDivHEA132")),
        ({}, "26NL000396ABCD56T0", ("93", "IMPOPE200[1].MRN")),
    ],
)
def test_what_makes_no_sense_is_refused(
    lodger: str, header: dict[str, str], mrn: str, expected: tuple[str, str]
) -> None:
    mrns = [mrn] if mrn else []
    correlation = send_bytes(lodger, arrival_message(*mrns, **header))
    drain()
    assert errors(correlation) == [expected]
    assert not Arrival.objects.exists()


def test_a_clock_a_day_ahead_is_no_arrival_in_the_future(lodger: str, ens: Ens) -> None:
    correlation = send_bytes(lodger, arrival_message(ens.mrn, ActualDateOfArrival="20261123"))
    drain()
    assert answer(correlation).tag.endswith("UK348A")
    assert Arrival.objects.get().arrived_at == AT


def test_an_amendment_after_arrival_comes_too_late(lodger: str, ens: Ens) -> None:
    send_bytes(lodger, arrival_message(ens.mrn))
    drain()
    document = minimal_document(type="IE313", lrn=None, mrn=ens.mrn)
    amendment = send(lodger, document, "M2")
    drain()
    assert answer(amendment).findtext("HEAHEA/AmeRejMotCodHEA604") == "5"


def test_a_test_message_leaves_nothing(lodger: str, ens: Ens) -> None:
    body = arrival_message(ens.mrn).replace(
        b"<MesIdeMES19>", b"<TesIndMES18>1</TesIndMES18>\n<MesIdeMES19>"
    )
    correlation = send_bytes(lodger, body)
    drain()
    assert answer(correlation).tag.endswith("UK348A")
    assert (goods(), Arrival.objects.count()) == ("expected", 0)


def test_another_may_not_speak_for_the_operator(ens: Ens) -> None:
    other = operator(CARRIER)
    body = arrival_message(ens.mrn, sender=CARRIER).replace(
        f"<EORI>{CARRIER}".encode(), b"<EORI>NL123456789"
    )
    correlation = send_bytes(other, body)
    drain()
    assert errors(correlation) == [("12", "TRADERATENTRY.EORI")]


def test_a_stranger_learns_nothing_of_a_declaration(ens: Ens) -> None:
    other = operator("NL222222222")
    known = send_bytes(other, arrival_message(ens.mrn, sender="NL222222222", message_id="A1"))
    unknown = send_bytes(
        other,
        arrival_message(UNKNOWN, sender="NL222222222", message_id="A2", UniIdeDivHEA132="X1"),
    )
    drain()
    assert answer(known).tag == answer(unknown).tag
    assert goods() == "expected"
    assert Event.objects.filter(kind="arrival.attempted", stream=ens.pk).count() == 1
