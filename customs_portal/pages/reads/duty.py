"""Duty: where an official stands, who stands in, who keeps out, and the load of their teams."""

from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
from django.db.models import Count, Q

from customs_portal.accounts import policies
from customs_portal.accounts.models import Recusal, Role, Substitution, Team, User
from customs_portal.pages.reads.queue import person
from customs_portal.reference.models import OfficeHours
from customs_portal.reference.opening import Opening, opening
from customs_portal.reference.snapshot import Snapshot
from risk.models import Case


class OfficeLine(msgspec.Struct, frozen=True, kw_only=True):
    """An office of the user, and whether it is open."""

    reference: str
    name: str
    zone: ZoneInfo
    opening: Opening


class MemberLine(msgspec.Struct, frozen=True, kw_only=True):
    """A member of a team with their open cases, and who stands in for them."""

    name: str
    open: int
    late: int
    substitute: str


class TeamLines(msgspec.Struct, frozen=True, kw_only=True):
    """A team and its members."""

    name: str
    office: str
    supervisor: str
    members: list[MemberLine]


class DutyPage(msgspec.Struct, frozen=True, kw_only=True):
    """What an official sees of duty."""

    offices: list[OfficeLine]
    recusals: list[Recusal]
    absences: list[Substitution]
    teams: list[TeamLines]
    is_supervisor: bool


def read(user: User, snapshot: Snapshot, at: datetime) -> DutyPage:
    """Return the page; the number of queries does not depend on how much there is."""
    absences = Substitution.objects.filter(valid_to__gt=at.date()).filter(
        Q(absent=user)
        | Q(substitute=user)
        | Q(absent__in=colleagues(user) if user.role == Role.SUPERVISOR else [])
    )
    recusals = Recusal.objects.visible_to(user).live(at).select_related("user")
    return DutyPage(
        offices=_offices(sorted(policies.office_references(user)), snapshot, at),
        recusals=list(recusals),
        absences=list(absences.select_related("absent", "substitute").distinct()),
        teams=_teams(user, at),
        is_supervisor=user.role == Role.SUPERVISOR,
    )


def colleagues(user: User) -> list[int]:
    """Return the ids of those who work on cases at an office of the user's, the user included."""
    offices = policies.office_references(user)
    found = User.objects.filter(
        is_active=True,
        role__in=policies.OFFICER_ROLES,
        office_memberships__office__reference__in=offices,
    )
    return list(found.distinct().values_list("pk", flat=True))


def _offices(references: list[str], snapshot: Snapshot, at: datetime) -> list[OfficeLine]:
    hours: dict[str, list[OfficeHours]] = {reference: [] for reference in references}
    found = OfficeHours.objects.filter(office__reference__in=references).select_related("office")
    for row in found:
        hours[row.office.reference].append(row)
    rows = [(reference, snapshot.office(reference)) for reference in references]
    return [
        OfficeLine(
            reference=reference,
            name=office.name,
            zone=ZoneInfo(office.timezone),
            opening=opening(hours[reference], ZoneInfo(office.timezone), at),
        )
        for reference, office in rows
        if office is not None
    ]


def _teams(user: User, at: datetime) -> list[TeamLines]:
    """Return the teams of the user with the load of each member."""
    teams = Team.objects.filter(Q(supervisor=user) | Q(members=user)).distinct()
    found = list(
        teams.select_related("office", "supervisor").prefetch_related("members").order_by("name")
    )
    ids = {member.pk for team in found for member in team.members.all()}
    load = _load(user, ids, at)
    away = {
        each.absent_id: person(each.substitute)
        for each in Substitution.objects.live(at)
        .filter(absent__in=ids)
        .select_related("substitute")
    }
    return [
        TeamLines(
            name=team.name,
            office=team.office.name,
            supervisor=person(team.supervisor),
            members=[
                MemberLine(
                    name=person(member),
                    open=load.get(member.pk, (0, 0))[0],
                    late=load.get(member.pk, (0, 0))[1],
                    substitute=away.get(member.pk, ""),
                )
                for member in team.members.all()
            ],
        )
        for team in found
    ]


def _load(user: User, ids: set[int], at: datetime) -> dict[int, tuple[int, int]]:
    """Return how many open and late cases each has, of those that the user sees."""
    cases = Case.objects.open().visible_to(user).filter(assignee__in=ids).order_by()
    counted = cases.values("assignee").annotate(
        open=Count("pk"), late=Count("pk", filter=Q(due_at__lt=at))
    )
    return {row["assignee"]: (row["open"], row["late"]) for row in counted}
