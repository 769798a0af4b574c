"""Times in words, as officers and traders read them."""

from datetime import datetime, timedelta

import msgspec
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

URGENT = timedelta(hours=1)
_MINUTE = timedelta(minutes=1)


class TimeLeft(msgspec.Struct, frozen=True, kw_only=True):
    """Time left until a limit in words, and how urgent that is: `late`, `soon` or empty."""

    words: str
    urgency: str


def time_left(due: datetime, at: datetime) -> TimeLeft:
    """Return the time left, rounded down to minutes, or by how much it is over."""
    if due < at:
        return TimeLeft(words=lateness((at - due) // _MINUTE), urgency="late")
    left = due - at
    return TimeLeft(words=span(left), urgency="soon" if left < URGENT else "")


def lateness(minutes: int) -> str:
    """Return by how much something was late."""
    return _("%s late") % span(timedelta(minutes=minutes))


def span(length: timedelta) -> str:
    """Return a length of time as beside a clock: `16 min`, `1 h 24`, `3 d 2 h`."""
    minutes = length // _MINUTE
    hours, rest = divmod(minutes, 60)
    if hours >= 48:
        return _("%(days)d d %(hours)d h") % {"days": hours // 24, "hours": hours % 24}
    if hours:
        return _("%(hours)d h %(minutes)02d") % {"hours": hours, "minutes": rest}
    return _("%d min") % rest


def length(span: timedelta) -> str:
    """Return a length of time in whole hours, or in minutes where it is less or between."""
    minutes = span // _MINUTE
    if minutes % 60 == 0 and minutes:
        return ngettext("%d hour", "%d hours", minutes // 60) % (minutes // 60)
    return ngettext("%d minute", "%d minutes", minutes) % minutes


def moment(when: datetime, at: datetime) -> str:
    """Return a time of day if it is today, else with the day, both in the active time zone."""
    local, today = timezone.localtime(when), timezone.localtime(at).date()
    if local.date() == today:
        return f"{local:%H:%M}"
    if local.year == today.year:
        return f"{local.day} {_month(local)} {local:%H:%M}"
    return f"{local.day} {_month(local)} {local.year} {local:%H:%M}"


def _month(when: datetime) -> str:
    from django.utils.dates import MONTHS_3

    return str(MONTHS_3[when.month]).capitalize()
