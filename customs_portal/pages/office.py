"""The office at which a user sits, whose local time every page shows."""

from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
from django.conf import settings

from customs_portal.accounts import policies
from customs_portal.accounts.models import User
from customs_portal.reference import snapshot as reference
from customs_portal.reference.sources import OfficeRow


class Desk(msgspec.Struct, frozen=True, kw_only=True):
    """Where somebody works: the office, None for those who belong to none, and its time zone."""

    office: OfficeRow | None
    zone: ZoneInfo


def desk_of(user: User, at: datetime) -> Desk:
    """Return the desk of a user; who has no office gets the time of the country's first office."""
    snapshot = reference.current(at)
    own = [snapshot.office(name) for name in sorted(policies.office_references(user))]
    office = next((row for row in own if row is not None), None)
    national = office or next(iter(national_offices(snapshot)), None)
    return Desk(office=office, zone=ZoneInfo(national.timezone if national else "UTC"))


def national_offices(snapshot: reference.Snapshot) -> list[OfficeRow]:
    """Return the offices of our own administration by their reference."""
    rows = [row for row in snapshot.offices.values() if row.country == settings.CUSTOMS_COUNTRY]
    return sorted(rows, key=lambda row: row.reference)
