"""Until when to lodge and how long the analysis takes, before anything is declared."""

from datetime import datetime, timedelta

import msgspec

from declarations.traffic import Carriage, TimeLimit, TrafficClass, derived_class, limit_of


class Movement(msgspec.Struct, frozen=True, kw_only=True):
    """A planned movement; places are UN/LOCODEs or countries, times are aware.

    `left_at` is when loading begins in the foreign port, or when a flight departs.
    """

    mode: str
    loading: str
    unloading: str
    boxed: bool
    arrives_at: datetime | None
    left_at: datetime | None


class Deadline(msgspec.Struct, frozen=True, kw_only=True):
    """The limits of a movement and the rule they come from.

    `lodge_by` is None where the time that it counts from is not known, `analysis` is None where it
    lasts until the arrival.
    """

    traffic: TrafficClass
    limit: TimeLimit
    lodge_by: datetime | None

    @property
    def rule(self) -> str:
        """The article that sets the limit of lodging."""
        return self.limit.rule

    @property
    def analysis(self) -> timedelta | None:
        """How long customs may take, from receipt."""
        return self.limit.analysis


def deadline(movement: Movement, at: datetime) -> Deadline:
    """Return the limits of the movement as they are in force at that time."""
    carriage = Carriage(
        loading=movement.loading.upper(),
        unloading=movement.unloading.upper(),
        boxed=movement.boxed,
    )
    traffic = derived_class(movement.mode, [carriage], at)
    limit = limit_of(traffic, at)
    counted_from = movement.arrives_at if limit.lodging_before == "arrival" else movement.left_at
    return Deadline(
        traffic=traffic,
        limit=limit,
        lodge_by=counted_from - limit.lodging if counted_from else None,
    )
