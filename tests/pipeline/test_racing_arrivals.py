"""An arrival at the same time as something else, on real transactions: one comes first, whole."""

import pytest

from customs_portal.events import advance
from declarations.models import Arrival, ConsignmentLife, Ens
from messaging.formats.ics1.writing import write_declaration
from messaging.models import OutboundMessage
from tests.messaging.builders import arrival_message, envelope
from tests.pipeline.conftest import AT, publish
from tests.pipeline.test_diversion import request
from tests.pipeline.test_main_job import BANANAS, flagged, send_bytes
from tests.pipeline.test_racing import at_once, is_sound, sent, take_in

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture
def ens(lodger: str) -> Ens:
    publish(("TST-01", BANANAS))
    send_bytes(lodger, write_declaration(flagged(), envelope()))
    advance.drain(at=AT)
    return Ens.objects.get()


def answers() -> list[str]:
    traders = OutboundMessage.objects.filter(channel="trader").exclude(kind="CC328A")
    return sorted(traders.values_list("kind", flat=True))


def test_the_same_arrival_twice_at_once_is_registered_once(lodger: str, ens: Ens) -> None:
    for number in (1, 2):
        send_bytes(lodger, arrival_message(ens.mrn, message_id=f"B{number}"))
    at_once(take_in, take_in)
    advance.drain(at=AT)
    assert answers() == ["CC349A", "UK348A"]
    assert Arrival.objects.count() == 1
    assert is_sound()


def test_an_arrival_and_a_diversion_at_once(lodger: str, ens: Ens) -> None:
    send_bytes(lodger, arrival_message(ens.mrn))
    send_bytes(lodger, request(ens.mrn, office="FR002730"))
    at_once(take_in, take_in)
    advance.drain(at=AT)
    goods = ConsignmentLife.objects.get().goods
    if Ens.objects.get().status == "diverted":
        assert (answers(), goods) == (["CC325A", "CC349A"], "expected")
    else:
        assert (answers(), goods) == (["CC324A", "UK348A"], "arrived")
    assert is_sound()


def test_an_arrival_and_an_amendment_at_once(lodger: str, ens: Ens) -> None:
    send_bytes(lodger, arrival_message(ens.mrn))
    sent(lodger, ens, 2)
    at_once(take_in, take_in)
    advance.drain(at=AT)
    amended = Ens.objects.get().version == 2
    assert answers() == (["CC304A", "UK348A"] if amended else ["CC305A", "UK348A"])
    assert ConsignmentLife.objects.get().goods == "arrived"
    assert is_sound()
