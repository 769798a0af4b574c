"""GET /api/v1/messages/<id>: the state of a message and its answer."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from customs_portal.api import waiting
from messaging.models import InboundMessage
from tests.api.conftest import MESSAGES, System, answer, outbound

pytestmark = pytest.mark.django_db


def lodged(trader: System) -> str:
    correlation: str = trader.post(b"<x/>").json()["id"]
    return correlation


def test_a_message_not_yet_judged_has_no_response(trader: System) -> None:
    correlation = lodged(trader)
    found = trader.get(f"{MESSAGES}/{correlation}").json()
    received_at = found.pop("received_at")
    assert received_at.endswith("Z")
    assert found == {
        "id": correlation,
        "state": "received",
        "kind": "",
        "mrn": "",
        "lrn": "",
        "response": None,
        "findings": [],
        "test": False,
    }


def test_a_judged_message_has_its_response(trader: System) -> None:
    correlation = lodged(trader)
    sent = answer(correlation, trader.eori, body="<CC328A>é</CC328A>".encode())
    found = trader.get(f"{MESSAGES}/{correlation}").json()
    assert found["state"] == "answered"
    assert found["mrn"] == "26NL000396ABCD56T0"
    assert found["response"] == {"kind": "IE328", "xml": "<CC328A>é</CC328A>"}
    assert outbound(sent).state == "delivered"


def test_findings_are_told_with_code_and_place(trader: System) -> None:
    correlation = lodged(trader)
    finding = {"code": "15", "location": "HEAHEA.X", "text": "Missing.", "rule": "C501"}
    InboundMessage.objects.update(findings=[finding])
    assert trader.get(f"{MESSAGES}/{correlation}").json()["findings"] == [
        {"code": "15", "rule": "C501", "location": "HEAHEA.X", "value": "", "text": "Missing.",
         "line": 0, "column": 0}
    ]  # fmt: skip


def test_what_is_wrong_can_be_had_as_problem_details(trader: System) -> None:
    correlation = lodged(trader)
    problem = {"accept": "application/problem+json"}
    assert trader.get(f"{MESSAGES}/{correlation}", headers=problem).status_code == 200
    finding = {"code": "13", "location": "ITI", "text": "Missing.", "rule": "C570", "line": 7}
    InboundMessage.objects.update(findings=[finding])
    response = trader.get(f"{MESSAGES}/{correlation}", headers=problem)
    assert response.status_code == 422
    assert response["Content-Type"] == "application/problem+json"
    assert response.json() == {
        "type": "about:blank",
        "title": "The message is not accepted.",
        "status": 422,
        "code": "message_refused",
        "findings": [{**finding, "value": "", "column": 0}],
    }


def test_a_repeat_shows_the_answer_of_the_first(trader: System) -> None:
    first, second = lodged(trader), lodged(trader)
    answer(first, trader.eori)
    original = InboundMessage.objects.get(correlation=first)
    InboundMessage.objects.filter(correlation=second).update(state="answered", repeats=original)
    assert trader.get(f"{MESSAGES}/{second}").json()["response"]["xml"] == "<CC328A/>"
    assert trader.get(f"{MESSAGES}/{second}?wait=1").content == b"<CC328A/>"


def test_waiting_gives_the_answer_as_xml(trader: System) -> None:
    correlation = lodged(trader)
    answer(correlation, trader.eori)
    response = trader.get(f"{MESSAGES}/{correlation}?wait=0")
    assert (response.status_code, response.content) == (200, b"<CC328A/>")
    assert response["X-Correlation-Id"] == correlation


def test_without_an_answer_waiting_ends_with_202(trader: System) -> None:
    response = trader.get(f"{MESSAGES}/{lodged(trader)}?wait=0")
    assert response.status_code == 202
    assert response["Retry-After"] == "1"


def test_only_so_many_wait_at_once(trader: System, settings: Any) -> None:
    settings.MESSAGE_WAITERS = 1
    correlation = lodged(trader)
    with waiting.places.one() as free:
        assert free
        assert trader.get(f"{MESSAGES}/{correlation}?wait=20").status_code == 202
        with waiting.places.one() as second:
            assert not second
    with waiting.places.one() as again:
        assert again


@pytest.mark.parametrize("wait", ["-1", "21", "x", "²"])
def test_a_bad_wait_is_refused(wait: str, trader: System) -> None:
    assert trader.get(f"{MESSAGES}/{lodged(trader)}?wait={wait}").status_code == 400


def test_another_traders_message_is_as_unknown_as_none(trader: System, other: System) -> None:
    correlation = lodged(trader)
    answer(correlation, trader.eori)
    hidden = other.get(f"{MESSAGES}/{correlation}")
    unknown = other.get(f"{MESSAGES}/{uuid4()}")
    assert (hidden.status_code, unknown.status_code) == (404, 404)
    assert hidden.content == unknown.content
    assert other.get(f"{MESSAGES}/{correlation}?wait=20").status_code == 404


@pytest.mark.parametrize("name", ["1", "not-a-uuid", "%00", "x" * 3000, "..%2f..%2fetc"])
def test_a_name_that_is_no_id_is_not_found(name: str, trader: System) -> None:
    assert trader.get(f"{MESSAGES}/{name}").status_code == 404


def test_looking_at_the_head_does_not_collect(trader: System) -> None:
    correlation = lodged(trader)
    sent = answer(correlation, trader.eori)
    assert trader.head(f"{MESSAGES}/{correlation}").status_code == 200
    assert outbound(sent).state == "waiting"


def test_without_a_token_nothing_is_told(trader: System) -> None:
    response = Client().get(f"{MESSAGES}/{lodged(trader)}")
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Token"
    assert response["Content-Type"] == "application/problem+json"
