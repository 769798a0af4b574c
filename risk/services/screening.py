"""Asking other Member States for their e-screening of a filing, and what their answers do.

Only the clock makes of a missing answer a missing hit.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

import msgspec
from django.conf import settings
from django.db.models import Q

from customs_portal.events.services import NewEvent, record_many
from customs_portal.reference import snapshot
from declarations.clocks import ClockKind
from declarations.document import Document
from declarations.filing_types import filing_types
from declarations.involved import involved_states, screening_ends_at
from declarations.lifecycle import move
from declarations.models import Clock, Ens
from declarations.services.clocks import stop_clocks
from declarations.services.locks import assert_in_transaction
from risk.askable import askable
from risk.events import SCREENING_ASKED
from risk.lifecycle import SCREENING
from risk.models import Screening

SCREENING_CLOCK = (ClockKind.SCREENING,)


class Screened(msgspec.Struct, frozen=True, kw_only=True):
    """A version of an ENS of which other States may have something to say."""

    ens: Ens
    ens_version: int
    version: int
    kind: str
    document: Document

    @property
    def reference(self) -> str:
        """Return by what we and the State name the request."""
        return f"{self.ens.mrn}-{self.version}-{self.kind[0].upper()}"


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What the other States say of a version so far."""

    hits: tuple[str, ...] = ()
    awaits: bool = False


def ask_states(subjects: Sequence[Screened], *, at: datetime) -> dict[int, Standing]:
    """Ask every State that a filing of ICS2 concerns and that may be asked, once for a version.

    Return by ENS version where that stands, for those of which any State was asked. What is not
    lodged with us, and ICS phase 1, is not asked about. The caller holds the locks of the ENS rows.
    """
    assert_in_transaction()
    ours = [each for each in subjects if _is_ours(each)]
    if not ours:
        return {}
    known = _standings([each.ens_version for each in ours])
    fresh = [each for each in ours if each.ens_version not in known]
    asked = _requests(fresh, at) if fresh else []
    Screening.objects.bulk_create(asked)
    _start_clocks(asked)
    record_many(_asked(fresh, asked, at))
    return known | {each.ens_version_id: Standing(awaits=True) for each in asked}


def _is_ours(each: Screened) -> bool:
    return each.ens.role == Ens.OurRole.FIRST_ENTRY and each.document.type in filing_types()


def _standings(ens_versions: Sequence[int]) -> dict[int, Standing]:
    found: dict[int, Standing] = {}
    for row in Screening.objects.filter(is_ours=True, ens_version__in=ens_versions):
        before = found.get(row.ens_version_id, Standing())
        found[row.ens_version_id] = Standing(
            hits=(*before.hits, row.country) if row.state in Screening.HITS else before.hits,
            awaits=before.awaits or row.state == Screening.State.ASKED,
        )
    return found


def _requests(fresh: Sequence[Screened], at: datetime) -> list[Screening]:
    partners = askable(at.date()) - {settings.CUSTOMS_COUNTRY}
    reference = snapshot.current(at)
    members = frozenset(state for state in partners if reference.is_ics2(state))
    if not members:
        return []
    return [
        Screening(
            ens=each.ens,
            ens_version_id=each.ens_version,
            is_ours=True,
            country=state,
            kind=each.kind,
            reference=each.reference,
            reasons=list(why),
            asked_at=at,
            ends_at=screening_ends_at(each.document, each.kind, at, each.ens.analysis_ends_at),
        )
        for each in fresh
        for state, why in involved_states(each.document, each.kind, members).items()
    ]


def _start_clocks(asked: Sequence[Screening]) -> None:
    """Start one clock for each ENS: all States that are asked have the same time."""
    first = {each.ens_id: each for each in asked}
    if not first:
        return
    stop_clocks(first, SCREENING_CLOCK, at=asked[0].asked_at)
    Clock.objects.bulk_create(
        Clock(
            ens_id=ens,
            kind=ClockKind.SCREENING,
            started_at=each.asked_at,
            ends_at=each.ends_at,
        )
        for ens, each in first.items()
    )


def _asked(fresh: Sequence[Screened], asked: Sequence[Screening], at: datetime) -> list[NewEvent]:
    states: dict[int, list[str]] = {}
    for each in asked:
        states.setdefault(each.ens_version_id, []).append(each.country)
    return [
        NewEvent(
            kind=SCREENING_ASKED,
            at=at,
            stream=each.ens.pk,
            data={
                "ens_version": each.ens_version,
                "version": each.version,
                "countries": ", ".join(states[each.ens_version]),
            },
        )
        for each in fresh
        if each.ens_version in states
    ]


def set_aside(ens: Collection[int], *, at: datetime) -> None:
    """End what is still to be said of versions that no longer count, by other States or by us.

    The caller holds the locks of the ENS rows.
    """
    assert_in_transaction()
    asked = Q(state=Screening.State.ASKED) | Q(state=Screening.State.HIT, is_ours=False)
    found = dict(Screening.objects.filter(asked, ens__in=ens).values_list("pk", "ens"))
    if found:
        move(Screening, SCREENING, "set_aside", found)
        stop_clocks(set(found.values()), SCREENING_CLOCK, at=at)
