"""Taking a step on measures: one conditional update and one event for each that moved."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from customs_portal.accounts.models import User
from customs_portal.events.kinds import Kind
from customs_portal.events.services import record_many
from declarations.lifecycle.measure import OF_KIND
from declarations.lifecycle.moving import move
from declarations.models import Measure
from declarations.services.measures import told


def step(
    measures: Sequence[Measure],
    verb: str,
    kind: Kind,
    *,
    at: datetime,
    actor: User | None = None,
    **more: Any,
) -> list[Measure]:
    """Apply the verb to measures whose ENS are locked, tell of it, and return those that moved.

    The measures of the result are in their new state. `more` goes into the event.
    """
    moved: list[Measure] = []
    for name in dict.fromkeys(measure.kind for measure in measures):
        ours = [measure for measure in measures if measure.kind == name]
        ids = move(Measure, OF_KIND[name], verb, [measure.pk for measure in ours])
        for measure in ours:
            if measure.pk in ids:
                measure.status = OF_KIND[name].target(measure.status, verb) or measure.status
                moved.append(measure)
    who = actor.pk if actor else None
    record_many([told(kind, measure, at=at, actor=who, **more) for measure in moved])
    return moved


def can(measure: Measure, verb: str) -> bool:
    """Whether the verb leads on from where the measure stands."""
    return OF_KIND[measure.kind].target(measure.status, verb) is not None
