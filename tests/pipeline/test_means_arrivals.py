"""Arrivals of ICS2 from bytes to answers: IE3N06, IE3R04, IE3N07."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from customs_portal.accounts.models import User
from customs_portal.events.models import Event
from declarations.arrivals import Generation, Notification
from declarations.models import Arrival, ArrivalLine, ConsignmentLife, Ens
from declarations.mrn import is_valid
from declarations.services.arrive import Registered, arrive
from declarations.services.results import Refused
from messaging.formats.ics1.markup import write
from messaging.formats.registry import check
from messaging.invariants.book import breaches
from messaging.invariants.invariant import Scope
from messaging.models import OutboundMessage
from messaging.reads import raw_body
from tests.messaging.builders import arrival_message, minimal_document
from tests.pipeline.conftest import AT, CARRIER, LODGER, operator, publish
from tests.pipeline.test_filings import (
    NOTHING,
    codes,
    name,
    registered,
    said,
    sent,
    text,
)
from tests.pipeline.test_main_job import answer, drain, send, send_bytes

SHIP, FLIGHT = "9074729", "KL0896"
SOON = AT + timedelta(hours=3)
FORM = "%Y-%m-%dT%H:%M:%SZ"


@pytest.fixture(autouse=True)
def rules() -> None:
    publish(("TST-01", NOTHING))


def means(kind: str, at: datetime = SOON, **changes: str | None) -> list[dict[str, Any]]:
    """Return the means of a filing that is expected at that time."""
    [usual] = said(kind)["activeBorderTransportMeans"]
    left = {"actualDateAndTimeOfDeparture", "estimatedDateAndTimeOfDeparture"} & set(usual)
    times = dict.fromkeys(left, f"{AT - timedelta(days=1):{FORM}}")
    return [{**usual, **times, "estimatedDateAndTimeOfArrival": f"{at:{FORM}}", **changes}]


def filed(token: str, kind: str, lrn: str = "LRN-1", **changes: Any) -> Ens:
    if "estimatedDateAndTimeOfArrival" in said(f"IE3{kind}")["activeBorderTransportMeans"][0]:
        changes = {"activeBorderTransportMeans": means(f"IE3{kind}"), **changes}
    return Ens.objects.get(mrn=registered(token, kind, lrn, **changes))


def arrival(*mrns: str, lrn: str = "ARR-1", who: str = LODGER, **changes: Any) -> bytes:
    """Return an IE3N06 of a ship that came an hour ago and was expected in three."""
    [person] = said("IE3N06")["personNotifyingTheArrival"]
    told: dict[str, Any] = {
        "LRN": lrn,
        "documentIssueDate": f"{AT:{FORM}}",
        "activeBorderTransportMeans": aboard(),
        "personNotifyingTheArrival": [{**person, "identificationNumber": who}],
        "actualCustomsOfficeOfFirstEntry": [{"referenceNumber": "NL000396"}],
        "relatedMRN": [{"identification": mrn} for mrn in mrns],
    }
    return write("IE3N06", {**told, **changes})


def aboard(**changes: str | None) -> list[dict[str, Any]]:
    usual = {
        "identificationNumber": SHIP,
        "typeOfIdentification": "10",
        "ModeOfTransport": "1",
        "actualDateAndTimeOfArrival": f"{AT - timedelta(hours=1):{FORM}}",
        "estimatedDateAndTimeOfArrival": f"{SOON:{FORM}}",
    }
    return [{**usual, **changes}]


def by_air() -> list[dict[str, Any]]:
    return aboard(
        ModeOfTransport="4",
        conveyanceReferenceNumber=FLIGHT,
        identificationNumber=None,
        typeOfIdentification=None,
    )


def assert_invariants() -> None:
    assert not list(breaches(Scope()))


def goods(ens: Ens) -> list[str]:
    lives = ConsignmentLife.objects.filter(filing__membership__ens=ens).order_by("key")
    return list(lives.values_list("goods", flat=True))


def notices(kind: str) -> dict[str, Any]:
    """Return the messages of a kind by recipient; each agrees with its own table."""
    found = {}
    for message in OutboundMessage.objects.filter(kind=kind):
        body = raw_body(message)
        assert not check(body).findings
        found[message.recipient] = body.decode()
    return found


BILL = [{"documentNumber": "OEL2611001", "type": "N704"}]


@pytest.mark.parametrize(
    ("kind", "named", "how"),
    [
        ("F11", {"relatedMRN": True}, "mrn"),
        ("F11", {}, "means"),
        ("F20", {"activeBorderTransportMeans": by_air()}, "means"),
        ("F11", {"relatedTransportDocument": BILL}, "document"),
        (
            "F11",
            {
                "relatedTransportDocument": BILL,
                "activeBorderTransportMeans": aboard(identificationNumber="9319466"),
            },
            "document",
        ),
        ("F12", {}, "means"),
        ("F45", {}, "means"),
    ],
)
def test_what_was_filed_arrives_by_each_way_of_naming_it(
    lodger: str, kind: str, named: dict[str, Any], how: str
) -> None:
    ens = filed(lodger, kind)
    if "relatedMRN" in named:
        named = {"relatedMRN": [{"identification": ens.mrn}]}
    told = sent(lodger, arrival(**named))
    assert name(told) == "IE3R04", codes(told)
    own = Arrival.objects.get()
    assert text(told, "MRN") == own.mrn
    assert own.mrn is not None
    assert own.mrn[15:17] == "BZ"
    assert is_valid(own.mrn)
    assert text(told, "LRN") == "ARR-1"
    assert text(told, "personNotifyingTheArrival/identificationNumber") == LODGER
    assert set(goods(ens)) == {"arrived"}
    assert ArrivalLine.objects.get().found_by == how
    assert_invariants()


def test_a_notify_party_that_is_connected_gets_a_copy_that_names_it(lodger: str) -> None:
    [usual] = said("IE3N06")["personNotifyingTheArrival"]
    operator(CARRIER)
    others = [{**usual, "identificationNumber": eori} for eori in (CARRIER, "NL999999999")]
    sent(lodger, arrival(notifyParty=others))
    told = notices("IE3R04")
    assert set(told) == {LODGER, CARRIER}
    assert f"<notifyParty>\n  <identificationNumber>{CARRIER}" in told[CARRIER]
    assert "notifyParty" not in told[LODGER]


def test_an_arrival_counts_once(lodger: str) -> None:
    ens = filed(lodger, "F11")
    assert name(sent(lodger, arrival(ens.mrn))) == "IE3R04"
    again = sent(lodger, arrival(ens.mrn, lrn="ARR-2"))
    assert (name(again), codes(again)) == ("IE3N01", {"92"})
    assert text(again, "declarant/identificationNumber") == LODGER
    other = aboard(identificationNumber="9319466")
    taken = sent(lodger, arrival(activeBorderTransportMeans=other))
    assert (name(taken), codes(taken)) == ("IE3N99", {"94"})
    assert Arrival.objects.count() == 1
    assert_invariants()


@pytest.mark.parametrize(
    ("changes", "code", "pointer"),
    [
        ({"who": CARRIER}, "12", "/personNotifyingTheArrival/identificationNumber"),
        (
            {"actualCustomsOfficeOfFirstEntry": [{"referenceNumber": "BE101000"}]},
            "14",
            "/actualCustomsOfficeOfFirstEntry/referenceNumber",
        ),
        (
            {"activeBorderTransportMeans": aboard(ModeOfTransport="3", typeOfIdentification="30")},
            "12",
            "/activeBorderTransportMeans/ModeOfTransport",
        ),
        (
            {
                "activeBorderTransportMeans": aboard(
                    actualDateAndTimeOfArrival=f"{AT + timedelta(hours=1):{FORM}}"
                )
            },
            "12",
            "/activeBorderTransportMeans/actualDateAndTimeOfArrival",
        ),
        (
            {"relatedMRN": [{"identification": "26NL0000000ABCDBT5"}]},
            "93",
            "/relatedMRN[1]/identification",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_pointer(
    lodger: str, changes: dict[str, Any], code: str, pointer: str
) -> None:
    told = sent(lodger, arrival(**changes))
    assert (name(told), codes(told)) == ("IE3N99", {code})
    assert text(told, "error/pointer/messageElementPath") == f"/IE3N06{pointer}"
    assert text(told, "functionalReference") == "ARR-1"
    assert not Arrival.objects.exists()


def test_a_notification_is_about_its_own_generation(lodger: str) -> None:
    new = filed(lodger, "F11")
    send(lodger, minimal_document(expected_arrival=SOON))
    drain()
    old = Ens.objects.exclude(pk=new.pk).get()
    first = send_bytes(lodger, arrival_message())
    drain()
    assert answer(first).tag.endswith("UK348A")
    assert (goods(old), set(goods(new))) == (["arrived"], {"expected"})
    assert name(sent(lodger, arrival())) == "IE3R04"
    assert set(goods(new)) == {"arrived"}
    assert Arrival.objects.count() == 2


def test_an_mrn_of_the_other_generation_is_unknown(lodger: str) -> None:
    send(lodger, minimal_document(expected_arrival=SOON))
    drain()
    old = Ens.objects.get()
    assert name(sent(lodger, arrival(old.mrn))) == "IE3R04"
    assert goods(old) == ["expected"]
    line = ArrivalLine.objects.get()
    assert (line.state, line.hold, line.ens) == ("unmatched", "in_force", None)


def test_nobody_is_asked_for_filings_of_another_state(lodger: str) -> None:
    sent(lodger, arrival("26FR0000000ABCDBT5"))
    line = ArrivalLine.objects.get()
    assert (line.state, line.hold) == ("unmatched", "none")


def test_a_house_that_is_not_linked_stays_behind_and_its_people_are_told(lodger: str) -> None:
    operator(CARRIER)
    house = filed(lodger, "F14")
    master = filed(lodger, "F12", "M-1")
    told = sent(
        lodger,
        arrival(
            notifyParty=[
                {**said("IE3N06")["personNotifyingTheArrival"][0], "identificationNumber": CARRIER}
            ]
        ),
    )
    assert name(told) == "IE3R04"
    assert (goods(master), goods(house)) == (["arrived"], ["expected"])
    found = notices("IE3N07")
    assert set(found) == {LODGER, CARRIER}
    for body in found.values():
        assert house.mrn in body
        assert "<validationCode>71<" in body
        assert "<documentNumber>OEL2611001<" in body
        assert "<documentNumber>NGBRTM2611001<" in body
    assert Event.objects.get(kind="arrival.house_left").stream == house.pk
    assert_invariants()


def test_a_house_that_is_named_stays_behind(lodger: str) -> None:
    house = filed(lodger, "F14")
    assert name(sent(lodger, arrival(house.mrn))) == "IE3R04"
    assert goods(house) == ["expected"]
    line = ArrivalLine.objects.get()
    assert (line.state, line.ens, line.hold) == ("matched", house, "none")
    assert set(notices("IE3N07")) == {LODGER}
    assert_invariants()


def test_a_stranger_learns_nothing(lodger: str) -> None:
    ens = filed(lodger, "F11")
    stranger = operator("NL222222222")
    assert name(sent(stranger, arrival(ens.mrn, who="NL222222222"))) == "IE3R04"
    assert set(goods(ens)) == {"expected"}


def test_an_officer_records_what_is_left_of_a_ship_that_was_notified(
    lodger: str, officer: User
) -> None:
    new = filed(lodger, "F11")
    send(lodger, minimal_document(expected_arrival=SOON))
    send_bytes(lodger, arrival_message())
    drain()
    record = Notification(
        reference="REC-1",
        mode="1",
        means=SHIP,
        office="NL000396",
        arrived_at=AT,
        received_at=AT,
        officer=officer.pk,
        generation=Generation.ANY,
    )
    with transaction.atomic():
        first, again = arrive([record], at=AT) + arrive([record], at=AT)
    assert isinstance(first, Registered)
    assert isinstance(again, Refused)
    assert set(goods(new)) == {"arrived"}
