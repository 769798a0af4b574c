"""Who may open which page, and what a stranger learns."""

from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse

from customs_portal.accounts.models import Role
from customs_portal.pages.reads import search
from declarations.services.sight import Sight, give_sight
from tests.factories.declarations import (
    OFFICE,
    SENDER,
    assessed,
    bananas,
    case_of,
    harmless,
    lodged,
)
from tests.factories.messages import received, written
from tests.factories.people import person

STAFF_PAGES = ("queue", "subsequent_entry", "search")
READERS = {Role.OFFICER, Role.SUPERVISOR, Role.AUDITOR, Role.ANALYST, Role.APPROVER}


def logged_in(role: Role) -> Client:
    client = Client()
    client.force_login(person(role, offices=(OFFICE,), operators=(SENDER,)))
    return client


@pytest.mark.parametrize("name", [*STAFF_PAGES, "trader_home", "preferences", "home"])
def test_a_stranger_is_sent_to_the_login(client: Client, name: str) -> None:
    response = client.get(reverse(name))
    assert response.status_code == 302
    assert response["Location"] == f"{reverse('account_login')}?next={reverse(name)}"


@pytest.mark.parametrize("role", list(Role))
def test_staff_pages_are_for_those_who_read_cases(role: Role) -> None:
    client = logged_in(role)
    for name in STAFF_PAGES:
        assert client.get(reverse(name)).status_code == (200 if role in READERS else 403), name


@pytest.mark.parametrize("role", list(Role))
def test_filings_are_for_traders(role: Role) -> None:
    wanted = 200 if role == Role.TRADER else 403
    assert logged_in(role).get(reverse("trader_home")).status_code == wanted


@pytest.mark.parametrize("role", list(Role))
def test_only_officers_and_supervisors_claim(role: Role, at: datetime) -> None:
    case = case_of(bananas(at), at)
    status = logged_in(role).post(reverse("claim", args=[case.pk])).status_code
    case.refresh_from_db()
    works = role in {Role.OFFICER, Role.SUPERVISOR}
    assert status == (302 if works else 403)
    assert (case.assignee is not None) is works


@pytest.mark.parametrize(
    ("role", "name"),
    [
        (Role.OFFICER, "queue"),
        (Role.AUDITOR, "queue"),
        (Role.TRADER, "trader_home"),
        (Role.ADMINISTRATOR, "admin:index"),
    ],
)
def test_everybody_lands_on_the_page_of_their_work(role: Role, name: str) -> None:
    assert logged_in(role).get(reverse("home"))["Location"] == reverse(name)


def test_a_declaration_without_risk_is_readable_at_its_offices_only(at: datetime) -> None:
    ens = assessed(lodged(harmless(at), at), at)
    address = reverse("ens", args=[ens.mrn])
    html = logged_in(Role.OFFICER).get(address).content.decode()
    assert "No rule has hit." in html
    assert "Registered, MRN" in html
    elsewhere = Client()
    elsewhere.force_login(person(Role.OFFICER, offices=("NL000432",)))
    assert elsewhere.get(address).status_code == 404
    assert elsewhere.get(reverse("ens", args=["26NL0003960000000X"])).status_code == 404


def test_search_finds_within_the_own_offices_and_leads_from_a_whole_mrn(at: datetime) -> None:
    ens = lodged(harmless(at), at)
    desk = logged_in(Role.OFFICER)
    assert ens.mrn in desk.get(reverse("search"), {"q": "csqu305"}).content.decode()
    response = desk.get(reverse("search"), {"q": ens.mrn})
    assert response["Location"] == reverse("ens", args=[ens.mrn])
    elsewhere = Client()
    elsewhere.force_login(person(Role.OFFICER, offices=("NL000432",)))
    html = elsewhere.get(reverse("search"), {"q": ens.mrn}).content.decode()
    assert reverse("ens", args=[ens.mrn]) not in html


@pytest.mark.parametrize(("few", "named"), [(0, 20), (500, 20), (500, 0)])
@pytest.mark.parametrize("typed", ["csqu3054383", SENDER, SENDER[:3]])
def test_search_finds_what_an_office_sees_however_many_share_the_identifier(
    at: datetime, monkeypatch: pytest.MonkeyPatch, few: int, named: int, typed: str
) -> None:
    monkeypatch.setattr(search, "FEW", few)
    monkeypatch.setattr(search, "MOST_NAMED", named)
    first, second = lodged(harmless(at), at), lodged(harmless(at), at)
    other = person(Role.OFFICER, offices=("NL000432",))
    give_sight([Sight(ens=second.pk, office="NL000432", reason="Goods came.")], by=other, at=at)
    elsewhere = Client()
    elsewhere.force_login(other)
    for client, seen in ((logged_in(Role.OFFICER), [first, second]), (elsewhere, [second])):
        found = client.get(reverse("search"), {"q": typed}).context["found"]
        assert {each.mrn for each in found} == {ens.mrn for ens in seen}


def test_search_says_where_too_much_begins_so_to_ask_all_of_it(
    at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "MOST_NAMED", 0)
    monkeypatch.setattr(search, "MOST_WALKED", 1)
    for _ in range(2):
        lodged(harmless(at), at)
    elsewhere = Client()
    elsewhere.force_login(person(Role.OFFICER, offices=("NL000432",)))
    html = elsewhere.get(reverse("search"), {"q": SENDER[:3]}).content.decode()
    assert "type more signs" in html
    assert "Nothing of your offices" not in html


def test_raw_messages_are_for_those_who_see_the_declaration(at: datetime) -> None:
    ens = lodged(harmless(at), at)
    message = received(SENDER, at)
    type(message).objects.filter(pk=message.pk).update(mrn=ens.mrn)
    address = reverse("message_received", args=[message.pk])
    assert logged_in(Role.OFFICER).get(address).content == b"<x/>"
    assert logged_in(Role.TRADER).get(address).status_code == 403
    elsewhere = Client()
    elsewhere.force_login(person(Role.OFFICER, offices=("NL000432",)))
    assert elsewhere.get(address).status_code == 404
    answer = written("CC328A", SENDER, at, ens=ens)
    assert elsewhere.get(reverse("message_written", args=[answer.pk])).status_code == 404


def test_preferences_are_kept() -> None:
    client = logged_in(Role.OFFICER)
    client.post(reverse("preferences"), {"theme": "dark", "single_keys": "on"})
    html = client.get(reverse("queue")).content.decode()
    assert 'data-theme="dark"' in html
    assert "pages/keys.js" in html


def test_error_pages_tell_nothing(client: Client) -> None:
    client.force_login(person(Role.TRADER))
    refused = client.get(reverse("queue"))
    assert refused.status_code == 403
    assert b"Your role does not include this page." in refused.content
    absent = client.get("/no-such-page/")
    assert absent.status_code == 404
    assert b"no-such-page" not in absent.content


def test_health_needs_no_login(client: Client) -> None:
    for name in ("livez", "readyz"):
        response = client.get(reverse(name))
        assert (response.status_code, response.content) == (200, b"ok\n")
        assert response["Content-Type"] == "text/plain"
