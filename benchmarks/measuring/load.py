"""A load client that costs little: raw sockets, kept open, requests made beforehand."""

import re
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from customs_portal.client.batch import multipart

CONNECTIONS = 16
BUSY_PAUSE = 1.0
"""Seconds after a 503: long enough to let the backlog shrink, short enough to keep it busy."""
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


@dataclass
class Sent:
    """What a run has sent: when each accepted request began, by its number, and refusals."""

    begun: dict[int, float] = field(default_factory=dict)
    answers: dict[int, bytes] = field(default_factory=dict)
    busy: int = 0


def single(bodies: Sequence[bytes], *, port: int, token: str) -> list[bytes]:
    """Return the requests that lodge these messages one by one."""
    return [_request("/api/v1/messages", body, "application/xml", port, token) for body in bodies]


def batches(bodies: Sequence[bytes], *, port: int, token: str, size: int = 100) -> list[bytes]:
    """Return the requests that lodge these messages in batches."""
    parts = [multipart(bodies[start : start + size]) for start in range(0, len(bodies), size)]
    path = "/api/v1/messages/batch"
    return [_request(path, body, media_type, port, token) for body, media_type in parts]


def run(requests: Sequence[bytes], *, port: int, rate: float | None = None) -> Sent:
    """Send the requests over kept-alive connections, `rate` a second or as fast as they go."""
    sent = Sent()
    start = time.monotonic()
    due: Callable[[int], float] = (lambda n: start + n / rate) if rate else (lambda n: start)
    numbers = iter(range(len(requests)))
    lock = threading.Lock()

    def work() -> None:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while True:
                with lock:
                    number = next(numbers, None)
                if number is None:
                    return
                time.sleep(max(0.0, due(number) - time.monotonic()))
                _send_until_taken(connection, requests[number], number, sent)

    threads = [threading.Thread(target=work) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(sent.begun) != len(requests):
        raise SystemExit(f"{len(requests) - len(sent.begun)} requests were not answered with 202.")
    return sent


def _send_until_taken(connection: socket.socket, request: bytes, number: int, sent: Sent) -> None:
    while True:
        begun = time.time()
        connection.sendall(request)
        status, body = _answer(connection)
        if status == b"202":
            sent.begun[number], sent.answers[number] = begun, body
            return
        if status != b"503":
            raise SystemExit(f"The portal answered {status!r}: {body[:300]!r}")
        sent.busy += 1
        time.sleep(BUSY_PAUSE)


def _answer(connection: socket.socket) -> tuple[bytes, bytes]:
    received = b""
    while b"\r\n\r\n" not in received:
        received += _piece(connection)
    head, _, body = received.partition(b"\r\n\r\n")
    length = _LENGTH.search(head)
    wanted = int(length[1]) if length else 0
    while len(body) < wanted:
        body += _piece(connection)
    return head[9:12], body


def _piece(connection: socket.socket) -> bytes:
    piece = connection.recv(65536)
    if not piece:
        raise ConnectionError("The portal closed a connection.")
    return piece


def _request(path: str, body: bytes, media_type: str, port: int, token: str) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Token {token}\r\n"
        f"Content-Type: {media_type}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
