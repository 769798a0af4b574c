"""9,999 houses in one filing on the whole way, and what comes beside them."""

import re

import pytest

from customs_portal.events.models import Event
from declarations.models import ConsignmentLife, Ens
from risk.models import Case
from tests.messaging.formats.ics2.test_limits import MOST_HOUSES, filing
from tests.pipeline.conftest import publish
from tests.pipeline.test_filings import TILES, assert_invariants, codes, name, sent

pytestmark = pytest.mark.django_db(transaction=True)


def amendment(body: bytes, mrn: str) -> bytes:
    """Return the amendment of a filing in which every consignor has moved."""
    renamed = body.replace(b"IE3F32", b"IE3A32").replace(b"Waalhaven", b"Maashaven")
    return re.sub(rb"<LRN>.*?</LRN>", b"<LRN>A1</LRN><MRN>%s</MRN>" % mrn.encode(), renamed)


def test_9999_houses_are_registered_assessed_and_amended(lodger: str) -> None:
    publish(("TST-01", TILES))
    body = filing(MOST_HOUSES)
    assert name(sent(lodger, body)) == "IE3R01"
    ens = Ens.objects.get()
    assert ConsignmentLife.objects.count() == MOST_HOUSES
    assert (ens.status, Case.objects.get().ens_id) == ("in_analysis", ens.pk)
    answer = sent(lodger, amendment(body, ens.mrn))
    assert (name(answer), codes(answer)) == ("IE3N10", set())
    ens.refresh_from_db()
    assert ens.version == 2
    assert_invariants()


def test_what_is_to_be_read_weighs_as_much_as_it_brings(lodger: str) -> None:
    """So that a batch of it fits into memory and is done before its lease ends."""
    body = filing(3)
    sent(lodger, body)
    told = Event.objects.filter(kind__in=("message.received", "filing.registered"))
    weights = {event.kind: event.data["weight"] for event in told}
    assert weights == {"message.received": len(body) // 500, "filing.registered": 6}
