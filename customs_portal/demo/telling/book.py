"""The stories of the demo in their order, and the telling of all of them."""

from collections.abc import Callable
from datetime import datetime

from customs_portal.demo.telling.air import WholeAirWay
from customs_portal.demo.telling.changed_consignee import ChangedConsignee
from customs_portal.demo.telling.changed_seal import ChangedSeal
from customs_portal.demo.telling.late import RejectedTwice
from customs_portal.demo.telling.late_house import LateHouse
from customs_portal.demo.telling.precursor import Precursor
from customs_portal.demo.telling.story import Story
from customs_portal.demo.telling.strike import Strike
from customs_portal.demo.telling.truck import LateTruck
from customs_portal.demo.telling.two_declarations import TwoDeclarations
from customs_portal.demo.telling.undeclared import NothingDeclared

STORIES: tuple[type[Story], ...] = (
    ChangedSeal,
    Precursor,
    RejectedTwice,
    ChangedConsignee,
    Strike,
    TwoDeclarations,
    LateTruck,
    WholeAirWay,
    LateHouse,
    NothingDeclared,
)


def tell_all(*, now: datetime, told: Callable[[Story], object] | None = None) -> list[Story]:
    """Tell every story so that it has ended by now; those that began first come first."""
    kinds = sorted(STORIES, key=lambda kind: kind.span, reverse=True)
    stories = []
    for kind in kinds:
        story = kind(now - kind.span)
        story.tell()
        stories.append(story)
        if told:
            told(story)
    return stories
