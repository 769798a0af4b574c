"""Whether an outage excuses that a filing came late."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from declarations.models import Filing, Outage

GRACE = timedelta(hours=2)
"""After the end of an outage, to lodge what could not be lodged."""


def excused(filings: Iterable[Filing]) -> set[int]:
    """Return the ids of the late filings that an outage excuses.

    One is excused that came during an outage or within the grace after it, and whose limit had not
    passed when the outage began.
    """
    late = [filing for filing in filings if filing.late_minutes]
    if not late:
        return set()
    outages = list(Outage.objects.filter(from_at__lte=max(filing.lodged_at for filing in late)))
    return {filing.pk for filing in late if any(_excuses(outage, filing) for outage in outages)}


def _excuses(outage: Outage, filing: Filing) -> bool:
    limit = filing.lodged_at - timedelta(minutes=filing.late_minutes or 0)
    in_time = outage.to_at is None or filing.lodged_at <= outage.to_at + GRACE
    # Minutes late are rounded up, so that the limit may seem to lie up to a minute earlier.
    return outage.from_at <= limit + timedelta(minutes=1) and in_time


def open_outages(at: datetime) -> list[Outage]:
    """Return the outages that go on at that time."""
    begun = Outage.objects.filter(from_at__lte=at)
    return list(begun.filter(to_at__isnull=True) | begun.filter(to_at__gt=at))
