"""One kept-alive HTTP connection with time limit and polite retries."""

import http.client
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from customs_portal.client.errors import ApiError, Unavailable, Unreachable, error_for

RETRIES = 5
LONGEST_PAUSE = 30.0
LONGEST_DETAIL = 500


@dataclass(frozen=True, kw_only=True)
class Reply:
    """A whole HTTP answer of class 2xx; header names in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class _Request:
    method: str
    path: str
    body: bytes | None
    headers: Mapping[str, str]
    extra_wait: float


class Connection:
    """Speaks to one portal; not for use by several threads at once."""

    def __init__(
        self,
        url: str,
        headers: Mapping[str, str],
        *,
        timeout: float,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"not an http or https address: {url!r}")
        self._parts, self._headers = parts, dict(headers)
        self._timeout, self._pause = timeout, pause
        self._http: http.client.HTTPConnection | None = None

    def request(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        *,
        extra_wait: float = 0,
        media_type: str | None = None,
    ) -> Reply:
        """Send a request and return its answer; 503 is tried again after its Retry-After.

        `media_type` is that of the body where it is not the usual one. `extra_wait` is added to
        the time limit, for answers that the portal is asked to wait with. Raises ApiError for every
        status of 400 or more, and Unreachable when no answer comes.
        """
        headers = {**self._headers, "Content-Type": media_type} if media_type else self._headers
        sending = _Request(method, path, body, headers, extra_wait)
        for _ in range(RETRIES):
            try:
                return self._once(sending)
            except Unavailable as refusal:
                if refusal.status != 503 or refusal.retry_after is None:
                    raise
                self._pause(min(refusal.retry_after, LONGEST_PAUSE))
        return self._once(sending)

    def close(self) -> None:
        """End the connection; the next request opens a new one."""
        if self._http is not None:
            self._http.close()
            self._http = None

    def _once(self, sending: "_Request") -> Reply:
        fresh = self._http is None
        try:
            return self._exchange(sending)
        except (
            http.client.RemoteDisconnected,
            ConnectionResetError,
            BrokenPipeError,
        ) as lost:
            self.close()
            # A kept connection that the server has closed meanwhile: the portal knows a repeated
            # message by its identification, so sending it once more is safe.
            if fresh:
                raise Unreachable(str(lost)) from lost
        except (OSError, http.client.HTTPException) as lost:
            self.close()
            raise Unreachable(str(lost)) from lost
        return self._again(sending)

    def _again(self, sending: "_Request") -> Reply:
        try:
            return self._exchange(sending)
        except (OSError, http.client.HTTPException) as lost:
            self.close()
            raise Unreachable(str(lost)) from lost

    def _exchange(self, sending: "_Request") -> Reply:
        connection = self._open(self._timeout + sending.extra_wait)
        path = self._parts.path.rstrip("/") + sending.path
        connection.request(sending.method, path, sending.body, sending.headers)
        response = connection.getresponse()
        content = response.read()
        if response.status >= 400:
            raise _refusal(response, content)
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Reply(status=response.status, headers=headers, body=content)

    def _open(self, limit: float) -> http.client.HTTPConnection:
        if self._http is None:
            self._http = self._new(limit)
            self._http.connect()
            # Small requests on a kept connection stall for 40 ms under Nagle's algorithm.
            self._http.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._http.timeout = limit
        if self._http.sock is not None:
            self._http.sock.settimeout(limit)
        return self._http

    def _new(self, limit: float) -> http.client.HTTPConnection:
        host, port = self._parts.hostname or "", self._parts.port
        if self._parts.scheme == "http":
            return http.client.HTTPConnection(host, port, timeout=limit)
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(host, port, timeout=limit, context=context)


def _refusal(response: http.client.HTTPResponse, content: bytes) -> ApiError:
    detail = content[:LONGEST_DETAIL].decode("utf-8", "replace") or response.reason
    return error_for(response.status, detail, _seconds(response.headers.get("Retry-After")))


def _seconds(header: str | None) -> float | None:
    return float(header) if header and header.isdigit() else None
