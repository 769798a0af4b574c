"""POST /api/v1/messages: what is refused at once, and what is taken."""

from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from django.db import OperationalError
from django.test import Client, RequestFactory

from customs_portal import clock
from customs_portal.accounts.models import ApiToken
from customs_portal.api import lodging
from customs_portal.api.backlog import Backlog
from customs_portal.api.lodging import lodge
from customs_portal.events.models import Delivery, Event
from messaging.inbox import receive
from messaging.models import InboundMessage, OutboundMessage, RawBody
from tests.api.conftest import MESSAGES, System, answer, outbound

pytestmark = pytest.mark.django_db


def stored() -> list[int]:
    tables = (InboundMessage, RawBody, Event, Delivery, OutboundMessage)
    return [table.objects.count() for table in tables]


NOTHING = [0, 0, 0, 0, 0]


def test_a_message_is_stored_as_received_before_the_answer(trader: System) -> None:
    body = b"\xff\x00 not XML"
    response = trader.post(body)
    assert response.status_code == 202
    correlation = response.json()["id"]
    assert response.json() == {
        "id": correlation,
        "state": "received",
        "url": f"{MESSAGES}/{correlation}",
    }
    assert response["Location"] == f"{MESSAGES}/{correlation}"
    assert response["X-Correlation-Id"] == correlation
    assert response["Content-Length"] == str(len(response.content))
    message = InboundMessage.objects.get(correlation=UUID(correlation))
    assert bytes(RawBody.objects.get(pk=message.body_id).body) == body
    assert message.operator.eori == trader.eori
    assert list(Delivery.objects.values_list("consumer", flat=True)) == ["intake"]


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Token",
        "Token ",
        "Token wrong",
        "Bearer ' OR 1=1 --",
        "Basic dXNlcjpwdw==",
        "Token " + "a" * 5000,
        "Token \xff\xfe",
        "Token a b c",
    ],
)
@pytest.mark.parametrize("body", [b"<x/>", b""])
def test_without_a_known_token_nothing_is_taken(header: str, body: bytes, trader: System) -> None:
    client = Client(headers={"authorization": header} if header else None)
    response = client.post(MESSAGES, body, content_type="application/xml")
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Token"
    assert response.json()["code"] == "not_authenticated"
    assert stored() == NOTHING


def test_a_token_that_has_ended_is_refused(trader: System) -> None:
    ApiToken.objects.update(expiry=clock.now())
    assert trader.post(b"<x/>").status_code == 401
    assert stored() == NOTHING


def test_a_token_of_a_closed_account_is_refused(trader: System) -> None:
    token = ApiToken.objects.get()
    token.user.is_active = False
    token.user.save()
    assert trader.post(b"<x/>").status_code == 401
    assert stored() == NOTHING


def test_bearer_is_accepted_too(trader: System) -> None:
    client = Client(headers={"authorization": f"bearer {trader.token}"})
    assert client.post(MESSAGES, b"<x/>", content_type="text/xml").status_code == 202


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "options", "head"])
def test_only_post_is_allowed(method: str, trader: System) -> None:
    response = getattr(trader._client(), method)(MESSAGES)
    assert response.status_code == 405
    assert response["Allow"] == "POST"


def test_an_empty_body_is_refused(trader: System) -> None:
    response = trader.post(b"")
    assert response.status_code == 400
    assert response.json()["code"] == "empty"
    assert stored() == NOTHING


def test_the_limit_is_the_largest_size_taken(trader: System, settings: Any) -> None:
    settings.MESSAGE_SIZE_LIMIT = 10
    assert trader.post(b"x" * 10).status_code == 202
    response = trader.post(b"x" * 11)
    assert response.status_code == 413
    assert response.json()["code"] == "too_large"
    assert InboundMessage.objects.count() == 1


@pytest.mark.parametrize(
    "content_type",
    [
        "application/octet-stream",
        "",
        "text/plain; charset=utf-7",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
    ],
)
def test_what_the_body_is_said_to_be_does_not_matter(content_type: str, trader: System) -> None:
    response = trader.post(b"a=1&b=%zz", content_type=content_type)
    assert response.status_code == 202
    assert bytes(RawBody.objects.get().body) == b"a=1&b=%zz"


class Tap(BytesIO):
    """A body whose reading is counted."""

    given = 0

    def read(self, size: int | None = -1) -> bytes:
        piece = super().read(size)
        self.given += len(piece)
        return piece


def raw_request(trader: System, source: BytesIO, **environment: object) -> Any:
    request = RequestFactory().generic("POST", MESSAGES)
    environ = {**request.META, **environment, "wsgi.input": source}
    environ["HTTP_AUTHORIZATION"] = f"Token {trader.token}"
    if environ.get("CONTENT_LENGTH") is None:
        environ.pop("CONTENT_LENGTH", None)
    return lodge(type(request)(environ))


def chunked(trader: System, source: BytesIO, **environment: object) -> Any:
    return raw_request(
        trader, source, CONTENT_LENGTH=None, HTTP_TRANSFER_ENCODING="chunked", **environment
    )


