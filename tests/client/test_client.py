"""The client against a scripted server on a real socket."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from customs_portal.client import (
    Answer,
    Client,
    NotAuthorised,
    NotFound,
    NotTaken,
    Refused,
    State,
    TooLarge,
    Unavailable,
    Unreachable,
)

ID = "0191d2f0-0000-7000-8000-000000000001"


@dataclass
class Portal:
    """Answers requests from a list and keeps what came."""

    url: str = ""
    answers: list[tuple[int, dict[str, str], bytes]] = field(default_factory=list)
    requests: list[tuple[str, str, str, bytes]] = field(default_factory=list)
    connections: set[tuple[str, int]] = field(default_factory=set)

    def will(self, status: int, body: bytes = b"", **headers: str) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers.append((status, named, body))

    def will_say(self, status: int, data: object) -> None:
        self.will(status, json.dumps(data).encode(), Content_Type="application/json")


@pytest.fixture
def portal() -> Iterator[Portal]:
    script = Portal()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            token = self.headers.get("Authorization", "")
            script.requests.append((self.command, self.path, token, body))
            script.connections.add(self.client_address)
            status, headers, content = script.answers.pop(0)
            if status == 0:
                self.close_connection = True
                return
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)
            self.close_connection = headers.get("X-Hang-Up") == "yes"

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    script.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield script
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def client(portal: Portal, pauses: list[float]) -> Iterator[Client]:
    with Client(portal.url, "secret", timeout=5, pause=pauses.append) as opened:
        yield opened


def test_lodging_without_waiting_returns_the_correlation_id(portal: Portal, client: Client) -> None:
    portal.will_say(202, {"id": ID, "state": "received", "url": "/api/v1/messages/" + ID})
    answer = client.lodge(b"<x/>")
    assert (answer.correlation_id, answer.state, answer.response_xml) == (
        ID,
        State.RECEIVED,
        None,
    )
    assert portal.requests == [("POST", "/api/v1/messages", "Token secret", b"<x/>")]


def test_lodging_with_waiting_returns_the_response(portal: Portal, client: Client) -> None:
    portal.will(200, b"<CC328A/>", Content_Type="application/xml", X_Correlation_Id=ID)
    answer = client.lodge(b"<x/>", wait=5)
    assert answer.correlation_id == ID
    assert answer.state is State.ANSWERED
    assert answer.response_xml == b"<CC328A/>"
    assert portal.requests[0][1] == "/api/v1/messages?wait=5"


def test_waiting_that_ends_without_response_returns_the_state(
    portal: Portal, client: Client
) -> None:
    portal.will_say(202, {"id": ID, "state": "processed"})
    assert client.answer(ID, wait=2).state is State.PROCESSED


def test_a_batch_has_a_result_for_each_message(portal: Portal, client: Client) -> None:
    error = {"code": "empty", "title": "The message is empty."}
    portal.will_say(202, [{"id": "c1", "state": "received"}, {"error": error}])
    assert client.lodge_batch([b"<a/>", b""]) == [
        Answer(correlation_id="c1", state=State.RECEIVED, status=202),
        NotTaken(code="empty", title="The message is empty."),
    ]
    [(method, path, _, body)] = portal.requests
    assert (method, path) == ("POST", "/api/v1/messages/batch")
    assert body.count(b'form-data; name="message"') == 2


def test_message_is_read_with_response_and_findings(portal: Portal, client: Client) -> None:
    finding = {"code": "13", "rule": "C501"}
    portal.will_say(
        200,
        {
            "id": ID,
            "state": "answered",
            "kind": "CC315A",
            "mrn": None,
            "lrn": "L1",
            "received_at": "2026-11-22T10:00:00+00:00",
            "response": {"kind": "CC316A", "xml": "<CC316A/>"},
            "findings": [finding],
        },
    )
    message = client.message(ID)
    assert (message.state, message.kind, message.lrn) == (
        State.ANSWERED,
        "CC315A",
        "L1",
    )
    assert (message.response_kind, message.response_xml) == ("CC316A", "<CC316A/>")
    assert message.findings == (finding,)
    assert message.mrn is None


def test_notifications_are_listed_and_read(portal: Portal, client: Client) -> None:
    line = {
        "id": "7",
        "kind": "CC351A",
        "mrn": "26NL0003960000S012",
        "created_at": "2026-11-22T10:00:00+00:00",
        "url": "/api/v1/notifications/7",
    }
    portal.will_say(200, {"results": [line], "next": "/api/v1/notifications?after=7"})
    portal.will_say(200, {"results": [{**line, "id": 8, "mrn": None}], "next": None})
    portal.will(200, b"<CC351A/>", Content_Type="application/xml")
    found = [(each.id, each.mrn) for each in client.notifications()]
    assert found == [("7", "26NL0003960000S012"), ("8", None)]
    assert portal.requests[1][1] == "/api/v1/notifications?after=7"
    assert client.notification("7") == b"<CC351A/>"


def test_one_connection_carries_all_requests(portal: Portal, client: Client) -> None:
    for _ in range(3):
        portal.will_say(202, {"id": ID, "state": "received"})
        client.lodge(b"<x/>")
    assert len(portal.connections) == 1


def test_a_kept_connection_that_was_closed_is_opened_again(portal: Portal, client: Client) -> None:
    portal.will(202, b'{"id": "a", "state": "received"}', X_Hang_Up="yes")
    portal.will_say(202, {"id": "b", "state": "received"})
    client.lodge(b"<x/>")
    assert client.lodge(b"<x/>").correlation_id == "b"
    assert len(portal.connections) == 2


def test_unavailable_with_retry_after_is_tried_again(
    portal: Portal, client: Client, pauses: list[float]
) -> None:
    portal.will(503, Retry_After="2")
    portal.will(503, Retry_After="90")
    portal.will_say(202, {"id": ID, "state": "received"})
    assert client.lodge(b"<x/>").correlation_id == ID
    assert pauses == [2.0, 30.0]


def test_unavailable_gives_up_after_the_retries(
    portal: Portal, client: Client, pauses: list[float]
) -> None:
    for _ in range(6):
        portal.will(503, Retry_After="1")
    with pytest.raises(Unavailable):
        client.lodge(b"<x/>")
    assert pauses == [1.0] * 5


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, Refused),
        (401, NotAuthorised),
        (403, NotAuthorised),
        (404, NotFound),
        (413, TooLarge),
        (500, Unavailable),
        (503, Unavailable),
    ],
)
def test_each_refusal_has_its_error(
    portal: Portal, client: Client, status: int, error: type[Exception]
) -> None:
    portal.will(status, b"why")
    with pytest.raises(error) as raised:
        client.lodge(b"<x/>")
    assert str(raised.value) == f"{status} why"


def test_silence_is_unreachable(portal: Portal, client: Client) -> None:
    portal.will(0)
    with pytest.raises(Unreachable):
        client.lodge(b"<x/>")


def test_nobody_listening_is_unreachable() -> None:
    with Client("http://127.0.0.1:1", "secret") as client, pytest.raises(Unreachable):
        client.lodge(b"<x/>")


@pytest.mark.parametrize("url", ["ftp://127.0.0.1", "127.0.0.1:8000", ""])
def test_only_web_addresses_are_taken(url: str) -> None:
    with pytest.raises(ValueError, match="not an http"):
        Client(url, "secret")


@pytest.mark.parametrize("wait", [-1, 21])
def test_waiting_time_is_bounded(client: Client, wait: int) -> None:
    with pytest.raises(ValueError, match="wait is 0 to 20"):
        client.lodge(b"<x/>", wait=wait)
