"""The story of a stream, told in sentences."""

from datetime import datetime
from typing import Any

import msgspec
from django.utils.encoding import force_str

from customs_portal.events.models import Event
from customs_portal.events.routing import pipeline


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
    """Event data whose absent keys read as empty, since old events may lack newer keys."""

    def __missing__(self, key: str) -> str:
        return ""