def test_a_body_that_is_announced_too_large_is_not_read(trader: System) -> None:
    source = Tap(b"x" * 100)
    assert raw_request(trader, source, CONTENT_LENGTH="99999999999").status_code == 413
    assert source.given == 0


def test_a_body_of_unknown_length_is_read_to_the_limit_at_most(
    trader: System, settings: Any
) -> None:
    settings.MESSAGE_SIZE_LIMIT = 1000
    source = Tap(b"x" * 100_000)
    response = chunked(trader, source, **{"wsgi.input_terminated": True})
    assert response.status_code == 413
    assert source.given == 1001
    assert stored() == NOTHING


def test_a_body_of_unknown_length_within_the_limit_is_taken(trader: System) -> None:
    source = BytesIO(b"<x/>")
    assert chunked(trader, source, **{"wsgi.input_terminated": True}).status_code == 202
    assert bytes(RawBody.objects.get().body) == b"<x/>"


def test_a_length_is_needed_where_the_end_cannot_be_seen(trader: System) -> None:
    assert chunked(trader, Tap(b"<x/>"), **{"wsgi.input_terminated": False}).status_code == 411


def test_a_body_that_breaks_off_is_not_half_taken(trader: System) -> None:
    response = raw_request(trader, BytesIO(b"<x"), CONTENT_LENGTH="100")
    assert response.status_code == 400
    assert b"incomplete" in response.content
    assert stored() == NOTHING


@pytest.mark.parametrize("length", ["-1", "abc", "1e3", "²"])
def test_a_length_that_is_no_number_is_refused(length: str, trader: System) -> None:
    assert raw_request(trader, BytesIO(b"<x/>"), CONTENT_LENGTH=length).status_code == 400


@pytest.mark.parametrize("wait", ["-1", "21", "1.5", "abc", "", "²", "1e1", "00000", "%00"])
def test_a_bad_wait_is_refused_and_nothing_taken(wait: str, trader: System) -> None:
    response = trader.post(b"<x/>", query=f"?wait={wait}")
    assert response.status_code == 400
    assert response.json()["code"] == "bad_parameter"
    assert stored() == NOTHING


def test_when_the_store_is_away_the_message_is_refused(
    trader: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(**_: object) -> None:
        raise OperationalError("could not extend file: No space left on device")

    monkeypatch.setattr(lodging, "receive", away)
    response = trader.post(b"<x/>")
    assert response.status_code == 503
    assert response["Retry-After"] == "5"
    assert response.json()["code"] == "store_unavailable"
    assert b"space" not in response.content


def test_above_the_backlog_the_message_is_refused(
    trader: System, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PIPELINE_BACKLOG_LIMIT = 0
    assert trader.post(b"<x/>").status_code == 202
    monkeypatch.setattr(lodging, "backlog", Backlog())
    response = trader.post(b"<x/>")
    assert response.status_code == 503
    assert response["Retry-After"] == "5"
    assert response.json()["code"] == "busy"
    assert InboundMessage.objects.count() == 1


def answering(trader: System, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every message be answered as soon as it is received."""

    def receive_and_answer(**values: Any) -> UUID | None:
        correlation = receive(**values)
        if correlation:
            answer(correlation, trader.eori)
        return correlation

    monkeypatch.setattr(lodging, "receive", receive_and_answer)


def test_whoever_waits_gets_the_answer(trader: System, monkeypatch: pytest.MonkeyPatch) -> None:
    answering(trader, monkeypatch)
    response = trader.post(b"<x/>", query="?wait=20")
    assert response.status_code == 200
    assert response["Content-Type"] == "application/xml"
    assert response["X-Message-Kind"] == "IE328"
    assert UUID(response["X-Correlation-Id"]) == InboundMessage.objects.get().correlation
    assert response.content == b"<CC328A/>"
    assert OutboundMessage.objects.get().state == "delivered"


def test_an_answer_that_nobody_waits_for_is_not_collected(
    trader: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(trader, monkeypatch)
    assert trader.post(b"<x/>").status_code == 202
    assert OutboundMessage.objects.get().state == "waiting"


def test_an_answer_that_does_not_come_in_time_is_asked_for_later(
    trader: System, settings: Any
) -> None:
    settings.MESSAGE_WAITERS = 0
    response = trader.post(b"<x/>", query="?wait=20")
    assert response.status_code == 202
    assert response["Retry-After"] == "1"


def test_a_store_that_goes_away_while_waiting_does_not_undo_the_receipt(
    trader: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(lodging, "answered_within", away)
    response = trader.post(b"<x/>", query="?wait=5")
    assert response.status_code == 202
    assert InboundMessage.objects.count() == 1


def test_collecting_again_changes_nothing(trader: System) -> None:
    correlation = trader.post(b"<x/>").json()["id"]
    sent = answer(correlation, trader.eori)
    assert trader.get(f"{MESSAGES}/{correlation}").status_code == 200
    first = outbound(sent).delivered_at
    events = Event.objects.filter(kind="message.collected")
    assert (first is not None, events.count()) == (True, 1)
    assert trader.get(f"{MESSAGES}/{correlation}?wait=1").status_code == 200
    assert (outbound(sent).delivered_at, events.count()) == (first, 1)
