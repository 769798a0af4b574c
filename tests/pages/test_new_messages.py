"""Arrivals and diversions written on a page, by traders and by officers; goods that were found."""

from datetime import datetime

import pytest
from django.test import Client
from django.utils import timezone
from lxml import etree

from customs_portal.accounts.models import OperatorMembership, Role, User
from customs_portal.clock import now
from customs_portal.events import advance
from customs_portal.events.models import Event
from declarations.arrivals import Reported
from declarations.document import Party
from declarations.models import Arrival, ArrivalLine, ConsignmentLife, Ens
from messaging.models import InboundMessage, OutboundMessage
from messaging.reads import raw_body
from tests.factories.arrivals import SHIP, arrived
from tests.factories.declarations import OFFICE, SENDER, harmless, lodged
from tests.factories.people import person


@pytest.fixture(autouse=True)
def _nobody_waits(settings: object) -> None:
    settings.MESSAGE_WAITERS = 0  # type: ignore[attr-defined]


def arrival_form(**changes: str) -> dict[str, str]:
    return {
        "operator": SENDER,
        "mode": "1",
        "means": SHIP,
        "office": OFFICE,
        "arrived_on": f"{now():%Y-%m-%d}",
        "declarations": "",
        "reference": "ARR-1",
        **changes,
    }


def diversion_form(ens: Ens, **changes: str) -> dict[str, str]:
    return {
        "operator": SENDER,
        "mode": "1",
        "means": ens.means,
        "expected_on": f"{ens.expected_arrival:%Y-%m-%d}",
        "actual_office": "be101000",
        "reference": "DIV-1",
        **changes,
    }


def answer_of(page: object) -> "etree._Element":
    """Return the answer to the message to whose page one was led."""
    advance.drain(at=now())
    correlation = page.headers["Location"].split("/")[-2]  # type: ignore[attr-defined]
    answer = InboundMessage.objects.get(correlation=correlation).answer
    assert answer is not None
    return etree.fromstring(raw_body(answer))


def summary(page: object) -> str:
    text: str = page.content.decode()  # type: ignore[attr-defined]
    return text[text.index("govuk-error-summary") :].partition("</ul>")[0]


def test_a_trader_notifies_an_arrival_and_finds_the_answer_with_the_message(
    trader_desk: Client, at: datetime
) -> None:
    ens = lodged(harmless(at, expected_arrival=at), at)
    assert "Notify an arrival" in trader_desk.get("/filings/").content.decode()
    page = trader_desk.post("/arrivals/new/", arrival_form(declarations=f"{ens.mrn.lower()} 1"))
    assert page.status_code == 302
    sent = InboundMessage.objects.get()
    assert (sent.operator.eori, sent.kind) == (SENDER, "")
    assert etree.QName(answer_of(page)).localname == "UK348A"
    assert ConsignmentLife.objects.get().goods == "arrived"
    text = trader_desk.get(page.headers["Location"]).content.decode()
    assert "No errors." in text
    assert "UK348A" in text
    [event] = Event.objects.filter(kind="message.received")
    assert event.actor_id == User.objects.get(role=Role.TRADER).pk


def test_what_would_be_refused_is_said_at_its_field_and_not_sent(
    trader_desk: Client, at: datetime
) -> None:
    ens = lodged(harmless(at, expected_arrival=at), at)
    arrived(at, Reported(mrn=ens.mrn))
    wrong = arrival_form(means="OTHER", declarations=ens.mrn)
    page = trader_desk.post("/arrivals/new/", wrong)
    assert page.status_code == 422
    assert 'href="#declarations"' in summary(page)
    assert "This arrival is out of sequence" in summary(page)
    assert "(92)" in summary(page)
    assert "OTHER" in page.content.decode()
    assert not InboundMessage.objects.exists()
    assert Arrival.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"declarations": "26NL\nBE\nnothing"}, "declarations", "Line 3 is neither"),
        ({"declarations": "26NL00039600S12AA7"}, "declarations", "This is no MRN. (93)"),
        ({"arrived_on": "2999-01-01"}, "arrived_on", "This day is still to come. (12)"),
        ({"means": ""}, "means", "Name the means of transport"),
        ({"office": "BE101000"}, "office", "BE101000"),
        ({"reference": ""}, "reference", "required"),
        ({"mode": "99"}, "mode", "99"),
        ({"operator": "0"}, "operator", "0"),
    ],
)
def test_each_error_names_its_field(
    trader_desk: Client, changes: dict[str, str], field: str, said: str
) -> None:
    page = trader_desk.post("/arrivals/new/", arrival_form(**changes))
    assert page.status_code == 422
    assert f'href="#{field}"' in summary(page)
    assert said in summary(page)
    assert not InboundMessage.objects.exists()


