"""The simulator over HTTP against a stand-in that judges messages as the portal does."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from customs_portal.demo import people
from customs_portal.findings import Finding, Stage
from messaging.formats import registry


class StandIn:
    """Answers as the portal would; messages in `wrong` are registered whatever they are."""

    def __init__(self) -> None:
        self.url = ""
        self.wrong: set[int] = set()
        self.silent: set[int] = set()
        self.answers: dict[str, str | None] = {}
        self.senders: set[str] = set()
        self.lock = threading.Lock()

    def take(self, body: bytes, token: str) -> str:
        with self.lock:
            number, name = len(self.answers), str(uuid4())
            self.answers[name] = None if number in self.silent else self._judge(body, token, number)
            self.senders.add(token)
            return name

    def _judge(self, body: bytes, token: str, number: int) -> str:
        reading = registry.read(body)
        findings = list(reading.findings) or _lifecycle(reading, token)
        if number in self.wrong or not findings:
            return "<CC328A/>"
        if findings[0].stage in (Stage.PARSE, Stage.STRUCTURE):
            return f"<CD917B>{''.join(map(_xml_error, findings))}</CD917B>"
        return f"<CC316A>{''.join(map(_functional_error, findings))}</CC316A>"


def _lifecycle(reading: registry.Reading, token: str) -> list[Finding]:
    if f"token-{reading.sender}" != token:
        return [Finding(code="12", location="MesSenMES3", text="")]
    document = reading.document
    foreign = document is not None and not document.office_of_first_entry.startswith("NL")
    return [Finding(code="14", location="", text="")] if foreign else []


def _xml_error(found: Finding) -> str:
    return f"<XMLERR805><ErrCodXMLER806>{found.code}</ErrCodXMLER806></XMLERR805>"


def _functional_error(found: Finding) -> str:
    rule = f"<ErrReaER13>{found.rule}</ErrReaER13>" if found.rule else ""
    return f"<FUNERRER1><ErrTypER11>{found.code}</ErrTypER11>{rule}</FUNERRER1>"


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    portal = StandIn()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            token = self.headers["Authorization"].removeprefix("Token ")
            self._say(202, {"id": portal.take(body, token), "state": "received"})

        def do_GET(self) -> None:
            name = self.path.rpartition("/")[2]
            xml = portal.answers[name]
            response = None if xml is None else {"kind": "", "xml": xml}
            state = "received" if xml is None else "answered"
            self._say(200, {"id": name, "state": state, "response": response})

        def _say(self, status: int, data: object) -> None:
            content = json.dumps(data).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    portal.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield portal
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def demo_file(tmp_path: Path, stand_in: StandIn) -> Path:
    path = tmp_path / "demo.json"
    tokens = [{"eori": eori, "token": f"token-{eori}"} for eori in people.senders()]
    path.write_text(json.dumps({"url": stand_in.url, "accounts": [], "tokens": tokens}))
    return path


def simulate(demo_file: Path, count: int, **options: object) -> str:
    output = StringIO()
    call_command(
        "simulate",
        count=count,
        rate=1000.0,
        seed=11,
        demo_file=demo_file,
        stdout=output,
        **options,
    )
    return output.getvalue()


def test_every_answer_as_expected_ends_well(stand_in: StandIn, demo_file: Path) -> None:
    written = simulate(demo_file, 60)
    assert len(stand_in.answers) == 60
    assert "51 of 51 CC328A\n" in written
    assert written.endswith("60 sent, 0 not as expected\n")
    assert len(stand_in.senders) > 3


def test_a_difference_is_shown_and_ends_with_1(stand_in: StandIn, demo_file: Path) -> None:
    stand_in.wrong = set(range(20))
    with pytest.raises(CommandError) as raised:
        simulate(demo_file, 20)
    assert raised.value.returncode == 1


def test_an_answer_that_never_comes_is_a_difference(stand_in: StandIn, demo_file: Path) -> None:
    stand_in.silent = {1}
    with pytest.raises(CommandError):
        simulate(demo_file, 3, limit=0.0)


def test_a_sender_without_token_is_refused_before_anything_is_sent(
    stand_in: StandIn, demo_file: Path
) -> None:
    demo_file.write_text(json.dumps({"url": stand_in.url, "tokens": []}))
    with pytest.raises(CommandError, match="no token for NL900000011"):
        simulate(demo_file, 3)
    assert stand_in.answers == {}


def test_tokens_on_the_command_line_are_used(stand_in: StandIn, demo_file: Path) -> None:
    demo_file.write_text(json.dumps({"url": stand_in.url, "tokens": []}))
    given = [f"{eori}=token-{eori}" for eori in people.senders()]
    assert simulate(demo_file, 5, token=given).endswith("5 sent, 0 not as expected\n")
