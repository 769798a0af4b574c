"""The people of the demo: one for each role, kept from one start to the next."""

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.contrib.auth import authenticate

from customs_portal.accounts.models import ApiToken, OfficeMembership, Operator, Role, User
from customs_portal.accounts.querysets import connected_eoris
from customs_portal.demo import people
from customs_portal.reference import services, sources

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    services.load(tables=sources.from_csv(), at=AT)
    return tmp_path / "new" / "demo.json"


def load(path: Path, country: str = "NL") -> people.DemoFile:
    return people.load(country=country, url="http://127.0.0.1:8000", path=path, at=AT)


def test_file_tells_url_accounts_and_tokens(path: Path) -> None:
    load(path)
    written = json.loads(path.read_text())
    assert set(written) == {"url", "accounts", "tokens"}
    assert written["url"] == "http://127.0.0.1:8000"
    assert all(set(each) == {"name", "password", "role"} for each in written["accounts"])
    assert [each["eori"] for each in written["tokens"]] == list(people.senders())
    assert path.stat().st_mode & 0o777 == 0o600


def test_every_role_of_people_is_there_and_can_log_in(path: Path) -> None:
    found = load(path)
    roles = Counter(each["role"] for each in found.accounts)
    assert roles == {
        "officer": 4,
        "supervisor": 1,
        "analyst": 1,
        "approver": 1,
        "administrator": 1,
        "auditor": 1,
        "trader": 4,
    }
    for each in found.accounts:
        assert authenticate(username=each["name"], password=each["password"]) is not None


@pytest.mark.parametrize(("country", "office"), [("NL", "NL000396"), ("BE", "BE101000")])
def test_officers_belong_to_offices_of_their_country(path: Path, country: str, office: str) -> None:
    load(path, country)
    memberships = OfficeMembership.objects.select_related("office", "user")
    assert {each.office.country for each in memberships} == {country}
    at_port = {each.user.username for each in memberships if each.office.reference == office}
    assert at_port == {"anna", "bram", "sofie"}
    centre = {each.user.username for each in memberships if each.office.kind == "risk_centre"}
    assert centre == {"roos"}


def test_loading_again_keeps_passwords_and_tokens(path: Path) -> None:
    first = load(path)
    count = ApiToken.objects.count()
    second = load(path)
    assert (second.accounts, second.tokens) == (first.accounts, first.tokens)
    assert ApiToken.objects.count() == count


def test_a_lost_file_gets_new_passwords_and_tokens_that_work(path: Path) -> None:
    load(path)
    path.unlink()
    found = load(path)
    account = found.accounts[0]
    assert authenticate(username=account["name"], password=account["password"]) is not None
    assert User.objects.filter(role=Role.OFFICER).count() == 4


def test_a_token_that_the_database_does_not_know_is_replaced(path: Path) -> None:
    before = load(path)
    ApiToken.objects.filter(operator__eori="NL900000011").delete()
    after = load(path)
    assert after.token_of("NL900000011") != before.token_of("NL900000011")
    assert after.token_of("NL900000022") == before.token_of("NL900000022")


def test_senders_are_connected_and_importers_are_not(path: Path) -> None:
    load(path)
    found = connected_eoris(["NL900000011", "NL900000033"], at=AT)
    assert found == {"NL900000011"}
    assert Operator.objects.get(eori="NL900000033").name == "Polder Fruit Import BV"