def test_who_only_reads_for_an_operator_sends_nothing_in_its_name(trader: User) -> None:
    OperatorMembership.objects.update(role=OperatorMembership.Role.READER)
    client = Client()
    client.force_login(trader)
    assert "You may not send messages." in client.get("/arrivals/new/").content.decode()
    for path in ("/arrivals/new/", "/diversions/new/"):
        assert client.post(path, arrival_form(actual_office="BE101000")).status_code == 422
    assert not InboundMessage.objects.exists()


def test_an_officer_records_an_arrival_with_what_nobody_declared(
    desk: Client, officer: User, at: datetime
) -> None:
    ens = lodged(harmless(at, expected_arrival=at), at)
    lines = f"{ens.mrn}\nDMOU1000117 empty, carrier owned"
    data = arrival_form(arrived_at=f"{at:%Y-%m-%dT%H:%M}", goods=lines)
    page = desk.post("/arrivals/new/", data)
    assert page.status_code == 302, summary(page)
    arrival = Arrival.objects.get()
    assert (arrival.recorded_by, arrival.notified_by, arrival.message_id) == (officer, "", None)
    stored = ArrivalLine.objects.order_by("number").values_list("mrn", "container", "state")
    assert list(stored) == [(ens.mrn, "", "matched"), ("", "DMOU1000117", "unmatched")]
    text = desk.get(page.headers["Location"]).content.decode()
    assert "The arrival is recorded." in text
    assert "recorded by Mila Bakker" in text
    again = desk.post("/arrivals/new/", data)
    assert 'href="#goods"' in summary(again)
    assert Arrival.objects.count() == 1


def test_an_officer_records_arrivals_at_own_offices_alone(at: datetime) -> None:
    client = Client()
    client.force_login(person(Role.OFFICER, offices=("NL000432",)))
    page = client.post("/arrivals/new/", arrival_form(arrived_at=f"{at:%Y-%m-%dT%H:%M}"))
    assert 'href="#office"' in summary(page)
    assert not Arrival.objects.exists()


def test_goods_that_are_found_are_added_to_the_arrival(desk: Client, at: datetime) -> None:
    ens = lodged(harmless(at, expected_arrival=at), at)
    arrival = arrived(at, Reported(mrn=ens.mrn))
    path = f"/arrivals/{arrival.pk}/found/"
    voyage = desk.get(f"/voyages/1/{SHIP}/{at:%Y-%m-%d}/").content.decode()
    assert path in voyage
    assert desk.get(path).status_code == 200
    wrong = desk.post(path, {"goods": "", "note": ""})
    assert ('href="#goods"' in summary(wrong), 'href="#note"' in summary(wrong)) == (True, True)
    data = {"goods": "DMOU1000101 crates", "from_outside": "on", "note": "Found by the terminal."}
    assert desk.post(path, data).status_code == 302
    line = arrival.lines.get(container="DMOU1000101")
    assert (line.description, line.from_outside, line.hold) == ("crates", True, "in_force")
    assert Event.objects.get(kind="arrival.found").data["note"] == "Found by the terminal."


def test_goods_found_elsewhere_are_no_business_of_another_office(at: datetime) -> None:
    arrival = arrived(at)
    client = Client()
    client.force_login(person(Role.OFFICER, offices=("NL000432",)))
    assert client.get(f"/arrivals/{arrival.pk}/found/").status_code == 404
    assert client.get("/arrivals/0/found/").status_code == 404


