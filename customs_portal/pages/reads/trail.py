"""The audit trail of a day as a story: what happened, what people changed, who came in."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from django.apps import apps
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from customs_portal.accounts.former_names import FormerNames
from customs_portal.accounts.models import SignInEvent, User
from customs_portal.events.models import Change, Event
from customs_portal.events.partitions import month_of
from customs_portal.events.reads import story_line
from customs_portal.pages.reads.queue import person
from customs_portal.pages.reads.story import people
from declarations.models import Ens

MOST_SHOWN = 500
MOST_EXPORTED = 100_000
MOST_TOLD = 200
"""Lines of the story of one thing."""
NAMING = ("username", "eori", "code", "country", "name", "label", "value", "what")
"""The columns, the first that is there, by which a changed row is called."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """A local day, and optionally the user name of a person and a thing: MRN, EORI or other name.

    `whose` is `people`, or `all` for what the system did by itself as well.
    """

    day: date
    who: str = ""
    about: str = ""
    whose: str = "people"


class TrailLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line: when, who (empty for the system), did what to what, why, and from where."""

    at: datetime
    who: str
    about: str
    sentence: str
    why: str
    address: str


COLUMNS = ("at", "who", "about", "sentence", "why", "address")


def cells(line: TrailLine) -> tuple[object, ...]:
    """Return a line in the order of the columns."""
    return tuple(getattr(line, name) for name in COLUMNS)


def trail(wanted: Wanted, viewer: User, *, most: int = MOST_SHOWN) -> list[TrailLine]:
    """Return the trail of the day, the oldest first; of more than `most` lines the newest.

    Natural persons in it are masked as `viewer` sees them elsewhere.
    Each source gives its newest first, so that turned round what came at once keeps its order.
    """
    users = User.objects.filter(username=wanted.who) if wanted.who else None
    who = list(users.values_list("pk", flat=True)) if users is not None else None
    lines = [
        *_events(wanted, who, most),
        *_told_changes(_changes(wanted, who, most), viewer),
        *_signs(wanted, who, most),
    ]
    lines.reverse()
    return sorted(lines, key=lambda line: line.at)[-most:]


def story_of_row(table: str, key: str, ens: int | None, viewer: User) -> list[TrailLine]:
    """Return the newest of what happened to a row of a table and to its ENS, newest first."""
    changes = Change.objects.filter(changed_table=table, row_id=key).order_by("-id")[:MOST_TOLD]
    events = Event.objects.filter(stream=ens).order_by("-id")[:MOST_TOLD] if ens else ()
    lines = [*_told_events(list(events)), *_told_changes(list(changes), viewer)]
    return sorted(lines, key=lambda line: line.at, reverse=True)[:MOST_TOLD]


def _within(wanted: Wanted) -> dict[str, Any]:
    first = timezone.make_aware(
        datetime(wanted.day.year, wanted.day.month, wanted.day.day)  # noqa: DTZ001  made aware
    )
    return {"at__gte": first, "at__lt": first + timedelta(days=1)}


def _monthly(wanted: Wanted) -> dict[str, Any]:
    limits = _within(wanted)
    months = {month_of(limits[name].astimezone(timezone.get_default_timezone())) for name in limits}
    return {**limits, "month__in": months}


def _by(rows: QuerySet[Any], wanted: Wanted, who: list[int] | None) -> QuerySet[Any]:
    if who is not None:
        return rows.filter(actor_id__in=who)
    return rows if wanted.whose == "all" or wanted.about else rows.filter(actor_id__isnull=False)


def _events(wanted: Wanted, who: list[int] | None, most: int) -> list[TrailLine]:
    rows = _by(Event.objects.filter(**_monthly(wanted)), wanted, who)
    if wanted.about:
        rows = rows.filter(stream__in=Ens.objects.filter(mrn=wanted.about.upper()).values("pk"))
    return _told_events(list(rows.order_by("-id")[:most]))


def _told_events(found: list[Event]) -> list[TrailLine]:
    names = people(event.actor_id for event in found)
    things = dict(Ens.objects.filter(pk__in={e.stream for e in found}).values_list("pk", "mrn"))
    return [
        TrailLine(
            at=event.at,
            who=names.get(event.actor_id or 0, ""),
            about=things.get(event.stream or 0, ""),
            sentence=story_line(event).sentence,
            why=str(event.data.get("reason_code", "") or event.data.get("reason", "")),
            address=event.address or "",
        )
        for event in found
    ]


def _changes(wanted: Wanted, who: list[int] | None, most: int) -> list[Change]:
    rows = _by(Change.objects.filter(**_monthly(wanted)), wanted, who)
    if wanted.about:
        named = [Q(**{f"{side}__{name}": wanted.about}) for side in _SIDES for name in NAMING]
        rows = rows.filter(_any([Q(row_id=wanted.about), *named]))
    return list(rows.order_by("-id")[:most])


def _told_changes(found: list[Change], viewer: User) -> list[TrailLine]:
    names = people(change.actor_id for change in found)
    former = FormerNames(((each.changed_table, each.row_id) for each in found), viewer)
    for each in found:
        each.before, each.after = former.hidden(
            each.changed_table, each.row_id, each.before, each.after
        )
    return [
        TrailLine(
            at=change.at,
            who=names.get(change.actor_id or 0, ""),
            about=f"{_kind(change.changed_table)} {_name(change)}",
            sentence=_told(change),
            why=change.reason,
            address=change.address or "",
        )
        for change in found
    ]


_SIDES = ("before", "after")


def _any(conditions: list[Q]) -> Q:
    whole = Q()
    for condition in conditions:
        whole |= condition
    return whole


def _signs(wanted: Wanted, who: list[int] | None, most: int) -> list[TrailLine]:
    rows = SignInEvent.objects.filter(**_within(wanted)).select_related("user", "actor")
    if who is not None:
        rows = rows.filter(Q(user__in=who) | Q(actor__in=who))
    if wanted.about:
        rows = rows.filter(user__username=wanted.about)
    return [_sign(sign) for sign in rows.order_by("-at")[:most]]


def _sign(sign: SignInEvent) -> TrailLine:
    doer = sign.actor or sign.user
    return TrailLine(
        at=sign.at,
        who=person(doer) if doer else "",
        about=sign.user.username if sign.user else sign.name,
        sentence=f"{sign.get_kind_display()} {sign.detail}".strip(),
        why="",
        address=sign.address or "",
    )


def _kind(table: str) -> str:
    """Return what a row of the table is called."""
    names = {model._meta.db_table: model._meta.verbose_name for model in apps.get_models()}
    return str(names.get(table) or table)


def _name(change: Change) -> str:
    """Return what the changed row is called, its id where nothing of the change names it."""
    values = {**change.before, **change.after}
    return str(next((values[name] for name in NAMING if values.get(name)), change.row_id))


def _told(change: Change) -> str:
    if change.operation == Change.Operation.UPDATE:
        return _("Changed: %s") % "; ".join(_differences(change))
    values = change.after if change.operation == Change.Operation.INSERT else change.before
    made = change.operation == Change.Operation.INSERT
    told = ", ".join(f"{name} {value}" for name, value in values.items() if value not in _EMPTY)
    return (_("Made: %s") if made else _("Removed: %s")) % told


_EMPTY: tuple[object, ...] = (None, "", [], {})


def _differences(change: Change) -> Iterator[str]:
    for name in sorted({*change.before, *change.after}):
        old, new = change.before.get(name), change.after.get(name)
        yield _("%(name)s from %(old)s to %(new)s") % {"name": name, "old": old, "new": new}
