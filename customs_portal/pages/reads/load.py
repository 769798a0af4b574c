"""The load of officers and offices, how old it is, and how long decisions took."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db.models import Count, Min, Q, QuerySet

from customs_portal.accounts import policies
from customs_portal.accounts.models import User
from customs_portal.pages.access import CASEWORK
from customs_portal.pages.reads.queue import person
from customs_portal.pages.reads.queue_page import Cases, scope
from customs_portal.pages.wording import URGENT, span
from customs_portal.reference.snapshot import Snapshot
from risk import decision_times
from risk.decision_times import NONE, Times
from risk.models import Case, Decision

PERIOD = timedelta(days=7)
HOURS = (1, 4, 24)
"""Ages by which open cases are told apart."""


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """What one officer or office has: open cases by urgency and age, and decisions of a week.

    `since` is when the oldest was claimed, or opened at an office. `ages` counts the cases younger
    than each of HOURS, and those that are older.
    """

    key: str
    name: str
    open: int = 0
    late: int = 0
    hour: int = 0
    nobody: int = 0
    since: datetime | None = None
    ages: tuple[int, ...] = ()
    times: Times = NONE

    @property
    def waited(self) -> str:
        """Half of the decisions took less than this from the opening of the case."""
        return span(self.times.waited) if self.times.waited is not None else ""

    @property
    def worked(self) -> str:
        """Half of the decisions took less than this from the claim."""
        return span(self.times.worked) if self.times.worked is not None else ""


class LoadPage(msgspec.Struct, frozen=True, kw_only=True):
    """The two tables of the page."""

    officers: list[Load]
    offices: list[Load]


def read(user: User, snapshot: Snapshot, at: datetime) -> LoadPage:
    """Return the load that the user sees; the number of queries does not depend on it."""
    cases, decisions = scope(user).order_by(), _decisions(user, at)
    claimed = cases.filter(assignee__isnull=False)
    offices = _by("office", cases, _figures(at))
    officers = _by("assignee", claimed, _figures(at) | {"since": Min("assigned_at")})
    of_office = decision_times.times_by("case__office", decisions)
    of_officer = decision_times.times_by("officer", decisions)
    people = User.objects.in_bulk(sorted({*officers, *of_officer}, key=str))
    return LoadPage(
        officers=_loads({key: person(each) for key, each in people.items()}, officers, of_officer),
        offices=_loads(_names({*offices, *of_office}, snapshot), offices, of_office),
    )


def _by(field: str, cases: Cases, figures: dict[str, Any]) -> dict[Any, dict[str, Any]]:
    """Return the figures of the cases by a field of theirs."""
    rows: list[dict[str, Any]] = list(cases.values(field).annotate(**figures))
    return {row.pop(field): row for row in rows}


def _decisions(user: User, at: datetime) -> QuerySet[Decision]:
    """Return the decisions of the period on cases of the offices whose load the user sees."""
    found = decision_times.taken(at - PERIOD, at)
    if user.role in CASEWORK and not policies.belongs_to_risk_centre(user):
        found = found.filter(case__office__in=sorted(policies.office_references(user)))
    return found.filter(case__in=Case.objects.visible_to(user))


def _figures(at: datetime) -> dict[str, Any]:
    ends = [None, *(at - timedelta(hours=hours) for hours in HOURS)]
    ages = {
        f"age{number}": Count("pk", filter=_between(younger, older))
        for number, (younger, older) in enumerate(zip(ends, [*ends[1:], None], strict=True))
    }
    return {
        "open": Count("pk"),
        "late": Count("pk", filter=Q(due_at__lt=at)),
        "hour": Count("pk", filter=Q(due_at__gte=at, due_at__lt=at + URGENT)),
        "nobody": Count("pk", filter=Q(assignee__isnull=True)),
        "since": Min("opened_at"),
        **ages,
    }


def _between(until: datetime | None, since: datetime | None) -> Q:
    found = Q()
    if until is not None:
        found &= Q(opened_at__lte=until)
    return found & Q(opened_at__gt=since) if since is not None else found


def _loads(
    names: Mapping[Any, str], cases: Mapping[Any, dict[str, Any]], times: Mapping[Any, Times]
) -> list[Load]:
    found = [
        _load(key, name, cases.get(key, {}), times.get(key, NONE)) for key, name in names.items()
    ]
    return sorted(found, key=lambda load: (-load.late, -load.open, load.name))


def _load(key: object, name: str, figures: dict[str, Any], times: Times) -> Load:
    ages = tuple(figures.get(f"age{number}", 0) for number in range(len(HOURS) + 1))
    rest = {each: value for each, value in figures.items() if not each.startswith("age")}
    return Load(key=str(key), name=name, ages=ages, times=times, **rest)


def _names(offices: set[Any], snapshot: Snapshot) -> dict[str, str]:
    rows = {reference: snapshot.office(reference) for reference in offices}
    return {
        reference: f"{row.name} {reference}" if row else reference
        for reference, row in rows.items()
    }
