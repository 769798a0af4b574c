"""Natural persons: whoever has no need of their names sees them masked, or for a stated reason."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from customs_portal.accounts.models import AccessLog, Role
from customs_portal.clock import now
from declarations.document import Document, Party
from declarations.models import Ens, FilingVersion
from declarations.persons import Veil, is_natural
from messaging.models import InboundMessage
from risk.models import Assessment, Case
from tests.factories import messages
from tests.factories.declarations import OFFICE, SENDER, bananas, case_of
from tests.factories.people import person
from tests.pages.test_rules import browser

JAN = Party(name="Jan de Vries", street="Dorpsstraat 12", postcode="2611 AB", city="Delft",
            country="NL")  # fmt: skip
FIRM = Party(name="Vries Handel B.V.", street="Kade 1", postcode="3011 AA", city="Rotterdam",
             country="NL")  # fmt: skip
HIDDEN = ("Vries", "Dorpsstraat", "2611 AB", "Delft")
REASON = {"reason": "Complaint 2026-17 of Mr de Vries"}


def of_a_person(at: datetime) -> Document:
    return bananas(at, consignee=JAN, consignor=FIRM)


@pytest.fixture
def ens(at: datetime) -> Ens:
    return case_of(of_a_person(at), at).ens


def told(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return response.content.decode().replace("Vries Handel B.V.", "").replace("mr de vries", "")


def places(ens: Ens) -> list[str]:
    """Where officials read what was declared: lists, pages, and the admin."""
    version = FilingVersion.objects.get(filing__mrn=ens.mrn)
    case, assessment = Case.objects.get(ens=ens), Assessment.objects.get(ens=ens)
    return [
        reverse("queue"),
        reverse("review", args=[case.pk]),
        reverse("ens", args=[ens.mrn]),
        reverse("ens_versions", args=[ens.mrn]),
        reverse("admin:declarations_filingversion_change", args=[version.pk]),
        reverse("admin:risk_assessment_change", args=[assessment.pk]),
        reverse("admin:risk_case_change", args=[case.pk]),
    ]


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ANALYST, Role.APPROVER])
def test_whoever_has_no_need_sees_initials_and_country_only(role: Role, ens: Ens) -> None:
    client = browser(person(role))
    for address in places(ens):
        assert [word for word in HIDDEN if word in told(client, address)] == [], address
    assert "J. D. V." in told(client, reverse("queue"))
    assert "J. D. V., Netherlands" in told(client, reverse("ens", args=[ens.mrn]))
    assert "Kade 1" in told(client, reverse("ens", args=[ens.mrn]))


def test_case_workers_see_persons_as_declared(ens: Ens) -> None:
    client = browser(person(Role.OFFICER, offices=(OFFICE,)))
    assert "Jan de Vries" in told(client, reverse("queue"))
    page = told(client, reverse("ens", args=[ens.mrn]))
    assert all(word in page for word in HIDDEN)


def test_a_reason_opens_the_names_of_one_declaration_for_an_hour(
    ens: Ens, time_machine: Any
) -> None:
    time_machine.move_to(now(), tick=False)
    auditor = person(Role.AUDITOR)
    client, page = browser(auditor), reverse("ens", args=[ens.mrn])
    address = reverse("ens_persons", args=[ens.mrn])
    client.post(address, {"reason": "because"})
    assert "Dorpsstraat" not in told(client, page)
    assert client.post(address, {**REASON, "next": "https://evil.example/"})["Location"] == page
    assert "Dorpsstraat" in told(client, page)
    [look] = AccessLog.objects.filter(how="unmasked")
    assert (look.user, look.reference, look.ens) == (auditor, ens.mrn, ens.pk)
    assert look.reason == REASON["reason"]
    assert "Dorpsstraat" not in told(browser(person(Role.AUDITOR)), page)
    time_machine.move_to(look.at + timedelta(minutes=61), tick=False)
    assert "Dorpsstraat" not in told(browser(auditor), page)


def test_a_message_is_shown_as_it_is_for_a_reason_only(at: datetime) -> None:
    message: InboundMessage = messages.received(
        SENDER, at, body=b"<CC315A><Nam>Jan de Vries</Nam></CC315A>"
    )
    client = browser(person(Role.AUDITOR))
    page = reverse("message", args=[message.correlation])
    raw = reverse("message_raw", args=[message.correlation])
    admin = reverse("admin:messaging_inboundmessage_change", args=[message.pk])
    assert "Jan de Vries" not in told(client, page)
    assert "Jan de Vries" not in told(client, admin)
    assert client.get(raw)["Location"] == page
    client.post(reverse("message_persons", args=[message.correlation]), REASON)
    assert "Jan de Vries" in told(client, page)
    assert "Jan de Vries" in told(client, admin)
    assert b"Jan de Vries" in client.get(raw).content


@pytest.mark.parametrize(
    ("party", "natural"),
    [
        (JAN, True),
        (FIRM, False),
        (Party(identifier="NL123456789", name="Jan de Vries"), False),
        (Party(name="Shenzhen Trading Co., Ltd."), False),
        (Party(name="Μαρία Παπαδοπούλου"), True),
        (Party(country="NL"), False),
    ],
)
def test_who_counts_as_a_natural_person(party: Party, natural: bool) -> None:
    assert is_natural(party) is natural


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Consignee JAN  DE VRIES is on list X", "Consignee J. D. V. is on list X"),
        ("de vries, jan", "de vries, jan"),
        ("DORPSSTRAAT 12", "D. 1."),
        ("Jan de Vriesland", "Jan de Vriesland"),
        ("", ""),
    ],
)
def test_a_veil_hides_persons_in_texts(text: str, shown: str) -> None:
    assert Veil([JAN, FIRM]).text(text) == shown