def test_a_trader_diverts_what_is_aboard(trader_desk: Client, at: datetime) -> None:
    ens = lodged(harmless(at), at)
    page = trader_desk.post("/diversions/new/", diversion_form(ens))
    assert page.status_code == 302, summary(page)
    assert etree.QName(answer_of(page)).localname == "CC325A"
    ens.refresh_from_db()
    assert ens.status == "diverted"


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"actual_office": "NL000432"}, "actual_office", "No diversion notice is needed"),
        ({"actual_office": "XX999999"}, "actual_office", "is not known"),
        ({"expected_on": ""}, "expected_on", "(13)"),
        ({"means": "NOSHIP"}, "means", "No declaration of yours is known"),
        ({"means": "", "expected_on": "", "mrns": "26NL00039600S12AA6"}, "mrns", "(90)"),
        ({"mrns": "26NL"}, "mrns", "Line 1 is no MRN."),
    ],
)
def test_a_diversion_that_would_be_refused_is_not_sent(
    trader_desk: Client, at: datetime, changes: dict[str, str], field: str, said: str
) -> None:
    ens = lodged(harmless(at), at)
    page = trader_desk.post("/diversions/new/", diversion_form(ens, **changes))
    assert page.status_code == 422
    assert f'href="#{field}"' in summary(page)
    assert said in summary(page)
    assert not InboundMessage.objects.exists()
    ens.refresh_from_db()
    assert ens.status != "diverted"


def test_trying_the_mrn_of_another_is_answered_as_unknown_and_recorded(
    trader_desk: Client, trader: User, at: datetime
) -> None:
    stranger = "NL000000009"
    ens = lodged(harmless(at, declarant=Party(identifier=stranger)), at, sender=stranger)
    by_list = {"means": "", "expected_on": "", "mrns": f"26NL00039600S12AA6\n{ens.mrn}"}
    for _time in ("first", "again"):
        page = trader_desk.post("/diversions/new/", diversion_form(ens, **by_list))
        assert "(90)" in summary(page)
    attempts = Event.objects.filter(kind="filing.approached", stream=ens.pk)
    assert [(each.actor_id, each.data["sender"]) for each in attempts] == [(trader.pk, SENDER)] * 2
    assert not Event.objects.filter(kind="diversion.refused").exists()


def test_an_officer_records_a_diversion_that_the_carrier_asked_for(
    desk: Client, officer: User, at: datetime
) -> None:
    ens = lodged(harmless(at), at)
    data = diversion_form(ens, requester=SENDER.lower())
    foreign = desk.post("/diversions/new/", data | {"requester": "NL000000009"})
    assert 'href="#means"' in summary(foreign)
    page = desk.post("/diversions/new/", data, follow=True)
    assert "1 declaration is diverted." in page.content.decode()
    ens.refresh_from_db()
    assert ens.status == "diverted"
    kinds = Event.objects.filter(
        kind__in=("ens.diverted", "diversion.recorded"), actor_id=officer.pk
    )
    assert kinds.count() == 2
    advance.drain(at=now())
    assert OutboundMessage.objects.filter(kind="CD301A", mrn=ens.mrn).count() == 1
    assert not OutboundMessage.objects.filter(kind="CC325A").exists()


def test_an_officer_of_another_office_diverts_nothing(at: datetime) -> None:
    ens = lodged(harmless(at), at)
    client = Client()
    client.force_login(person(Role.OFFICER, offices=("NL000432",)))
    page = client.post("/diversions/new/", diversion_form(ens, requester=SENDER))
    assert "No declaration of yours is known" in summary(page)
    ens.refresh_from_db()
    assert ens.status != "diverted"


def test_a_trader_notifies_the_arrival_of_a_ship_with_filings(
    trader_desk: Client, at: datetime
) -> None:
    address = "/arrivals/new/?message=IE3N06"
    assert address.partition("?")[2] in trader_desk.get("/arrivals/new/").content.decode()
    told = {
        "operator": SENDER,
        "mode": "1",
        "means": SHIP,
        "office": OFFICE,
        "arrived_at": f"{timezone.localtime(now()):%Y-%m-%dT%H:%M}",
        "expected_at": "",
        "filings": "",
        "email": "desk@example.org",
        "reference": "N06-1",
    }
    wrong = trader_desk.post(address, told)
    assert wrong.status_code == 422
    assert '<a href="#expected_at">' in summary(wrong)
    page = trader_desk.post(address, told | {"expected_at": told["arrived_at"]})
    answer = answer_of(page)
    assert etree.QName(answer).localname == "IE3R04"
    assert answer.findtext("{*}MRN") == Arrival.objects.get().mrn
