"""What was filed before loading and whose keys miss its house: an officer links it on the desk."""

from datetime import datetime

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from customs_portal.accounts.models import AccessLog, Role, User
from customs_portal.events.models import Delivery, Event
from declarations.arrivals import Generation, Notification, Reported
from declarations.document import Document
from declarations.lifecycle import ENS, move
from declarations.models import ConsignmentLife, Ens, Filing, FilingLink
from declarations.services.arrive import arrive
from declarations.services.confirming import Confirmation
from declarations.services.results import Refused
from declarations.subjects import current_document
from messaging.invariants import linking
from messaging.invariants.invariant import Scope
from risk.services.linking import confirm, link_waiting
from tests.declarations.linking.filings import air_house, air_master
from tests.factories.declarations import OFFICE, lodged
from tests.factories.linked import linked
from tests.factories.people import person
from tests.pages.test_linking import shown

FORWARDER, CARRIER, OTHER = "NL111111111", "NL222222222", "NL333333333"
MASTER, HOUSE, MISTYPED = "074-11111111", "HAWB1", "HAWB-1"


def filed(document: Document, at: datetime) -> Ens:
    return lodged(document, at, sender=document.declarant.identifier or "")


@pytest.fixture
def top(at: datetime) -> Ens:
    """A master with its house, as one."""
    above = filed(air_master(MASTER, CARRIER, [FORWARDER]), at)
    linked([above, filed(air_house("F22", MASTER, HOUSE, FORWARDER), at)], at)
    return Ens.objects.get(pk=above.pk)


@pytest.fixture
def early(at: datetime) -> Ens:
    """What was filed of the house before loading, its document mistyped."""
    return filed(air_house("F24", MASTER, MISTYPED, FORWARDER), at)


@pytest.fixture
def centre() -> Client:
    client = Client()
    client.force_login(
        person(Role.OFFICER, offices=("NL000900",), first_name="Jan", last_name="Smit")
    )
    return client


def key(ens: Ens) -> int:
    return Filing.objects.get(mrn=ens.mrn).pk


def concluded(ens: Ens, at: datetime) -> None:
    with transaction.atomic():
        move(Ens, ENS, "conclude", [ens.pk])
        link_waiting(at=at)


def test_what_waits_leads_to_what_it_may_belong_to(
    centre: Client, top: Ens, early: Ens, at: datetime
) -> None:
    filed(air_house("F22", "074-22222222", "HAWB9", OTHER), at)
    assert f'href="/linking/{early.mrn}/"' in centre.get("/linking/?view=houses").content.decode()
    before = AccessLog.objects.count()
    response = centre.get(f"/linking/{early.mrn}/")
    assert [each.mrn for each in response.context["homes"]] == [top.mrn]
    assert f'href="/linking/{top.mrn}/"' in response.content.decode()
    assert "<form" not in response.content.decode().partition("<main")[2]
    looks = AccessLog.objects.order_by("pk")[before:]
    assert {look.reference for look in looks} == {top.mrn, early.mrn}


def test_what_belongs_to_nothing_says_so(centre: Client, early: Ens) -> None:
    html = shown(centre, f"/linking/{early.mrn}/")
    assert "No declaration that you see is of the same filer or has the same document." in html
    assert "Nothing is missing" not in html


def test_an_officer_of_another_office_is_led_nowhere(desk: Client, top: Ens, early: Ens) -> None:
    assert desk.get(f"/linking/{early.mrn}/").status_code == 404
    assert f"Link {early.mrn}" in shown(desk, f"/linking/{top.mrn}/")


def test_it_says_what_speaks_for_it_and_against(desk: Client, top: Ens, early: Ens) -> None:
    html = shown(desk, f"/linking/{top.mrn}/")
    assert "Filed by the filer of the house; Same transport document: 074-11111111" in html
    assert "Against House document: nothing in common" in html
    assert f"{early.mrn} beside the filing above" in html
    assert "Gross kg 1,000.0 1,000.0" in html


def test_an_officer_links_it_and_its_goods_count_once(
    desk: Client, top: Ens, early: Ens, at: datetime
) -> None:
    path = f"/linking/{top.mrn}/"
    refused = desk.post(path, {"choice": key(early), "reason": " "})
    assert refused.status_code == 422
    assert not FilingLink.objects.filter(lower=key(early)).exists()
    response = desk.post(path, {"choice": key(early), "reason": "A hyphen too many"})
    assert response["Location"] == f"/ens/{top.mrn}/"
    link = FilingLink.objects.get(lower=key(early))
    assert (link.upper.type, link.expected, link.waits) == ("F22", "", True)
    [event] = Event.objects.filter(kind="filing.link_confirmed")
    assert (event.data["mrn"], event.data["reason"]) == (early.mrn, "A hyphen too many")
    concluded(early, at)
    assert Ens.objects.get(pk=early.pk).absorbed_by == top
    goods = list(current_document(Ens.objects.get(pk=top.pk)).items())
    assert len(goods) == 1
    assert Ens.objects.get(pk=top.pk).completeness == "complete"
    tree = shown(desk, f"/ens/{top.mrn}/")
    assert "A hyphen too many" in tree
    assert f"Link {early.mrn}" not in shown(desk, path)


