"""A partner for tests: a small HTTP server with a key of its own that answers as it is told."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from messaging.wire.cover import Cover, receipt_for
from messaging.wire.headers import SIGNATURE, cover_of
from messaging.wire.signing import new_key, public_key, sign, sign_whole, verify

Answer = Callable[["Peer", Cover, bytes], tuple[int, bytes] | None]
"""Returns status and body, or None to end the connection without a word."""


class Peer:
    """Listens until it is stopped; `answers` are used up one by one, then `proper` ones given."""

    def __init__(self) -> None:
        self.key = new_key()
        self.answers: list[Answer] = []
        self.received: dict[str, bytes] = {}
        self.order: list[str] = []
        self.attempts = 0
        self.signatures: list[str] = []
        self.our_key: Any = None
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def jwk(self) -> dict[str, Any]:
        return dict(self.key.as_dict(private=False))

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, cover: Cover, signature: str, body: bytes) -> tuple[int, bytes] | None:
        self.attempts += 1
        self.signatures.append(signature)
        chosen = self.answers.pop(0) if self.answers else proper
        return chosen(self, cover, body)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        peer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                cover = cover_of(dict(self.headers))
                assert cover is not None
                verify(self.headers[SIGNATURE], cover.signed_bytes(), peer.our_key())
                self._send(peer.answer(cover, self.headers[SIGNATURE], body))

            def do_GET(self) -> None:
                body = peer.published()
                self._send((200, body), {SIGNATURE: sign(body, peer.key)})

            def _send(
                self, answer: tuple[int, bytes] | None, headers: dict[str, str] | None = None
            ) -> None:
                if answer is None:
                    self.close_connection = True
                    return
                self.send_response(answer[0])
                for name, value in {
                    **(headers or {}),
                    "Content-Length": str(len(answer[1])),
                }.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer[1])

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        return Handler

    def published(self) -> bytes:
        """Return the keys that it publishes."""
        import json

        return json.dumps({"keys": [self.jwk]}).encode()

    def receipt(self, cover: Cover) -> bytes:
        """Return its receipt for a message."""
        found = receipt_for(cover, reference=f"ref-{cover.id}", at=datetime.now(UTC))
        return sign_whole(found.signed_bytes(), self.key).encode()

    def take(self, cover: Cover, body: bytes) -> None:
        """Keep a message, once."""
        if cover.id not in self.received:
            self.order.append(cover.id)
        self.received[cover.id] = body


def proper(peer: Peer, cover: Cover, body: bytes) -> tuple[int, bytes]:
    peer.take(cover, body)
    return 200, peer.receipt(cover)


def takes_and_dies(peer: Peer, cover: Cover, body: bytes) -> None:
    peer.take(cover, body)


def refuses(status: int, code: str = "refused") -> Answer:
    return lambda _peer, _cover, _body: (status, f'{{"code": "{code}"}}'.encode())


def nonsense(_peer: Peer, _cover: Cover, _body: bytes) -> tuple[int, bytes]:
    return 200, b"\xff\x00 thank you"


def too_long(_peer: Peer, _cover: Cover, _body: bytes) -> tuple[int, bytes]:
    return 200, b"x" * 100_000


def other_receipt(peer: Peer, cover: Cover, _body: bytes) -> tuple[int, bytes]:
    import msgspec

    return 200, peer.receipt(msgspec.structs.replace(cover, digest="0" * 64))


def forged_receipt(peer: Peer, cover: Cover, _body: bytes) -> tuple[int, bytes]:
    found = receipt_for(cover, reference="x", at=datetime.now(UTC))
    return 200, sign_whole(found.signed_bytes(), new_key()).encode()


def slow(seconds: float) -> Answer:
    def answer(peer: Peer, cover: Cover, body: bytes) -> tuple[int, bytes]:
        time.sleep(seconds)
        return proper(peer, cover, body)

    return answer


__all__ = ["Peer", "public_key"]
