"""Lists of names: how many matches each has made, what became of them, and what needs a look."""

from datetime import date, timedelta

import msgspec
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from customs_portal.accounts.models import User
from customs_portal.pages.reads.queue import person
from risk import policies
from risk.models import NameHit, NameMatch, ReferenceList, ReferenceListEntry, Rescreening
from risk.models.rule import BY_LIKENESS

SOON = timedelta(days=30)
"""Entries that end so soon are shown as expiring."""


class NameListLine(msgspec.Struct, frozen=True, kw_only=True):
    """One list of names with its figures; `progress` is what is still held against it."""

    code: str
    name: str
    kind: str
    is_secret: bool
    owner: str
    threshold: int
    entries: int
    matches: int
    dismissed: int
    confirmed: int
    suppressed: int
    never: int
    expiring: int
    progress: str


def lines(user: User, day: date) -> list[NameListLine]:
    """Return the lists of names that the user may know of, by code."""
    found = ReferenceList.objects.filter(kind__in=BY_LIKENESS).select_related("owner")
    return [_line(each, day) for each in found if policies.sees_entry(user, each)]


def figures(found: ReferenceList, day: date) -> NameListLine:
    """Return the figures of one list."""
    return _line(found, day)


def never_matched(found: ReferenceList) -> QuerySet[ReferenceListEntry]:
    """Return the entries that no name has ever matched."""
    own = NameMatch.objects.filter(entry=OuterRef("pk"))
    return found.entries.filter(~Exists(own), removed_in__isnull=True)


def _line(found: ReferenceList, day: date) -> NameListLine:
    counts = _matches(found, day)
    entries = found.entries.filter(removed_in__isnull=True)
    ending = entries.filter(valid_to__gte=day, valid_to__lte=day + SOON)
    return NameListLine(
        code=found.code,
        name=found.name,
        kind=found.get_kind_display(),
        is_secret=found.secret,
        owner=person(found.owner) if found.owner else "",
        threshold=int(found.threshold * 100),
        entries=entries.count(),
        matches=counts["all"],
        dismissed=counts["dismissed"],
        confirmed=counts["confirmed"],
        suppressed=_suppressed(found),
        never=never_matched(found).count(),
        expiring=ending.count(),
        progress=_progress(found),
    )


def _matches(found: ReferenceList, day: date) -> dict[str, int]:
    standing = Q(verdicts__revoked_at__isnull=True)
    dismissed = standing & Q(verdicts__verdict="dismissed", verdicts__until__gte=day)
    return (
        NameMatch.objects.in_lists()
        .filter(entry__list=found)
        .aggregate(
            all=Count("pk", distinct=True),
            dismissed=Count("pk", filter=dismissed, distinct=True),
            confirmed=Count(
                "pk", filter=standing & Q(verdicts__verdict="confirmed"), distinct=True
            ),
        )
    )


def _suppressed(found: ReferenceList) -> int:
    quiet = NameHit.objects.filter(match__entry__list=found, suppressed_by__isnull=False)
    return quiet.values("ens").distinct().count()


def _progress(found: ReferenceList) -> str:
    job = Rescreening.objects.filter(list=found, state=Rescreening.State.RUNNING).last()
    return f"{job.looked_at} / {job.total}" if job else ""
