"""Template filters for times, as the layout rules want them."""

from collections.abc import Iterable, Sequence, Sized
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from html import escape

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from customs_portal.accounts.models import Role
from customs_portal.pages import wording
from customs_portal.pages.context import MenuItem, menu_of
from customs_portal.pages.reads.marks import Cell
from customs_portal.reference import snapshot
from risk.forms import MOST_LISTED

register = template.Library()


@register.filter
def moment(when: datetime, at: datetime) -> SafeString:
    """Show a moment in local time: today without the date."""
    exact = timezone.localtime(when).isoformat(timespec="seconds")
    return SafeString(f'<time datetime="{exact}">{escape(wording.moment(when, at))}</time>')


@register.filter
def clock_time(at: datetime) -> str:
    """Show the time of day with the name of its zone."""
    return f"{timezone.localtime(at):%H:%M %Z}"


@register.filter
def utc_time(at: datetime) -> str:
    """Show the time of day in UTC, in which messages count."""
    return f"{at.astimezone(UTC):%H:%M} UTC"


@register.filter
def seconds_time(at: datetime) -> str:
    """Show the time of day to the second."""
    return f"{timezone.localtime(at):%H:%M:%S}"


@register.filter
def iso(when: datetime) -> str:
    """Show a moment in UTC for scripts."""
    return when.isoformat()


@register.filter
def time_left(due: datetime, at: datetime) -> str:
    """Show the time left until a moment that has not passed."""
    return wording.time_left(due, at).words


@register.filter
def span(length: timedelta) -> str:
    """Show a length of time in hours or minutes."""
    return wording.length(length)


@register.filter
def lateness(minutes: int) -> str:
    """Show by how much something was late, in hours and minutes."""
    return wording.lateness(minutes)


@register.filter
def titled(code: str, at: datetime) -> str:
    """Show the code of a reason with its title, alone where it is no longer in force."""
    reason = snapshot.current(at).reasons.get(code)
    return f"{code} {reason.title}" if reason else code


@register.filter
def zone_name(at: datetime) -> str:
    """Show the name of the time zone in which times are shown."""
    return f"{timezone.localtime(at):%Z}"


@register.filter
def marked(cell: Cell) -> SafeString:
    """Show a declared value, marked where reasons point to it, with a link back to each of them."""
    if not cell.marks:
        return SafeString(f'<span dir="auto">{escape(cell.text)}</span>')
    first, *others = [mark.anchor for mark in cell.marks]
    return format_html(
        '<mark class="portal-mark"{} dir="auto">{}</mark>{}{}',
        format_html(' id="{}"', first) if first else "",
        cell.text,
        format_html_join("", '<span id="{}"></span>', [(anchor,) for anchor in others if anchor]),
        format_html_join(
            "",
            ' <a class="govuk-link" href="#hit-{}">{} [{}]</a>',
            [(mark.number, mark.words, mark.number) for mark in cell.marks],
        ),
    )


@register.simple_tag
@lru_cache(maxsize=1_000)
def menu_links(role: Role, section: str, language: str) -> SafeString:
    """Show the menu of a role with its current section, written once in each language."""
    return format_html_join("\n", _LINK, [_link(item, section) for item in menu_of(role)])


_LINK = (
    '<li class="govuk-service-navigation__item{}">'
    '<a class="govuk-service-navigation__link" href="{}"{}>{}</a></li>'
)


def _link(item: MenuItem, section: str) -> tuple[str, str, SafeString, str]:
    is_here = item.url_name == section
    active = " govuk-service-navigation__item--active" if is_here else ""
    current = SafeString(' aria-current="true"' if is_here else "")
    return active, reverse(item.url_name), current, str(item.label)


@register.filter
def are_many(choices: Sized) -> bool:
    """Whether there are too many subjects to choose from, so that one is typed."""
    return len(choices) > MOST_LISTED


@register.filter
def listed(choices: Sequence[tuple[str, str]]) -> Sequence[tuple[str, str]]:
    """Return as many subjects as are proposed while one is typed."""
    return choices[:MOST_LISTED]


@register.filter
def label_of(choices: Iterable[tuple[object, object]], chosen: object) -> object:
    """Return the label of what is chosen, or what was typed instead."""
    return next((label for value, label in choices if value == chosen), chosen or "")


@register.filter
def options(choices: Iterable[tuple[object, object]], chosen: object) -> SafeString:
    """Show pairs of value and label as what a list offers, one of them chosen."""
    return SafeString(
        "".join(
            f'<option value="{escape(str(value))}"{" selected" if value == chosen else ""}>'
            f"{escape(str(label))}</option>"
            for value, label in choices
        )
    )
