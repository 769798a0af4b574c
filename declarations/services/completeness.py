"""Whether every filing that a master names is there (LIFECYCLE E2 to E5).

A quarter of the window is left to wait for houses before the missing are reminded, and half of it
before the rest is analysed with what is there, so that the other half is left to analyse.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from django.db import connection
from django.utils.translation import gettext as _

from customs_portal.accounts.models import User
from customs_portal.events.kinds import Kind
from customs_portal.events.services import NewEvent, record_many
from declarations import policies
from declarations.clocks import ClockKind
from declarations.events import (
    ENS_COMPLETED,
    ENS_CONSIDERED_COMPLETE,
    ENS_INCOMPLETE,
    FILING_EXPECTED,
)
from declarations.expected import Missing, not_filed, which_lack, which_lack_below
from declarations.lifecycle import ENS, move
from declarations.models import Ens, EnsMember, EnsVersion
from declarations.services.clocks import begin_analysis, stop_clocks
from declarations.services.locks import assert_in_transaction, lock_ens
from declarations.services.results import Changed, Refused, refused

AT_A_TIME = 200
MOST_TOLD = 9999
_PENDING, _COMPLETE = Ens.Completeness.PENDING, Ens.Completeness.COMPLETE
_CONSIDERED = Ens.Completeness.CONSIDERED_COMPLETE
_WAITED = """
SELECT id FROM declarations_ens
WHERE status = 'forming' AND completeness = 'pending'
  AND registered_at + (analysis_ends_at - registered_at) / 2 <= %s
ORDER BY analysis_ends_at LIMIT %s
"""
_REMIND = """
UPDATE declarations_clock SET ended_at = %(at)s
WHERE id = ANY(ARRAY(
    SELECT id FROM declarations_clock
    WHERE stopped_at IS NULL AND ended_at IS NULL AND ends_at <= %(at)s AND kind = 'linking'
    ORDER BY ends_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED))
