"""HTTP to a partner: one request, bounded in time and size, no redirects, nothing kept.

Time is bounded as a whole: a partner that sends one byte now and then is cut off as well.
"""

import http.client
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

import msgspec

LONGEST_ANSWER = 64_000
"""The most bytes of an answer that are read."""


class Unreachable(Exception):
    """No whole answer came; the text says why, for the people who keep the connection."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What a partner answered; header names in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def request(
    method: str,
    url: str,
    body: bytes | None = None,
    *,
    headers: Mapping[str, str],
    seconds: float,
) -> Answer:
    """Send a request and return the answer, whatever its status; raises Unreachable."""
    try:
        with _connected(url, seconds) as (connection, path):
            connection.request(method, path, body, dict(headers))
            return _read(connection.getresponse())
    except TimeoutError as error:
        raise Unreachable("no answer in time") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Unreachable(f"{type(error).__name__}: {error}"[:150]) from error


@contextmanager
def _connected(url: str, seconds: float) -> Iterator[tuple[http.client.HTTPConnection, str]]:
    parts = urlsplit(url)
    connection = _connection(parts.scheme, parts.hostname or "", parts.port, seconds)
    late = threading.Event()
    watch = threading.Timer(seconds, _cut_off, (connection, late))
    watch.daemon = True
    watch.start()
    try:
        yield connection, parts.path or "/"
    except (OSError, http.client.HTTPException) as error:
        if late.is_set():
            raise TimeoutError from error
        raise
    finally:
        watch.cancel()
        connection.close()


def _connection(
    scheme: str, host: str, port: int | None, seconds: float
) -> http.client.HTTPConnection:
    if scheme == "http":
        return http.client.HTTPConnection(host, port, timeout=seconds)
    context = ssl.create_default_context()
    return http.client.HTTPSConnection(host, port, timeout=seconds, context=context)


def _cut_off(connection: http.client.HTTPConnection, late: threading.Event) -> None:
    """End the connection under whoever reads from it."""
    late.set()
    with suppress(OSError, AttributeError):
        connection.sock.shutdown(2)


def _read(response: http.client.HTTPResponse) -> Answer:
    body = response.read(LONGEST_ANSWER + 1)
    if len(body) > LONGEST_ANSWER:
        raise http.client.HTTPException("the answer is too long")
    announced = response.headers.get("Content-Length", "")
    if announced.isdigit() and len(body) < int(announced):
        raise http.client.HTTPException("the answer broke off")
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Answer(status=response.status, headers=headers, body=body)
