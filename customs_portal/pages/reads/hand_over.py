"""To whom a case can be handed over."""

from datetime import datetime

from django.conf import settings

from customs_portal.accounts import policies
from customs_portal.accounts.models import OfficeMembership
from customs_portal.pages.office import national_offices
from customs_portal.pages.reads.queue import person
from customs_portal.reference.snapshot import Snapshot


def goals(snapshot: Snapshot, at: datetime) -> list[tuple[str, str]]:
    """Return our offices, and after each its officers of that day, as values and labels.

    A value is the reference number of the office, with `:` and the id of an officer behind it.
    """
    members = OfficeMembership.objects.live(at).filter(
        user__is_active=True,
        user__role__in=policies.OFFICER_ROLES,
        office__country=settings.CUSTOMS_COUNTRY,
    )
    found: dict[str, list[tuple[str, str]]] = {}
    for row in members.select_related("user", "office").order_by("user__last_name", "user_id"):
        label = f"{row.office.name}: {person(row.user)}"
        found.setdefault(row.office.reference, []).append(
            (f"{row.office.reference}:{row.user_id}", label)
        )
    offices = national_offices(snapshot)
    return [
        each
        for office in offices
        for each in ((office.reference, office.name), *found.get(office.reference, []))
    ]
