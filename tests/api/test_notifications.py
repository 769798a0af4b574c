"""GET /api/v1/notifications: what customs has sent without being asked."""

from typing import Any

import pytest

from customs_portal.api import notifications
from customs_portal.events.models import Event
from tests.api.conftest import NOTIFICATIONS, System, answer, outbound, send

pytestmark = pytest.mark.django_db


def ids(response: Any) -> list[int]:
    assert response.status_code == 200
    return [line["id"] for line in response.json()["results"]]


def test_only_what_is_addressed_to_the_operator_is_listed(trader: System, other: System) -> None:
    own, _foreign = send(trader.eori), send(other.eori, event=2)
    found = trader.get(NOTIFICATIONS).json()
    assert found == {
        "results": [
            {
                "id": own,
                "kind": "IE351",
                "mrn": "MRN1",
                "lrn": "",
                "state": "waiting",
                "created_at": "2026-11-22T09:00:00Z",
                "url": f"{NOTIFICATIONS}/{own}",
            }
        ],
        "next": None,
    }


def test_answers_are_no_notifications(trader: System) -> None:
    correlation = trader.post(b"<x/>").json()["id"]
    sent = answer(correlation, trader.eori)
    assert ids(trader.get(NOTIFICATIONS)) == []
    assert trader.get(f"{NOTIFICATIONS}/{sent}").status_code == 404


def test_pages_follow_each_other_without_gap(
    trader: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notifications, "PAGE", 2)
    sent = [send(trader.eori, event=number) for number in range(5)]
    seen: list[int] = []
    path: str | None = f"{NOTIFICATIONS}?state=waiting"
    while path:
        page = trader.get(path)
        assert len(ids(page)) <= 2
        seen, path = seen + ids(page), page.json()["next"]
    assert seen == sent


def test_reading_a_message_collects_it_once(trader: System) -> None:
    sent = send(trader.eori, body=b"<CC351A>1</CC351A>")
    first = trader.get(f"{NOTIFICATIONS}/{sent}")
    assert first.content == b"<CC351A>1</CC351A>"
    assert first["Content-Type"] == "application/xml"
    assert first["X-Message-Kind"] == "IE351"
    delivered = outbound(sent).delivered_at
    assert delivered is not None
    assert trader.get(f"{NOTIFICATIONS}/{sent}").content == first.content
    assert outbound(sent).delivered_at == delivered
    event = Event.objects.get(kind="message.collected")
    assert event.data == {"message": sent, "kind": "IE351", "recipient": trader.eori}
    assert ids(trader.get(f"{NOTIFICATIONS}?state=waiting")) == []
    assert ids(trader.get(f"{NOTIFICATIONS}?state=delivered")) == [sent]


def test_looking_at_the_head_does_not_collect(trader: System) -> None:
    sent = send(trader.eori)
    assert trader.head(f"{NOTIFICATIONS}/{sent}").status_code == 200
    assert outbound(sent).state == "waiting"


def test_another_operators_message_is_as_unknown_as_none(trader: System, other: System) -> None:
    sent = send(trader.eori)
    hidden, unknown = other.get(f"{NOTIFICATIONS}/{sent}"), other.get(f"{NOTIFICATIONS}/999999")
    assert (hidden.status_code, unknown.status_code) == (404, 404)
    assert hidden.content == unknown.content
    assert outbound(sent).state == "waiting"


@pytest.mark.parametrize("key", ["0", "-1", "x", "99999999999999999999", "²", "%00"])
def test_a_key_that_is_no_id_is_not_found(key: str, trader: System) -> None:
    assert trader.get(f"{NOTIFICATIONS}/{key}").status_code == 404


@pytest.mark.parametrize("query", ["after=-1", "after=x", "after=99999999999999999999", "state=x"])
def test_a_bad_parameter_is_refused(query: str, trader: System) -> None:
    assert trader.get(f"{NOTIFICATIONS}?{query}").status_code == 400
