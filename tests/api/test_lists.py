"""Systems load reference lists: whole or not at all, and a list that shrinks is asked about."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from customs_portal import clock
from customs_portal.accounts.models import AccessLog, ApiToken, Role, User
from customs_portal.accounts.services import end_tokens, issue_list_token
from customs_portal.events.models import Change, Event
from messaging.models import InboundMessage
from risk.models import ReferenceList, ReferenceListEntry
from risk.services import lists
from tests.api.conftest import system
from tests.factories.people import person

pytestmark = pytest.mark.django_db

ADDRESS = "/api/v1/lists/firms"
HEAD = "value,label,valid_from,valid_to,note\n"


@pytest.fixture
def analyst() -> User:
    ReferenceList.objects.create(code="firms", name="Firms", kind="companies", revision=0)
    return person(Role.ANALYST)


def client(token: str) -> Client:
    return Client(headers={"authorization": f"Bearer {token}"})


def send(user: User, *values: str, address: str = ADDRESS) -> Any:
    body = HEAD + "".join(f"{value},,,,\n" for value in values)
    token = issue_list_token(analyst=user, at=clock.now())
    return client(token).post(address, body, content_type="text/csv")


def held() -> list[str]:
    found = ReferenceListEntry.objects.filter(removed_in=None)
    return sorted(found.values_list("value", flat=True))


def test_a_list_is_loaded_and_its_difference_told(analyst: User) -> None:
    assert send(analyst, "Zuiderlicht", "Noordkade").json() == {
        "list": "firms", "revision": 1, "added": 2, "removed": 0, "total": 2,
    }  # fmt: skip
    assert held() == ["Noordkade", "Zuiderlicht"]
    event = Event.objects.get(kind="reference_list.loaded")
    change = Change.objects.get(changed_table="risk_referencelist", operation="update")
    look = AccessLog.objects.get(what="list")
    assert (event.actor_id, change.actor_id, look.user_id) == (analyst.pk,) * 3
    assert look.reference == "firms"


def test_the_same_again_changes_nothing(analyst: User) -> None:
    send(analyst, "Zuiderlicht")
    assert send(analyst, "Zuiderlicht").json()["revision"] == 1


@pytest.mark.parametrize("values", [(), ("Zuiderlicht",)])
def test_a_list_that_shrinks_is_asked_about(analyst: User, values: tuple[str, ...]) -> None:
    send(analyst, "Zuiderlicht", "Noordkade", "Oosterwold")
    asked = send(analyst, *values)
    assert asked.status_code == 409
    problem = asked.json()
    assert (problem["code"], problem["removed"], problem["total"]) == (
        "shrunken", 3 - len(values), len(values),
    )  # fmt: skip
    assert len(held()) == 3
    wrong = send(analyst, *values, address=f"{ADDRESS}?confirm={'0' * 64}")
    other = send(analyst, "Westerlicht", address=f"{ADDRESS}?confirm={problem['confirm']}")
    assert (wrong.status_code, other.status_code, len(held())) == (409, 409, 3)
    told = send(analyst, *values, address=f"{ADDRESS}?confirm={problem['confirm']}")
    assert told.status_code == 200
    assert held() == list(values)


def test_a_word_confirms_only_while_the_list_is_as_it_was(analyst: User) -> None:
    send(analyst, "Zuiderlicht", "Noordkade", "Oosterwold")
    word = send(analyst, "Zuiderlicht").json()["confirm"]
    send(analyst, "Zuiderlicht", "Noordkade", "Oosterwold", "Westerlicht")
    assert send(analyst, "Zuiderlicht", address=f"{ADDRESS}?confirm={word}").status_code == 409
    assert len(held()) == 4


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"\xff\xfe\x00", "no_list"),
        (b"a,b\n1,2\n", "no_list"),
        (b"<x/>", "no_list"),
        (b"value,label\nZuiderlicht,\n", "no_list"),
        (f"{HEAD}Zuiderlicht,,,,,,,,,\n".encode(), "no_list"),
        (f"{HEAD}=1+1,,,,\n".encode(), "formula"),
        (f"{HEAD}Zuiderlicht,,,,\nZuiderlicht,,,,\n".encode(), "twice"),
    ],
)
def test_what_is_no_list_is_refused_and_changes_nothing(
    analyst: User, body: bytes, code: str
) -> None:
    token = issue_list_token(analyst=analyst, at=clock.now())
    answer = client(token).post(ADDRESS, body, content_type="text/csv")
    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["findings"][0]["code"] == code
    assert held() == []


def test_a_body_that_is_empty_or_too_large_is_refused(
    analyst: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = issue_list_token(analyst=analyst, at=clock.now())
    assert client(token).post(ADDRESS, b"", content_type="text/csv").status_code == 400
    monkeypatch.setattr("customs_portal.api.lists.MOST_BYTES", 10)
    assert send(analyst, "Zuiderlicht").status_code == 413
    assert lists.MOST_BYTES == 5_000_000
    assert held() == []


@pytest.mark.parametrize("code", ["other", "x" * 300, "%00"])
def test_there_is_no_other_list(analyst: User, code: str) -> None:
    assert send(analyst, "Zuiderlicht", address=f"/api/v1/lists/{code}").status_code == 404


def test_only_tokens_for_lists_of_those_who_are_still_analysts_load(analyst: User) -> None:
    trader = system("NL111111111")
    assert client(trader.token).post(ADDRESS, HEAD, content_type="text/csv").status_code == 403
    token = issue_list_token(analyst=analyst, at=clock.now())
    lodged = client(token).post("/api/v1/messages", b"<x/>", content_type="application/xml")
    assert (lodged.status_code, InboundMessage.objects.exists()) == (403, False)
    for path in ("/api/v1/filings", "/api/v1/notifications", "/api/v1/referrals"):
        assert client(token).get(path).status_code == 403
    User.objects.filter(pk=analyst.pk).update(role=Role.AUDITOR)
    assert client(token).post(ADDRESS, HEAD, content_type="text/csv").status_code == 403
    end_tokens(list(ApiToken.objects.values_list("pk", flat=True)), at=clock.now())
    assert client(token).post(ADDRESS, HEAD, content_type="text/csv").status_code == 401


def test_a_command_issues_the_token_to_analysts_only(analyst: User) -> None:
    out = StringIO()
    call_command("issue_list_token", analyst.username, "--label", "Sanctions", stdout=out)
    answer = client(out.getvalue().strip()).post(
        ADDRESS, f"{HEAD}Zuiderlicht,,,,\n", content_type="text/csv"
    )
    assert answer.status_code == 200
    for name, days in ((person(Role.OFFICER).username, 1), ("nobody", 1), (analyst.username, 366)):
        with pytest.raises(CommandError):
            call_command("issue_list_token", name, "--days", str(days))
    assert ApiToken.objects.count() == 1
