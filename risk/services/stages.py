"""Two assessments one after the other: before loading, then in full (LIFECYCLE sections 4 and 9).

Filings that are whole and lodged before loading (F20, F28) have both, each with its clock. While
the clock before loading is live, the first has still to be concluded; it stops with that, and the
full one is made, unless goods are not to be loaded.
"""

from collections.abc import Collection, Iterable
from datetime import datetime

import msgspec
from django.db.models import Q
from django.utils.translation import gettext as _

from customs_portal.events.services import NewEvent
from declarations.clocks import ClockKind
from declarations.models import Clock, EnsVersion
from risk.events import ASSESSMENT_COMPLETE, FULL_ASSESSMENT_DUE
from risk.models import Assessment

BEFORE_LOADING_STOPS = (ClockKind.PRELOADING,)


def not_loaded_yet(ens: Collection[int]) -> frozenset[int]:
    """Return the ENS that are analysed twice and whose assessment before loading is not over."""
    live = Clock.objects.filter(ens__in=ens, kind=ClockKind.PRELOADING, stopped_at__isnull=True)
    return frozenset(live.values_list("ens", flat=True))


def analysed_twice(ens: Collection[int]) -> frozenset[int]:
    """Return the ENS that have or had an assessment before loading besides the full one."""
    clocks = Clock.objects.filter(ens__in=ens, kind=ClockKind.PRELOADING)
    return frozenset(clocks.values_list("ens", flat=True))


def over_before_loading(ens: Collection[int]) -> Q:
    """Return what holds for an assessment after which the full one counts, made or not."""
    kind, status = Assessment.Kind.PRELOADING, Assessment.Status.CONCLUDED
    return Q(kind=kind, status=status, ens__in=analysed_twice(ens))


def full_one_follows(assessment: Assessment, result: str) -> bool:
    """Whether a full assessment follows one that is about to be concluded so."""
    if assessment.kind != Assessment.Kind.PRELOADING or result == Assessment.Result.DO_NOT_LOAD:
        return False
    return assessment.ens_id in not_loaded_yet([assessment.ens_id])


def full_one_due(
    version: EnsVersion,
    *,
    at: datetime,
    actor: int | None = None,
    not_before: datetime | None = None,
) -> NewEvent:
    """Return the event by which the full assessment of that version is made."""
    data = {"ens": version.ens_id, "ens_version": version.pk, "version": version.number}
    return NewEvent(
        kind=FULL_ASSESSMENT_DUE,
        at=at,
        stream=version.ens_id,
        actor=actor,
        data=data,
        not_before=not_before,
    )


def result_name(result: Assessment.Result, *, before_loading: bool) -> str:
    """Return the result in words; of two assessments the first is named as what it is."""
    return _("%s, before loading") % result.label if before_loading else str(result.label)


class Completed(msgspec.Struct, frozen=True, kw_only=True):
    """A version whose assessment is complete; `goes_on` where that was the one before loading."""

    ens: int
    version: int
    goes_on: bool = False


def complete(
    told: Iterable[Completed],
    at: datetime,
    *,
    actor: int | None = None,
    not_before: datetime | None = None,
) -> list[NewEvent]:
    """Return by which events the filers of ENS of ICS2 are told that these versions are assessed.

    They are the same whatever was found.
    """
    return [
        NewEvent(
            kind=ASSESSMENT_COMPLETE,
            at=at,
            stream=each.ens,
            actor=actor,
            data={"version": each.version, "before_loading": each.goes_on},
            not_before=not_before,
        )
        for each in told
    ]
