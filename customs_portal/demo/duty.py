"""Duty and representation in the demo: teams, hours, authorisations, mandates."""

from datetime import datetime, time

from customs_portal.accounts.models import Mandate, Operator, Team, TeamMembership, User
from customs_portal.reference.models import Office, OfficeHours

TEAM = "Deep sea"
MEMBERS = ("anna", "bram")
SUPERVISOR = "sofie"
WORKDAYS = range(5)
AUTHORISED = (
    ("NL900000011", Operator.Aeo.AEOF, "NLAEOF000011"),
    ("NL900000022", Operator.Aeo.AEOS, "NLAEOS000022"),
    ("NL900000055", Operator.Aeo.AEOC, "NLAEOC000055"),
)
MANDATES = (
    ("NL900000011", "NL900000022", (Mandate.Scope.AMEND, Mandate.Scope.READ)),
    ("NL900000055", "NL900000066", tuple(Mandate.Scope)),
)


def load(*, country: str, office: str, at: datetime) -> None:
    """Make what is missing of it; what somebody has changed stays."""
    _hours(country)
    _team(office)
    for eori, kind, number in AUTHORISED:
        Operator.objects.filter(eori=eori, aeo="").update(aeo=kind, aeo_number=number)
    for operator, representative, scopes in MANDATES:
        _mandate(operator, representative, scopes, at)


def _hours(country: str) -> None:
    """Let risk centres and offices at the border work day and night, inland offices by day."""
    inland = Office.objects.filter(country=country, kind=Office.Kind.INLAND, hours=None)
    OfficeHours.objects.bulk_create(
        OfficeHours(office=office, weekday=day, opens=time(7), closes=time(19))
        for office in inland
        for day in WORKDAYS
    )


def _team(office: str) -> None:
    supervisor = User.objects.get(username=SUPERVISOR)
    team, _created = Team.objects.get_or_create(
        office=Office.objects.get(reference=office), name=TEAM, defaults={"supervisor": supervisor}
    )
    for member in User.objects.filter(username__in=MEMBERS):
        TeamMembership.objects.get_or_create(team=team, user=member)


def _mandate(
    operator: str, representative: str, scopes: tuple[Mandate.Scope, ...], at: datetime
) -> None:
    pair = Operator.objects.in_bulk([operator, representative], field_name="eori")
    if len(pair) == 2:
        Mandate.objects.get_or_create(
            operator=pair[operator],
            representative=pair[representative],
            defaults={
                "scopes": list(scopes),
                "granted_by": User.objects.get(username="admin"),
                "granted_at": at,
            },
        )
