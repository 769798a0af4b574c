"""The trader's pages: what is told, and what never is."""

import re
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from customs_portal.accounts.models import Role, User
from customs_portal.findings import Finding
from declarations.document import Party
from declarations.models import Ens, Filing
from messaging.formats.ics1.writing import write_declaration
from risk import services
from risk.models import Case
from tests.factories import messages
from tests.factories.declarations import (
    OFFICE,
    SENDER,
    assessed,
    bananas,
    harmless,
    lodged,
    rejected,
)
from tests.factories.people import person
from tests.messaging.builders import envelope

WRONG = Finding(
    code="13", rule="C584", location="GOOITEGDS[1].PRTNOT640", text="A notify party is missing."
)


def home(client: Client, **parameters: str) -> str:
    response = client.get(reverse("trader_home"), parameters)
    assert response.status_code == 200
    return response.content.decode()


def filing_page(client: Client, ens: Ens) -> str:
    filing = Filing.objects.get(mrn=ens.mrn)
    response = client.get(reverse("trader_filing", args=[filing.pk]))
    assert response.status_code == 200
    return response.content.decode()


def neutral(html: str, *references: str) -> str:
    """Return the page without what differs between any two declarations."""
    html = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", html)
    html = re.sub(r"/(filings|messages/out)/\d+", r"/\1/0", html)
    html = re.sub(r'<time datetime="[^"]+">[^<]+</time>', "<time>", html)
    for reference in references:
        html = html.replace(reference, "REFERENCE")
    return html


def order(case: Case, officer: User, at: datetime, *, announce: bool) -> None:
    wanted = services.DecisionOrder(
        case=case.pk,
        revision=case.revision,
        verb="control",
        reason_code="CTL-02",
        note="Doors and floor.",
        announce=announce,
        place=OFFICE,
    )
    with transaction.atomic():
        [result] = services.decide([wanted], officer=officer, at=at)
    assert isinstance(result, services.Decided)


@pytest.mark.parametrize("age", [timedelta(minutes=10), timedelta(hours=30)])
def test_a_flagged_and_an_unflagged_twin_look_the_same(
    trader: User, officer: User, at: datetime, age: timedelta
) -> None:
    at = at - age
    pages = []
    for place in ("ECGYE", "CMDLA"):
        document = bananas(at, place_of_loading=place)
        ens = assessed(lodged(document, at), at)
        messages.written("CC328A", SENDER, at, ens=ens, lrn=document.lrn or "")
        case = Case.objects.filter(ens=ens).first()
        if case is not None:
            order(case, officer, at + timedelta(minutes=5), announce=False)
        client = Client()
        client.force_login(trader)
        shown = home(client, q=document.lrn or "") + filing_page(client, ens)
        pages.append(neutral(shown, document.lrn or "", ens.mrn, place))
    assert Case.objects.count() == 1
    assert pages[0] == pages[1]


def test_an_announced_control_is_shown_with_place_and_text_and_without_the_rule(
    trader_desk: Client, officer: User, at: datetime
) -> None:
    ens = assessed(lodged(bananas(at), at), at)
    order(Case.objects.get(ens=ens), officer, at, announce=True)
    assert "Control ordered" not in filing_page(trader_desk, ens)
    messages.written("CC351A", SENDER, at, ens=ens)
    html = filing_page(trader_desk, ens)
    assert "Control ordered" in html
    assert "Please present the unit named for scanning." in html
    assert OFFICE in html
    for secret in ("CNT-01", "Doors and floor", "score", "CTL-02", officer.last_name):
        assert secret not in html


def test_registered_until_the_window_ends_then_complete(trader_desk: Client, at: datetime) -> None:
    ens = assessed(lodged(harmless(at), at), at)
    assert "Registered</strong>" in filing_page(trader_desk, ens)
    Filing.objects.update(analysis_ends_at=at)
    html = filing_page(trader_desk, ens)
    assert "Assessment complete" in html
    assert "No instruction from customs" in html
    assert "cleared" not in html.lower()


def test_another_traders_filing_does_not_exist(client: Client, at: datetime) -> None:
    ens = lodged(harmless(at), at)
    filing = Filing.objects.get(mrn=ens.mrn)
    client.force_login(person(Role.TRADER, operators=("NL999999999",)))
    for key in (filing.pk, filing.pk + 999):
        assert client.get(reverse("trader_filing", args=[key])).status_code == 404
    assert ens.mrn not in home(client)


def test_a_carrier_sees_the_state_but_neither_goods_nor_the_lodgers_reference(
    client: Client, at: datetime
) -> None:
    document = harmless(at, carrier=Party(identifier="NL987654321"))
    ens = lodged(document, at)
    client.force_login(person(Role.TRADER, operators=("NL987654321",)))
    for html in (home(client), filing_page(client, ens)):
        assert ens.mrn in html
        assert "Registered" in html
        assert "Ceramic tiles" not in html
        assert (document.lrn or "") not in html


def test_a_rejected_filing_stands_on_top_with_its_findings_and_time_limit(
    trader_desk: Client, at: datetime
) -> None:
    document = harmless(at, expected_arrival=at + timedelta(hours=5))
    rejected(at, lrn=document.lrn or "", sender=SENDER, findings=[WRONG])
    body = write_declaration(document, envelope())
    messages.received(SENDER, at, lrn=document.lrn or "", body=body)
    html = home(trader_desk)
    assert "1 thing needs your attention" in html
    assert "A notify party is missing." in html
    assert "GOOITEGDS[1].PRTNOT640" in html
    assert "13 C584" in html
    assert "Lodge again within 2 h" in html


def test_a_filing_that_was_lodged_again_needs_no_attention(
    trader_desk: Client, at: datetime
) -> None:
    document = harmless(at)
    rejected(at - timedelta(minutes=5), lrn=document.lrn or "", sender=SENDER, findings=[WRONG])
    lodged(document, at)
    assert "Nothing needs your attention" in home(trader_desk)


def test_a_message_that_could_not_be_read_is_shown(trader_desk: Client, at: datetime) -> None:
    finding = Finding(code="52", location="", text="Not well-formed XML.")
    answer = messages.written("CD917B", SENDER, at)
    messages.received(SENDER, at, findings=[finding], answer=answer)
    html = home(trader_desk)
    assert "could not be read" in html
    assert "Not well-formed XML." in html


def test_a_message_can_be_downloaded_by_its_recipient_only(
    trader_desk: Client, client: Client, at: datetime
) -> None:
    message = messages.written("CC328A", SENDER, at)
    address = reverse("message_written", args=[message.pk])
    response = trader_desk.get(address)
    assert response.content == b"<x/>"
    assert response["Content-Disposition"].startswith("attachment;")
    client.force_login(person(Role.TRADER, operators=("NL999999999",)))
    assert client.get(address).status_code == 404


def test_the_number_of_queries_does_not_depend_on_the_number_of_filings(
    trader_desk: Client, at: datetime
) -> None:
    lodged(harmless(at), at)
    home(trader_desk)
    with CaptureQueriesContext(connection) as one:
        home(trader_desk)
    for _ in range(24):
        lodged(harmless(at), at)
    with CaptureQueriesContext(connection) as many:
        home(trader_desk)
    assert len(many) == len(one)
