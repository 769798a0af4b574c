"""The verbs of the API: lodge a message, follow it, collect what customs sends."""

import json
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

from customs_portal.client.answers import (
    Answer,
    Message,
    Notification,
    NotTaken,
    State,
    read_message,
    read_notification,
    read_result,
)
from customs_portal.client.batch import multipart
from customs_portal.client.connection import Connection, Reply
from customs_portal.client.errors import ApiError

LONGEST_WAIT = 20


class Client:
    """One operator's system at one portal; use one client for each thread.

    `timeout` is in seconds and excludes the time that the portal is asked to wait.
    """

    def __init__(
        self,
        url: str,
        token: str,
        *,
        timeout: float = 30.0,
        pause: Callable[[float], None] | None = None,
    ) -> None:
        headers = {"Authorization": f"Token {token}", "Content-Type": "application/xml"}
        pausing = {} if pause is None else {"pause": pause}
        self._connection = Connection(url, headers, timeout=timeout, **pausing)

    def lodge(self, xml: bytes, *, wait: int = 0) -> Answer:
        """Lodge a message; with `wait` (0 to 20 seconds) the response comes along if it is ready.

        Raises ApiError. A message that breaks rules is no error: its response says so.
        """
        reply = self._connection.request(
            "POST", "/api/v1/messages" + _waiting(wait), xml, extra_wait=wait
        )
        if _is_xml(reply):
            return _answered(reply)
        data = _json(reply)
        return Answer(correlation_id=data["id"], state=State(data["state"]), status=reply.status)

    def lodge_batch(self, messages: Sequence[bytes]) -> list[Answer | NotTaken]:
        """Lodge up to 100 messages at once; return one result for each, in their order.

        Raises ApiError when none was taken.
        """
        body, media_type = multipart(messages)
        path = "/api/v1/messages/batch"
        reply = self._connection.request("POST", path, body, media_type=media_type)
        return [read_result(line, reply.status) for line in _json(reply)]

    def message(self, correlation_id: str) -> Message:
        """Return the state of a lodged message, with its response and findings."""
        reply = self._connection.request("GET", _path(correlation_id))
        return read_message(_json(reply))

    def answer(self, correlation_id: str, *, wait: int = 0) -> Answer:
        """Return the response to a lodged message; `response_xml` is None while there is none."""
        if wait == 0:
            return _answer_of(self.message(correlation_id))
        path = _path(correlation_id) + _waiting(wait)
        reply = self._connection.request("GET", path, extra_wait=wait)
        if _is_xml(reply):
            return _answered(reply)
        data = _json(reply)
        return Answer(correlation_id=data["id"], state=State(data["state"]), status=reply.status)

    def notifications(self) -> list[Notification]:
        """Return what customs has sent to the token's operator, page by page, the oldest first."""
        path: str | None = "/api/v1/notifications"
        found: list[Notification] = []
        while path:
            page = _json(self._connection.request("GET", path))
            found += [read_notification(line) for line in page["results"]]
            path = page["next"]
        return found

    def notification(self, notification_id: str) -> bytes:
        """Return the XML of one notification."""
        path = f"/api/v1/notifications/{quote(notification_id, safe='')}"
        return self._connection.request("GET", path).body

    def close(self) -> None:
        """End the connection."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _waiting(seconds: int) -> str:
    if not 0 <= seconds <= LONGEST_WAIT:
        raise ValueError(f"wait is 0 to {LONGEST_WAIT} seconds, not {seconds}")
    return f"?wait={seconds}" if seconds else ""


def _path(correlation_id: str) -> str:
    return f"/api/v1/messages/{quote(correlation_id, safe='')}"


def _is_xml(reply: Reply) -> bool:
    return reply.headers.get("content-type", "").partition(";")[0].strip() == "application/xml"


def _answered(reply: Reply) -> Answer:
    return Answer(
        correlation_id=reply.headers["x-correlation-id"],
        state=State.ANSWERED,
        status=reply.status,
        response_xml=reply.body,
    )


def _answer_of(message: Message) -> Answer:
    xml = message.response_xml
    return Answer(
        correlation_id=message.correlation_id,
        state=message.state,
        status=200,
        response_xml=None if xml is None else xml.encode(),
    )


def _json(reply: Reply) -> Any:
    try:
        return json.loads(reply.body)
    except ValueError as problem:
        raise ApiError(reply.status, "the answer is not JSON") from problem
