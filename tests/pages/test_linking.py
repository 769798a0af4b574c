"""The desk of filings to link: what is due, candidates, and an officer's decision."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from customs_portal.accounts.models import AccessLog, Role
from customs_portal.events.models import Event
from declarations.models import Ens, Filing, FilingLink
from tests.factories.linked import FORWARDER, OWNER, house, linked, master
from tests.factories.people import person
from tests.pages.test_tree import words

OTHER: dict[str, Any] = {
    "transportDocumentMasterLevel": [{"documentNumber": "OEL9999999", "type": "N704"}]
}


def shown(desk: Client, path: str, **parameters: str) -> str:
    response = desk.get(path, parameters)
    assert response.status_code == 200
    return words(response.content.decode())


@pytest.fixture
def top(at: datetime) -> Ens:
    return master(at)


@pytest.fixture
def stray(at: datetime) -> Ens:
    """A house of the forwarder that names a mistyped master document."""
    return house(at, **OTHER)


def test_a_master_stands_on_the_desk_until_its_house_is_there(
    desk: Client, at: datetime, top: Ens
) -> None:
    html = shown(desk, "/linking/")
    assert "Wait for houses (1) Analysed without them (0)" in html
    assert "0 past their time to link" in html
    assert f"{top.mrn} F12" in html
    assert f"{FORWARDER} N704 OEL2611001" in html
    assert "Filings to link" in shown(desk, "/queue/")
    linked([top, house(at)], at)
    assert "No master waits for a house." in shown(desk, "/linking/")


def test_what_is_due_first_comes_first_and_says_what_has_passed(desk: Client, at: datetime) -> None:
    late = master(at - timedelta(days=1), lrn="M-2")
    Filing.objects.filter(mrn=late.mrn).update(declarant=OWNER)
    Ens.objects.filter(pk=late.pk).update(analysis_ends_at=at - timedelta(hours=1))
    html = shown(desk, "/linking/")
    assert "1 past their time to link" in html
    assert "Passed" in html


def test_houses_without_a_master_are_of_the_offices_that_see_them(desk: Client, stray: Ens) -> None:
    centre = Client()
    centre.force_login(person(Role.OFFICER, offices=("NL000900",)))
    assert f"{stray.mrn} F15" in shown(centre, "/linking/", view="houses")
    assert stray.mrn not in shown(desk, "/linking/", view="houses")


def test_a_candidate_says_what_speaks_for_it_and_against(
    desk: Client, top: Ens, stray: Ens
) -> None:
    before = AccessLog.objects.count()
    html = shown(desk, f"/linking/{top.mrn}/")
    assert "Filed by the supplementary declarant that is named" in html
    assert "Against Master document: nothing in common" in html
    assert f"Link {stray.mrn}" in html
    looks = AccessLog.objects.order_by("pk")[before:]
    assert {look.reference for look in looks} == {top.mrn, stray.mrn}
    assert not FilingLink.objects.exists()


def test_an_officer_links_a_candidate_and_says_why(desk: Client, top: Ens, stray: Ens) -> None:
    lower = Filing.objects.get(mrn=stray.mrn)
    path = f"/linking/{top.mrn}/"
    refused = desk.post(path, {"choice": lower.pk, "reason": " "})
    assert refused.status_code == 422
    assert "Give a reason." in refused.content.decode()
    assert not FilingLink.objects.exists()
    response = desk.post(path, {"choice": lower.pk, "reason": "Typing error <b>in the bill</b>"})
    assert response["Location"] == f"/ens/{top.mrn}/"
    link = FilingLink.objects.get()
    assert (link.lower, link.reason) == (lower, "Typing error <b>in the bill</b>")
    assert Ens.objects.get(pk=top.pk).completeness == "complete"
    tree = desk.get(f"/ens/{top.mrn}/").content.decode()
    assert "Linked by M. Bakker: Typing error &lt;b&gt;in the bill&lt;/b&gt;" in tree


def test_an_officer_has_it_analysed_without_the_missing(desk: Client, top: Ens) -> None:
    response = desk.post(f"/linking/{top.mrn}/", {"choice": "complete", "reason": "Ship sails"})
    assert response.status_code == 302
    assert Ens.objects.get(pk=top.pk).completeness == "considered_complete"
    assert Event.objects.filter(kind="ens.considered_complete").get().data["reason"] == "Ship sails"
    assert f"{top.mrn} F12" in shown(desk, "/linking/", view="without")
    again = desk.post(f"/linking/{top.mrn}/", {"choice": "complete", "reason": "Again"})
    assert again.status_code == 422


@pytest.mark.parametrize(("role", "offices"), [(Role.AUDITOR, ()), (Role.OFFICER, ("NL000432",))])
def test_nobody_else_decides(
    client: Client, top: Ens, role: Role, offices: tuple[str, ...]
) -> None:
    client.force_login(person(role, offices=offices))
    response = client.post(f"/linking/{top.mrn}/", {"choice": "complete", "reason": "x"})
    assert response.status_code == (404 if offices else 200)
    assert Ens.objects.get(pk=top.pk).completeness == "pending"
    assert (top.mrn in client.get("/linking/").content.decode()) is not bool(offices)


def test_the_desk_asks_as_much_for_many_as_for_one(desk: Client, at: datetime, top: Ens) -> None:
    def queries(path: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert desk.get(path).status_code == 200
        return len(asked)

    house(at, **OTHER)
    paths = ("/linking/", f"/linking/{top.mrn}/")
    for path in paths:
        desk.get(path)
    few = [queries(path) for path in paths]
    for number in range(4):
        house(at, f"NGBRTM261120{number}", **OTHER)
        master(at, lrn=f"M-{number + 2}", bill=f"OEL26110{number}")
    assert [queries(path) for path in paths] == few