RETURNING ens_id
"""


def judge_completeness(filings: Collection[int], *, at: datetime) -> None:
    """Let the ENS of these filings be complete or not by what is there; they are locked.

    The filings are all below which one came or went, and all that came: one that was complete is so
    while these lack nothing.
    It stays so too where its filer withdraws a house.
    """
    assert_in_transaction()
    own = EnsMember.objects.filter(filing__in=filings).values("ens")
    found = Ens.objects.filter(pk__in=own).exclude(completeness="")
    ens = {each.pk: each for each in found.exclude(status__in=_OVER)}
    before = {each.pk for each in ens.values() if each.completeness == _COMPLETE}
    whole = ens.keys() - before - which_lack(ens.keys() - before)
    _complete([ens[key] for key in sorted(whole)], at)
    parted = [ens[key] for key in sorted(before & which_lack_below(filings))]
    Ens.objects.filter(pk__in=[each.pk for each in parted]).update(completeness=_PENDING)
    _tell_missing(parted, at)


_OVER = (Ens.Status.INVALIDATED, Ens.Status.CLOSED, Ens.Status.ABSORBED)


def _complete(ens: Sequence[Ens], at: datetime) -> None:
    """E3."""
    keys = [each.pk for each in ens]
    begin_analysis(move(Ens, ENS, "complete", keys), at=at)
    Ens.objects.filter(pk__in=keys).update(completeness=_COMPLETE)
    stop_clocks(keys, [ClockKind.LINKING], at=at)
    versions = _current_versions(ens)
    record_many([_event(ENS_COMPLETED, each, versions[each.pk], at) for each in ens])


def remind_missing(*, at: datetime) -> int:
    """Tell who filed the masters that waited so long, and who is missing (E4); return how many."""
    assert_in_transaction()
    with connection.cursor() as cursor:
        cursor.execute(_REMIND, {"at": at, "limit": AT_A_TIME})
        waited = [row[0] for row in cursor.fetchall()]
    locked = lock_ens(waited)
    pending = [ens for ens in locked.values() if ens.completeness == _PENDING]
    _tell_missing(pending, at)
    return len(waited)


def _tell_missing(ens: Sequence[Ens], at: datetime) -> None:
    """Tell who is named and has not filed; a house that is only looked at has."""
    members = EnsMember.objects.filter(ens__in=[each.pk for each in ens])
    filings: dict[int, list[int]] = defaultdict(list)
    for own, filing in members.order_by("filing").values_list("ens", "filing"):
        filings[own].append(filing)
    lacking = not_filed([filing for own in filings.values() for filing in own])
    events: list[NewEvent] = []
    for each in ens:
        wanted = [one for filing in filings[each.pk] for one in lacking.get(filing, ())]
        if not wanted:
            continue
        people = sorted({one.named for one in wanted if one.named})
        told: dict[str, object] = {"missing": people[:MOST_TOLD], "missing_count": len(wanted)}
        data = {"ens": each.pk, "mrn": each.mrn, "version": each.version, **told}
        events.append(NewEvent(kind=ENS_INCOMPLETE, at=at, stream=each.pk, data=data))
        events += expected_events(each, wanted, at)
    record_many(events)


def expected_events(ens: Ens, wanted: Iterable[Missing], at: datetime) -> list[NewEvent]:
    """Return the events by which each person named is told that a filing is expected (IE3N11)."""
    named = {(one.named, one.document): one for one in wanted if one.named}
    return [
        NewEvent(
            kind=FILING_EXPECTED,
            at=at,
            stream=ens.pk,
            data={
                "filing": one.filing,
                "named": one.named,
                "office": ens.office_of_first_entry,
                "version": ens.version,
            },
        )
        for one in list(named.values())[:MOST_TOLD]
    ]


def stop_waiting(*, at: datetime) -> int:
    """Let the masters that waited long enough be analysed; return how many were looked at."""
    assert_in_transaction()
    with connection.cursor() as cursor:
        cursor.execute(_WAITED, [at, AT_A_TIME])
        waited = [row[0] for row in cursor.fetchall()]
    locked = lock_ens(waited)
    moved = move(Ens, ENS, "complete", waited)
    _consider([locked[key] for key in sorted(moved)], at)
    return len(waited)


def consider_complete(ens: int, *, reason: str, officer: User, at: datetime) -> Changed | Refused:
    """Let an officer have a master analysed with what is there (E5), before its time."""
    if not policies.may_handle_ens(officer, ens, at):
        return refused("not_found", _("There is no such declaration for you."))
    if not reason.strip():
        return refused("reason", _("Give a reason."), "reason")
    locked = lock_ens([ens])
    if not move(Ens, ENS, "complete", [ens]):
        return refused("state", _("It does not wait for other filings."))
    _consider([locked[ens]], at, officer=officer.pk, reason=reason.strip()[:400])
    return Changed(id=ens)


def _consider(
    ens: Sequence[Ens], at: datetime, *, officer: int | None = None, reason: str = ""
) -> None:
    keys = [each.pk for each in ens]
    Ens.objects.filter(pk__in=keys).update(completeness=_CONSIDERED)
    begin_analysis(keys, at=at)
    stop_clocks(keys, [ClockKind.LINKING], at=at)
    versions = _current_versions(ens)
    more = {"reason": reason} if reason else {}
    record_many(
        [
            _event(ENS_CONSIDERED_COMPLETE, each, versions[each.pk], at, officer, **more)
            for each in ens
        ]
    )


def _current_versions(ens: Sequence[Ens]) -> dict[int, EnsVersion]:
    """Return by ENS its version of now."""
    found = EnsVersion.objects.filter(ens__in=[each.pk for each in ens])
    return {row.ens_id: row for row in found.order_by("ens", "-number").distinct("ens")}


def _event(
    kind: Kind, ens: Ens, version: EnsVersion, at: datetime, actor: int | None = None,
    **more: object,
) -> NewEvent:  # fmt: skip
    data = {
        "ens": ens.pk,
        "ens_version": version.pk,
        "version": version.number,
        "mrn": ens.mrn,
        "weight": len(version.filing_versions),
        **more,
    }
    return NewEvent(kind=kind, at=at, stream=ens.pk, actor=actor, data=data)