def test_its_goods_come_with_those_of_the_whole(
    desk: Client, officer: User, top: Ens, early: Ens, at: datetime
) -> None:
    desk.post(f"/linking/{top.mrn}/", {"choice": key(early), "reason": "A hyphen too many"})
    concluded(early, at)
    arrival = Notification(
        reference="KL0896", mode="4", means="KL0896", office=OFFICE, arrived_at=at, received_at=at,
        officer=officer.pk, generation=Generation.ANY, lines=(Reported(mrn=top.mrn),),
    )  # fmt: skip
    with transaction.atomic():
        [result] = arrive([arrival], at=at)
    assert not isinstance(result, Refused)
    lives = ConsignmentLife.objects.filter(filing__membership__ens=top)
    assert list(lives.order_by("pk").values_list("key", "goods")) == [
        (f"N741/{MASTER}", "arrived"),
        (f"N703/{HOUSE}", "arrived"),
        (f"N703/{MISTYPED}", "arrived"),
    ]


def test_what_an_officer_linked_is_as_everything_agrees(
    desk: Client, top: Ens, early: Ens, at: datetime
) -> None:
    desk.post(f"/linking/{top.mrn}/", {"choice": key(early), "reason": "A hyphen too many"})
    linked([top, early], at)
    concluded(early, at)
    linked([top, early], at)
    Delivery.objects.all().delete()
    assert FilingLink.objects.live().get(lower=key(early)).confirmed_by is not None
    for agrees in (
        linking.members_not_in_version, linking.linked_otherwise, linking.linked_without_link,
        linking.in_a_wrong_ens, linking.absorbed_wrongly, linking.complete_without_filings,
    ):  # fmt: skip
        assert agrees(Scope(sample=None)) == []


def test_a_house_that_names_no_master_takes_it_too(
    centre: Client, early: Ens, at: datetime
) -> None:
    alone = filed(air_house("F22", MASTER, HOUSE, FORWARDER), at)
    html = shown(centre, f"/linking/{alone.mrn}/")
    assert f"Link {early.mrn}" in html
    assert "Consider it complete" not in html
    centre.post(f"/linking/{alone.mrn}/", {"choice": key(early), "reason": "Mistyped"})
    assert FilingLink.objects.live().get().upper_id == key(alone)


@pytest.mark.parametrize(
    ("kind", "expected", "code"),
    [("F22", "", "state"), ("F24", "someone", "state"), ("F24", "", "")],
)
def test_only_what_was_filed_before_loading_is_linked_unexpected(
    at: datetime, top: Ens, kind: str, expected: str, code: str
) -> None:
    officer = person(Role.OFFICER, offices=("NL000900",))
    lower = filed(air_house(kind, MASTER, MISTYPED, OTHER), at)
    house = Filing.objects.get(type="F22", declarant=FORWARDER)
    wanted = Confirmation(lower=key(lower), upper=house.pk, expected=expected, reason="x")
    with transaction.atomic():
        [result] = confirm([wanted], officer=officer, at=at)
        again = confirm([wanted], officer=officer, at=at)[0]
    assert (result.findings[0].code if isinstance(result, Refused) else "") == code
    assert isinstance(again, Refused)
    assert FilingLink.objects.filter(lower=key(lower)).count() == (0 if code else 1)


@pytest.mark.parametrize(("role", "offices"), [(Role.AUDITOR, ()), (Role.OFFICER, ("NL000432",))])
def test_nobody_else_links_it(
    client: Client, top: Ens, early: Ens, role: Role, offices: tuple[str, ...]
) -> None:
    client.force_login(person(role, offices=offices))
    response = client.post(f"/linking/{top.mrn}/", {"choice": key(early), "reason": "x"})
    assert response.status_code == (404 if offices else 200)
    assert not FilingLink.objects.filter(lower=key(early)).exists()


def test_it_asks_as_much_for_many_as_for_one(
    centre: Client, top: Ens, early: Ens, at: datetime
) -> None:
    def queries(path: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert centre.get(path).status_code == 200
        return len(asked)

    paths = (f"/linking/{top.mrn}/", f"/linking/{early.mrn}/")
    for path in paths:
        centre.get(path)
    few = [queries(path) for path in paths]
    for number in range(4):
        filed(air_house("F24", MASTER, f"HAWB-{number + 2}", FORWARDER), at)
        filed(air_house("F22", MASTER, f"HAWB{number + 2}", FORWARDER), at)
    assert [queries(path) for path in paths] == few
