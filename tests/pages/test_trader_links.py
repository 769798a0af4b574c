"""Filings that belong together on the pages and in the API of traders."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from customs_portal.accounts.models import Role
from customs_portal.accounts.services import issue_token
from declarations.models import Ens, Filing, FilingLink
from tests.factories.declarations import lodged
from tests.factories.linked import CARRIER, FORWARDER, OWNER, document, house, linked, master, said
from tests.factories.people import operator, person
from tests.pages.test_trader import neutral
from tests.pages.test_tree import words

SENDER = "Sender of the house"


def desk_of(eori: str) -> Client:
    client = Client()
    client.force_login(person(Role.TRADER, operators=(eori,)))
    return client


def home(desk: Client) -> str:
    return words(desk.get(reverse("trader_home")).content.decode())


def page(desk: Client, ens: Ens) -> str:
    filing = Filing.objects.get(mrn=ens.mrn)
    return words(desk.get(reverse("trader_filing", args=[filing.pk])).content.decode())


def told(eori: str, ens: Ens, at: datetime) -> dict[str, object]:
    token = issue_token(operator=operator(eori), at=at)
    client = Client(headers={"authorization": f"Token {token}"})
    found: dict[str, object] = client.get(reverse("api:filing", args=[ens.mrn])).json()
    return found


def test_a_forwarder_sees_what_is_expected_until_it_is_filed(at: datetime) -> None:
    top, desk = master(at), desk_of(FORWARDER)
    shown = home(desk)
    assert "1 thing needs your attention" in shown
    assert re.search(r"1 house filing expected, \d+ h \d\d left", shown)
    assert "N704 OEL2611001 , NL000396, from NL223344556: until" in shown
    assert top.mrn not in shown
    assert "expected" not in home(desk_of(OWNER))
    linked([top, house(at)], at)
    assert "house filing expected" not in home(desk)


def test_what_nobody_filed_in_time_is_late(at: datetime) -> None:
    master(at - timedelta(days=2))
    assert "1 house filing expected, the time for it has passed" in home(desk_of(FORWARDER))


def test_the_filer_of_a_master_sees_who_is_missing_and_then_the_state_alone(at: datetime) -> None:
    top, desk = master(at), desk_of(CARRIER)
    waiting = page(desk, top)
    assert f"Waiting for other filings Expected from {FORWARDER}" in waiting
    assert f"N704 OEL2611001 {FORWARDER} Not filed" in waiting
    assert told(CARRIER, top, at)["below"] == [
        {"document": "N704 OEL2611001", "eori": FORWARDER, "state": "not_filed"}
    ]
    (own,) = said("F15")["consignmentMasterLevel"][0]["consignmentHouseLevel"]
    lower = house(at, consignor=[{**own["consignor"][0], "name": SENDER}])
    linked([top, lower], at)
    assert f"N714 NGBRTM2611001 {FORWARDER} Linked" in page(desk, top)
    for seen in (page(desk, top), home(desk), str(told(CARRIER, top, at))):
        assert "Waiting" not in seen
        assert SENDER not in seen
        assert lower.mrn not in seen


def test_a_filer_of_a_house_sees_its_link_and_no_other_house(at: datetime) -> None:
    top, lower, desk = master(at), house(at, kind="F14"), desk_of(FORWARDER)
    assert "Link Not linked yet" in page(desk, lower)
    assert told(FORWARDER, lower, at)["link"] == "pending_linking"
    lowest = house(at, kind="F16", eori=OWNER)
    linked([top, lower, lowest], at)
    assert "Link Linked to the filing above it" in page(desk, lower)
    assert f"{OWNER} Linked" in page(desk, lower)
    own = page(desk_of(OWNER), lowest)
    assert "Link Linked to the filing above it" in own
    for other in (CARRIER, FORWARDER, top.mrn, lower.mrn):
        assert other not in own
    assert OWNER not in page(desk_of(CARRIER), top)
    for eori, hidden in ((OWNER, lower), (OWNER, top), (FORWARDER, top), (FORWARDER, lowest)):
        key = Filing.objects.get(mrn=hidden.mrn).pk
        assert desk_of(eori).get(reverse("trader_filing", args=[key])).status_code == 404


def seen_of(before_linking: Callable[[Ens, datetime], object], at: datetime) -> list[str]:
    """Return what the filers of an F21 and an F26 below it see, then forget both."""
    with transaction.atomic():
        lower = lodged(document("F26", "H-1", FORWARDER), at, sender=FORWARDER)
        before_linking(lower, at)
        top = lodged(document("F21", "M-1", CARRIER), at, sender=CARRIER)
        linked([top, lower], at)
        waits = [FilingLink.objects.live().get().waits, Ens.objects.get(pk=top.pk).completeness]
        shown = [
            neutral(each, top.mrn, lower.mrn)
            for desk, ens in ((desk_of(CARRIER), top), (desk_of(FORWARDER), lower))
            for each in (home(desk), page(desk, ens))
        ]
        transaction.set_rollback(True)
    return [str(waits), *shown]


def cleared(ens: Ens, at: datetime) -> None:
    Ens.objects.filter(pk=ens.pk).update(status="assessed")


def test_a_house_that_is_looked_at_before_loading_looks_like_any_other(at: datetime) -> None:
    looked_at, clean = seen_of(lambda ens, at: None, at), seen_of(cleared, at)
    assert looked_at[0] == "[True, 'pending']"
    assert clean[0] == "[False, 'complete']"
    assert looked_at[1:] == clean[1:]
    assert "Waiting" not in "".join(clean)


def test_a_page_asks_as_much_for_many_houses_as_for_one(at: datetime) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            page(desk, top)
            home(desk)
        return len(asked)

    top, desk = master(at), desk_of(CARRIER)
    linked([top, house(at)], at)
    page(desk, top)
    few = queries()
    linked([house(at, f"NGBRTM26112{number:02}") for number in range(4)], at)
    assert queries() == few
