"""What the portal answers, as typed values."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class State(StrEnum):
    """How far a lodged message is."""

    RECEIVED = "received"
    PROCESSED = "processed"
    ANSWERED = "answered"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The answer to a lodging: the correlation id, and the response where it was waited for."""

    correlation_id: str
    state: State
    status: int
    response_xml: bytes | None = None


@dataclass(frozen=True, kw_only=True)
class NotTaken:
    """Why one message of a batch was not taken."""

    code: str
    title: str


@dataclass(frozen=True, kw_only=True)
class Message:
    """A lodged message and what became of it."""

    correlation_id: str
    state: State
    kind: str | None
    mrn: str | None
    lrn: str | None
    received_at: datetime | None
    response_kind: str | None
    response_xml: str | None
    findings: tuple[dict[str, Any], ...]


@dataclass(frozen=True, kw_only=True)
class Notification:
    """A message that customs has for this operator, not asked for by a lodging."""

    id: str
    kind: str
    mrn: str | None
    created_at: datetime
    url: str


def read_message(data: dict[str, Any]) -> Message:
    """Return the message of the portal's JSON; raises KeyError or ValueError for anything else."""
    response = data.get("response") or {}
    received_at = data.get("received_at")
    return Message(
        correlation_id=data["id"],
        state=State(data["state"]),
        kind=data.get("kind") or None,
        mrn=data.get("mrn") or None,
        lrn=data.get("lrn") or None,
        received_at=datetime.fromisoformat(received_at) if received_at else None,
        response_kind=response.get("kind"),
        response_xml=response.get("xml"),
        findings=tuple(data.get("findings") or ()),
    )


def read_notification(data: dict[str, Any]) -> Notification:
    """Return one line of the list of notifications."""
    return Notification(
        id=str(data["id"]),
        kind=data["kind"],
        mrn=data.get("mrn") or None,
        created_at=datetime.fromisoformat(data["created_at"]),
        url=data["url"],
    )


def read_result(data: dict[str, Any], status: int) -> Answer | NotTaken:
    """Return what became of one message of a batch."""
    if "error" in data:
        return NotTaken(code=data["error"]["code"], title=data["error"]["title"])
    return Answer(correlation_id=data["id"], state=State(data["state"]), status=status)
