"""The state of an entry leg, derived from its consignments; stored nowhere."""

from collections.abc import Collection
from enum import StrEnum


class LegState(StrEnum):
    """Where the goods stand at one office of the itinerary."""

    EXPECTED = "expected"
    NOT_ARRIVED = "not_arrived"
    PARTIALLY_ARRIVED = "partially_arrived"
    ARRIVED = "arrived"
    PRESENTED = "presented"
    UNDER_CONTROL = "under_control"
    DONE = "done"


_ENDED = frozenset({"released", "not_released", "onward", "no_longer_declared"})
_HERE = {
    "under_control": LegState.UNDER_CONTROL,
    "presented": LegState.PRESENTED,
    "partially_arrived": LegState.PARTIALLY_ARRIVED,
}
"""What one consignment makes of the whole leg, the state that asks most of the office first."""


def leg_state(goods: Collection[str]) -> LegState:
    """Return the state of a leg whose consignments are in these states.

    The state that asks most of the office counts; some arrived and some not is partly arrived.
    """
    living = [state for state in goods if state not in _ENDED]
    if goods and not living:
        return LegState.DONE
    for state, leg in _HERE.items():
        if state in living:
            return leg
    if "arrived" in living:
        whole = all(state == "arrived" for state in living)
        return LegState.ARRIVED if whole else LegState.PARTIALLY_ARRIVED
    ended_here = any(state in ("released", "not_released", "onward") for state in goods)
    if ended_here:
        return LegState.PARTIALLY_ARRIVED
    missed = bool(living) and all(state == "not_arrived" for state in living)
    return LegState.NOT_ARRIVED if missed else LegState.EXPECTED
