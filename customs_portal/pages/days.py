"""Days as they are written in addresses and forms."""

from datetime import date, datetime, time

from django.utils import timezone
from django.utils.dateparse import parse_date


def day_of(text: str) -> date | None:
    """Return the day in ISO form; None for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def day_of_this_age(text: str) -> date | None:
    """Return a day from 2000 to 2999, so that a day more or less is one too; None for others."""
    try:
        found = parse_date(text)
    except ValueError:
        return None
    return found if found and date(2000, 1, 1) <= found <= date(2999, 12, 30) else None


def midnight(day: date) -> datetime:
    """Return the moment at which the day begins, in the time zone of the reader."""
    return timezone.make_aware(datetime.combine(day, time.min))
