"""Clocks as pure functions: a clock is lawful by comparing times, never by whether a timer ran.

A suspended clock keeps what was left of it. Times are aware and in UTC.
"""

from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from declarations.document import Document
from declarations.filing_types import (
    FilingLevel,
    filing_types,
    is_analysed_twice,
    is_preloading,
    level_of,
)
from declarations.tolerances import tolerance
from declarations.traffic import BEFORE_LOADING, TrafficClass, analysis_ends_at, traffic_class

VALID_FOR = timedelta(days=200)
"""UCC Art. 129(3); of filings of ICS2, from registration."""
LINKING_SHARE = 4
"""The first part of the window, after which the missing are reminded; half of it ends the wait."""
DO_NOT_LOAD_WINDOW = timedelta(hours=24)
"""Implementing Regulation (EU) 2015/2447 Art. 186(7): containerised deep sea, from receipt."""


class ClockKind(StrEnum):
    """What a clock limits (LIFECYCLE section 9)."""

    ANALYSIS = "analysis"
    DO_NOT_LOAD = "do_not_load"
    ARRIVAL = "arrival"
    RECONCILIATION = "reconciliation"
    LINKING = "linking"
    VALIDITY = "validity"
    SCREENING = "screening"
    PRELOADING = "preloading"


ENDED_BY_ARRIVAL = (ClockKind.ARRIVAL, ClockKind.RECONCILIATION, ClockKind.VALIDITY)


class ClockError(ValueError):
    """The clock cannot do that: it is stopped, or not in the state that is asked for."""


class Clock(msgspec.Struct, frozen=True, kw_only=True):
    """A running limit; `suspended_at` while it rests, `stopped_at` once it no longer counts."""

    kind: ClockKind
    started_at: datetime
    ends_at: datetime
    suspended_at: datetime | None = None
    stopped_at: datetime | None = None

    def left(self, at: datetime) -> timedelta:
        """Return what is left at that time, negative when it has run out."""
        return self.ends_at - (self.suspended_at or at)

    def has_ended(self, at: datetime) -> bool:
        """Whether the limit has run out while it counted."""
        runs = self.stopped_at is None and self.suspended_at is None
        return runs and self.ends_at <= at


def start(kind: ClockKind, *, at: datetime, length: timedelta) -> Clock:
    """Return a clock that runs from `at` for `length`."""
    return Clock(kind=kind, started_at=at, ends_at=at + length)


def suspend(clock: Clock, *, at: datetime) -> Clock:
    """Return the clock at rest; raises ClockError where it does not run."""
    if clock.stopped_at or clock.suspended_at:
        raise ClockError(f"The {clock.kind} clock does not run.")
    return msgspec.structs.replace(clock, suspended_at=at)


def resume(clock: Clock, *, at: datetime) -> Clock:
    """Return the clock running again with what was left of it; raises ClockError unless at rest."""
    if clock.stopped_at or clock.suspended_at is None:
        raise ClockError(f"The {clock.kind} clock is not suspended.")
    rested = at - clock.suspended_at
    return msgspec.structs.replace(clock, suspended_at=None, ends_at=clock.ends_at + rested)


def stop(clock: Clock, *, at: datetime) -> Clock:
    """Return the clock stopped for good; a stopped one stays as it is."""
    if clock.stopped_at:
        return clock
    return msgspec.structs.replace(clock, stopped_at=at)


def clocks_of(
    document: Document, received_at: datetime, traffic: TrafficClass | None = None
) -> list[Clock]:
    """Return the clocks that begin with receipt; `traffic` is an officer's correction.

    A house of ICS2 has none of its own but the one before loading (LIFECYCLE section 9). What is
    analysed twice has two that limit its analysis.
    """
    valid = [start(ClockKind.VALIDITY, at=received_at, length=VALID_FOR)]
    if level_of(document.type) is FilingLevel.HOUSE:
        return [*_clocks_of_house(document, received_at), *valid]
    traffic = traffic or traffic_class(document, received_at)
    ends = analysis_ends_at(document, received_at, traffic)
    found = [start(ClockKind.ANALYSIS, at=received_at, length=ends - received_at)]
    if traffic is TrafficClass.DEEP_SEA_CONTAINER:
        found.append(start(ClockKind.DO_NOT_LOAD, at=received_at, length=DO_NOT_LOAD_WINDOW))
    if is_analysed_twice(document.type):
        found.append(start(ClockKind.PRELOADING, at=received_at, length=BEFORE_LOADING))
    if level_of(document.type) is FilingLevel.MASTER:
        length = (ends - received_at) / LINKING_SHARE
        found.append(start(ClockKind.LINKING, at=received_at, length=length))
    if document.type in filing_types():
        found += valid
    return [*found, *_clocks_of_arrival(document, received_at)]


def _clocks_of_house(document: Document, received_at: datetime) -> list[Clock]:
    ends = analysis_ends_at(document, received_at)
    analysed = is_preloading(document.type)
    return [start(ClockKind.ANALYSIS, at=received_at, length=ends - received_at)] * analysed


def clock_before_loading(filing: str) -> ClockKind:
    """Return the clock that limits the analysis before loading of that type.

    A house has no other analysis of its own.
    """
    return ClockKind.PRELOADING if is_analysed_twice(filing) else ClockKind.ANALYSIS


def _clocks_of_arrival(document: Document, received_at: datetime) -> list[Clock]:
    """Return the clocks that hang on the arrival, none where it is not declared."""
    if document.expected_arrival is None:
        return []
    arrival = Clock(
        kind=ClockKind.ARRIVAL,
        started_at=received_at,
        ends_at=max(document.expected_arrival, received_at),
    )
    ends = max(document.expected_arrival + tolerance(document.transport_mode), received_at)
    return [arrival, start(ClockKind.RECONCILIATION, at=received_at, length=ends - received_at)]
