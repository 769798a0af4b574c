"""What a token may be used for, at every address of the API, and when it was last used."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from customs_portal import clock
from customs_portal.accounts.models import ApiToken
from customs_portal.accounts.services import LONGEST_LIFE, end_tokens, issue_token
from customs_portal.api import token_use
from messaging.models import InboundMessage
from tests.api.conftest import MESSAGES, System, system

pytestmark = pytest.mark.django_db

MISSING = "00000000-0000-0000-0000-000000000000"
READ = ["/api/v1/filings", "/api/v1/filings/26NL1", "/api/v1/notifications",
        "/api/v1/notifications/1"]  # fmt: skip
EITHER = [f"{MESSAGES}/{MISSING}", "/api/v1/schema"]


@pytest.fixture(autouse=True)
def _new_process() -> None:
    token_use.forget()


def batch(sender: System) -> Any:
    body = b'--x\r\nContent-Disposition: form-data; name="message"\r\n\r\n<x/>\r\n--x--\r\n'
    client = Client(headers={"authorization": f"Token {sender.token}"})
    return client.post(f"{MESSAGES}/batch", body, content_type="multipart/form-data; boundary=x")


def code_of(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


def test_a_token_to_read_cannot_lodge_and_nothing_is_stored() -> None:
    reader = system("NL111111111", scopes=["read"])
    assert code_of(reader.post(b"<x/>")) == (403, "insufficient_scope")
    assert code_of(reader.post(b"<x/>", query="?wait=1")) == (403, "insufficient_scope")
    assert code_of(batch(reader)) == (403, "insufficient_scope")
    assert not InboundMessage.objects.exists()


@pytest.mark.parametrize("path", READ)
def test_a_token_to_lodge_cannot_read(path: str) -> None:
    assert code_of(system("NL111111111", scopes=["lodge"]).get(path)) == (403, "insufficient_scope")


@pytest.mark.parametrize("path", [*READ, *EITHER])
def test_a_token_to_read_is_let_in(path: str) -> None:
    assert system("NL111111111", scopes=["read"]).get(path).status_code in (200, 404)


@pytest.mark.parametrize("path", EITHER)
def test_a_token_to_lodge_follows_what_it_lodged(path: str) -> None:
    lodger = system("NL111111111", scopes=["lodge"])
    assert lodger.get(path).status_code in (200, 404)
    assert lodger.post(b"<x/>").status_code == 202
    assert batch(lodger).status_code == 202


@pytest.mark.parametrize("path", [*READ, *EITHER])
def test_an_ended_or_forged_token_is_none(path: str) -> None:
    ended = system("NL111111111")
    end_tokens(list(ApiToken.objects.values_list("pk", flat=True)), at=clock.now())
    forged = System("NL111111111", ended.token[:-4] + "0000")
    for each in (ended, forged):
        assert each.get(path).status_code == 401
        assert each.post(b"<x/>").status_code == 401


def test_no_token_lives_for_more_than_a_year() -> None:
    trader, at = system("NL111111111"), clock.now()
    operator = ApiToken.objects.get().operator
    expiry = ApiToken.objects.get().expiry
    assert abs(expiry - at - LONGEST_LIFE) < timedelta(minutes=1)
    with pytest.raises(ValueError, match="365"):
        issue_token(operator=operator, at=at, expires_at=at + LONGEST_LIFE + timedelta(seconds=1))
    assert trader.get(READ[0]).status_code == 200


def test_use_is_written_down_once_a_minute(time_machine: Any) -> None:
    time_machine.move_to(clock.now(), tick=False)
    trader = system("NL111111111")
    assert ApiToken.objects.get().last_used_at is None
    trader.post(b"<x/>")
    first = ApiToken.objects.get().last_used_at
    assert first is not None
    with CaptureQueriesContext(connection) as queries:
        trader.post(b"<x/>")
    assert len(queries) == 0
    token_use.forget()
    trader.get(READ[0])
    assert ApiToken.objects.get().last_used_at == first
    ApiToken.objects.update(last_used_at=first - timedelta(minutes=2))
    token_use.forget()
    trader.get(READ[0])
    noted = ApiToken.objects.get().last_used_at
    assert noted is not None
    assert noted >= first


def test_a_dead_token_is_not_noted() -> None:
    trader = system("NL111111111")
    end_tokens(list(ApiToken.objects.values_list("pk", flat=True)), at=clock.now())
    trader.post(b"<x/>")
    trader.get(READ[0])
    assert ApiToken.objects.get().last_used_at is None
