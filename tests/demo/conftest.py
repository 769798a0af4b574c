"""A stand-in for the portal that judges messages as the portal does, on a real socket."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from uuid import uuid4

import pytest

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
