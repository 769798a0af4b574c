"""POST /api/v1/messages/batch: many messages, one result each."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from django.db import OperationalError
from django.test import Client, RequestFactory

from customs_portal import clock
from customs_portal.accounts.models import ApiToken
from customs_portal.api import batch
from customs_portal.api.backlog import Backlog
from customs_portal.client.batch import multipart
from customs_portal.events.models import Delivery, Event
from messaging.models import InboundMessage, RawBody
from tests.api.conftest import MESSAGES, System

pytestmark = pytest.mark.django_db
BATCH = f"{MESSAGES}/batch"
FORM = "multipart/form-data; boundary=XX"
HEAD = b'Content-Disposition: form-data; name="message"\r\n\r\n'


@pytest.fixture(autouse=True)
def _nothing_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "backlog", Backlog())


def send(trader: System, messages: Sequence[bytes]) -> Any:
    body, media_type = multipart(messages)
    return send_raw(trader, body, media_type)


def send_raw(trader: System, body: bytes, media_type: str = FORM, **headers: Any) -> Any:
    client = Client(headers={"authorization": f"Token {trader.token}"})
    return client.generic("POST", BATCH, body, media_type, **headers)


def part(content: bytes, head: bytes = HEAD) -> bytes:
    return b"--XX\r\n" + head + content + b"\r\n"


def stored() -> list[int]:
    return [table.objects.count() for table in (InboundMessage, RawBody, Event, Delivery)]


NOTHING = [0, 0, 0, 0]


def refused(response: Any, status: int, code: str) -> None:
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert response["Content-Type"] == "application/problem+json"
    assert stored() == NOTHING


def test_each_message_is_stored_as_sent_and_has_its_own_result(trader: System) -> None:
    bodies = [b"<a/>", b"\xff\x00--not XML\r\n", b"<a/>"]
    response = send(trader, bodies)
    assert response.status_code == 202
    assert response["Content-Length"] == str(len(response.content))
    results = response.json()
    assert [result["state"] for result in results] == ["received"] * 3
    for body, result in zip(bodies, results, strict=True):
        message = InboundMessage.objects.get(correlation=UUID(result["id"]))
        raw = RawBody.objects.get(pk=message.body_id)
        assert (bytes(raw.body), message.size) == (body, len(body))
        assert message.operator.eori == trader.eori
        event = Event.objects.get(correlation=message.correlation)
        assert (event.kind, event.data["message"]) == ("message.received", message.pk)
        assert Delivery.objects.get(event_id=event.pk).consumer == "intake"
    assert stored() == [3, 3, 3, 3]


def test_ids_follow_the_order_of_the_parts(trader: System) -> None:
    results = send(trader, [b"%d" % number for number in range(100)]).json()
    by_id = InboundMessage.objects.order_by("id").values_list("correlation", flat=True)
    assert [str(correlation) for correlation in by_id] == [result["id"] for result in results]


def test_a_single_and_a_batch_leave_the_same_rows(trader: System) -> None:
    trader.post(b"<a/>")
    send(trader, [b"<a/>"])
    own = {"id", "correlation", "received_at", "at", "event_id", "body_id", "data", "not_before"}
    for table in (InboundMessage, RawBody, Event, Delivery):
        one, other = (vars(row) for row in table.objects.order_by("pk"))
        assert {name for name in one if one[name] != other[name]} - {"_state"} <= own


def test_an_empty_and_an_oversized_part_fail_alone(trader: System, settings: Any) -> None:
    settings.MESSAGE_SIZE_LIMIT = 10
    results = send(trader, [b"", b"x" * 10, b"x" * 11]).json()
    assert [result.get("error", {}).get("code") for result in results] == [
        "empty",
        None,
        "too_large",
    ]
    assert results[1]["state"] == "received"
    assert stored() == [1, 1, 1, 1]


def test_where_every_part_fails_nothing_is_stored(trader: System) -> None:
    response = send(trader, [b"", b""])
    assert response.status_code == 202
    assert [result["error"]["code"] for result in response.json()] == ["empty", "empty"]
    assert stored() == NOTHING


@pytest.mark.parametrize("body", [part(b"<x/>") + b"--XX--", b"", part(b"") + b"--XX--"])
def test_without_a_live_token_nothing_is_taken(trader: System, body: bytes) -> None:
    ApiToken.objects.update(expiry=clock.now())
    refused(send_raw(trader, body), 401, "not_authenticated")
    response = Client().generic("POST", BATCH, body, FORM)
    refused(response, 401, "not_authenticated")


@pytest.mark.parametrize("method", ["get", "put", "delete", "head"])
def test_only_post_is_allowed(method: str, trader: System) -> None:
    response = getattr(trader._client(), method)(BATCH)
    assert (response.status_code, response["Allow"]) == (405, "POST")


@pytest.mark.parametrize(
    ("media_type", "status", "code"),
    [
        ("application/xml", 415, "not_multipart"),
        ("", 415, "not_multipart"),
        ("multipart/mixed; boundary=XX", 415, "not_multipart"),
        ("multipart/form-data", 400, "bad_boundary"),
        ("multipart/form-data; boundary=", 400, "bad_boundary"),
        ('multipart/form-data; boundary="X\\"X"', 400, "bad_boundary"),
        ("multipart/form-data; boundary=" + "X" * 71, 400, "bad_boundary"),
        ("multipart/form-data; boundary=é", 400, "bad_boundary"),
        ("multipart/form-data; boundary=YY", 400, "not_closed"),
    ],
)
def test_what_is_no_form_is_refused(
    media_type: str, status: int, code: str, trader: System
) -> None:
    refused(send_raw(trader, part(b"<x/>") + b"--XX--", media_type), status, code)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"--XX--", "empty"),
        (b"preamble", "not_closed"),
        (part(b"<x/>"), "not_closed"),
        (part(b"<x/>") + b"--XX", "not_closed"),
        (part(b"<x/>") + b"--XX\r\n", "not_closed"),
        (b"--XX\r\n--XX--", "bad_part"),
        (b"--XXYY\r\n" + HEAD + b"<x/>\r\n--XX--", "bad_part"),
        (b"--XX\n" + HEAD + b"<x/>\r\n--XX--", "bad_part"),
        (b"--XX\r\nno head\r\n--XX--", "bad_part"),
        (part(b"<x/>", b"nonsense\r\n\r\n") + b"--XX--", "bad_part"),
        (part(b"<x/>", HEAD[:-2] + HEAD) + b"--XX--", "bad_part"),
        (part(b"<x/>", b"X-Long: " + b"y" * 3_000 + b"\r\n" + HEAD) + b"--XX--", "bad_part"),
        (part(b"<x/>", b"\r\n") + b"--XX--", "bad_part"),
        (part(b"<x/>", HEAD.replace(b"message", b"other")) + b"--XX--", "bad_name"),
        (part(b"<x/>", HEAD.replace(b"form-data", b"attachment")) + b"--XX--", "bad_name"),
        (part(b"<x/>") + part(b"", HEAD.replace(b"message", b"wait")) + b"--XX--", "bad_name"),
        (
            part(b"<x/>", b"Content-Disposition: form-data; name*=nonsense'en'%C3\r\n\r\n")
            + b"--XX--",
            "bad_part",
        ),
        (part(b"<x/>", b"Content-Type: text/xml\r\n\r\n") + b"--XX--", "bad_name"),
        (
            part(b"--Y\r\n", b"Content-Type: Multipart/mixed; boundary=Y\r\n" + HEAD) + b"--XX--",
            "nested",
        ),
        (part(b"PHgvPg==", b"Content-Transfer-Encoding: base64\r\n" + HEAD) + b"--XX--", "coded"),
    ],
)
def test_a_body_that_is_not_properly_put_together_is_refused_whole(
    body: bytes, code: str, trader: System
) -> None:
    refused(send_raw(trader, body), 400, code)


def test_what_stands_around_the_parts_does_not_matter(trader: System) -> None:
    body = b"before\r\n--XX \t\r\n" + HEAD + b"<x/>\r\n--XX--\r\nafter\r\n--XX\r\n"
    response = send_raw(trader, body, 'Multipart/Form-Data; charset=x; boundary="XX"')
    assert response.status_code == 202
    assert bytes(RawBody.objects.get().body) == b"<x/>"


def test_more_than_a_hundred_are_refused(trader: System) -> None:
    refused(send(trader, [b"<x/>"] * 101), 413, "too_many")
    assert send(trader, [b"<x/>"] * 100).status_code == 202
    assert InboundMessage.objects.count() == 100


def test_the_whole_body_is_bounded(trader: System, settings: Any) -> None:
    body, media_type = multipart([b"<x/>"] * 3)
    settings.MESSAGE_BATCH_SIZE_LIMIT = len(body) - 1
    refused(send_raw(trader, body, media_type), 413, "too_large")
    settings.MESSAGE_BATCH_SIZE_LIMIT = len(body)
    assert send_raw(trader, body, media_type).status_code == 202


def test_a_body_that_breaks_off_is_not_half_taken(trader: System) -> None:
    body, media_type = multipart([b"<x/>"] * 3)
    request = RequestFactory().generic("POST", BATCH, body, media_type)
    environ = {**request.META, "wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body) + 1)}
    environ["HTTP_AUTHORIZATION"] = f"Token {trader.token}"
    response = batch.lodge_batch(type(request)(environ))
    assert response.status_code == 400
    assert b"incomplete" in response.content
    assert stored() == NOTHING


def test_when_the_store_is_away_none_is_taken(
    trader: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(**_: object) -> None:
        raise OperationalError("could not extend file: No space left on device")

    monkeypatch.setattr(batch, "receive_many", away)
    response = send(trader, [b"<x/>"])
    assert response["Retry-After"] == "5"
    refused(response, 503, "store_unavailable")


def test_above_the_backlog_none_is_taken(
    trader: System, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PIPELINE_BACKLOG_LIMIT = 2
    assert send(trader, [b"<x/>"] * 3).status_code == 202
    monkeypatch.setattr(batch, "backlog", Backlog())
    response = send(trader, [b"<x/>"])
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert response.json()["code"] == "busy"
    assert InboundMessage.objects.count() == 3
