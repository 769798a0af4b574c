"""The story of a stream, told in sentences."""

import re
from datetime import UTC, date, datetime
from typing import Any

import msgspec
from django.utils.encoding import force_str
from django.utils.formats import date_format
from django.utils.timezone import localtime

from customs_portal.events.models import Event
from customs_portal.events.routing import pipeline

_UTC = " UTC"
_NOTED = re.compile(rf"\d{{4}}-\d\d-\d\d( \d\d:\d\d{_UTC})?", re.ASCII)
"""A day, or a moment in UTC, as event data hold them."""


class StoryLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a story; `actor_id` is the person who did it, or None for the system."""

    at: datetime
    kind: str
    sentence: str
    data: dict[str, Any]
    actor_id: int | None


def story(streams: list[int]) -> list[StoryLine]:
    """Return what happened to these streams, newest first."""
    events = Event.objects.filter(stream__in=streams).order_by("-id")
    return [story_line(event) for event in events]


def story_line(event: Event) -> StoryLine:
    """Return one event as a line of a story."""
    kind = pipeline().kinds().get(event.kind)
    template = force_str(kind.sentence) if kind else event.kind
    return StoryLine(
        at=event.at,
        kind=event.kind,
        sentence=template % _Forgiving(event.data),
        data=event.data,
        actor_id=event.actor_id,
    )


class _Forgiving(dict[str, Any]):
    """Event data for a sentence; absent keys read as empty: old events lack newer ones."""

    def __getitem__(self, key: str) -> Any:
        return _spoken(super().__getitem__(key))

    def __missing__(self, key: str) -> str:
        return ""


def _spoken(value: Any) -> Any:
    """Return a day or a moment as other times are shown, a moment in local time."""
    if not isinstance(value, str) or not _NOTED.fullmatch(value):
        return value
    try:
        if value.endswith(_UTC):
            moment = datetime.strptime(value, f"%Y-%m-%d %H:%M{_UTC}").replace(tzinfo=UTC)
            return date_format(localtime(moment), "j M Y H:i")
        return date_format(date.fromisoformat(value), "j M Y")
    except ValueError:
        return value
