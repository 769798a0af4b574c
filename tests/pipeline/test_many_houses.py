"""9,999 houses in one filing on the whole way, and what comes beside them."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from customs_portal.accounts.models import Role, User
from customs_portal.events.models import Event
from declarations.models import ConsignmentLife, Ens, Filing
from risk.models import Case
from tests.factories.people import person
from tests.messaging.formats.ics2.test_limits import MOST_HOUSES, filing
from tests.pipeline.conftest import publish
from tests.pipeline.test_filings import TILES, assert_invariants, codes, name, sent

pytestmark = pytest.mark.django_db(transaction=True)


MOST_BYTES = 250_000
"""Of a page."""


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
    assert_pages_are_short(ens)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def assert_pages_are_short(ens: Ens) -> None:
    """Each page of the ENS shows a part, and the rest on further pages."""
    official = person(Role.OFFICER, offices=(ens.office_of_first_entry,))
    lodged = Filing.objects.get()
    trader = person(Role.TRADER, operators=(lodged.declarant,))
    pages = {
        reverse("review", args=[Case.objects.get().pk]): official,
        reverse("ens", args=[ens.mrn]) + "?goods=200": official,
        reverse("ens_versions", args=[ens.mrn]) + "?page=50": official,
        reverse("trader_filing", args=[lodged.pk]): trader,
        reverse("trader_versions", args=[lodged.pk]): trader,
    }
    for page, reader in pages.items():
        answer = client_of(reader).get(page)
        assert answer.status_code == 200, page
        assert len(answer.content) < MOST_BYTES, page
        if page.endswith("?goods=200"):
            assert b"N703/H000009998" in answer.content


def test_what_is_to_be_read_weighs_as_much_as_it_brings(lodger: str) -> None:
    """So that a batch of it fits into memory and is done before its lease ends."""
    body = filing(3)
    sent(lodger, body)
    told = Event.objects.filter(kind__in=("message.received", "filing.registered"))
    weights = {event.kind: event.data["weight"] for event in told}
    assert weights == {"message.received": len(body) // 500, "filing.registered": 6}
