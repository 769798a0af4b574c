"""Voyages and flights: everything that one means of transport brings on one day."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta

import msgspec
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from customs_portal.accounts.models import User
from customs_portal.pages.reads.queue import MODE_NAMES
from declarations.lifecycle.entry_leg import LegState, leg_state
from declarations.models import (
    Arrival,
    ArrivalLine,
    ConsignmentLife,
    DeclarationRequest,
    Ens,
    Filing,
    Measure,
)
from messaging.consumers.terminal import receipts_of
from risk.models import Case

MOST = 5_000
LEG_WORDS = {
    LegState.EXPECTED: (_("Expected"), "grey"),
    LegState.NOT_ARRIVED: (_("Not arrived"), "orange"),
    LegState.PARTIALLY_ARRIVED: (_("Partly arrived"), "yellow"),
    LegState.ARRIVED: (_("Arrived"), "green"),
    LegState.PRESENTED: (_("Presented"), "green"),
    LegState.UNDER_CONTROL: (_("Under control"), "orange"),
    LegState.DONE: (_("Dealt with"), "grey"),
}
HERE = (LegState.ARRIVED, LegState.PRESENTED, LegState.UNDER_CONTROL, LegState.DONE)


class Key(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """By what a voyage is known: mode, means, and the local day of its expected arrival."""

    day: date
    mode: str
    means: str


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """How many declarations of a voyage stand where."""

    all: int
    expected: int
    arrived: int
    missing: int
    unmatched: int
    measures: int


class VoyageRow(msgspec.Struct, frozen=True, kw_only=True):
    """One voyage in the list."""

    key: Key
    mode: str
    offices: str
    arrives_at: datetime | None
    counts: Counts


class Aboard(msgspec.Struct, frozen=True, kw_only=True):
    """One declaration of a voyage; `case` is its open case."""

    ens: int
    mrn: str
    office: str
    declarant: str
    arrives_at: datetime
    leg: LegState
    state: str
    colour: str
    measures: tuple[str, ...]
    late: int | None
    case: int | None
    revision: int
    lives: tuple[int, ...]


class Undeclared(msgspec.Struct, frozen=True, kw_only=True):
    """Goods that came without a declaration; `terminal` says what the port system knows of it."""

    line: ArrivalLine
    terminal: str


class Voyage(msgspec.Struct, frozen=True, kw_only=True):
    """One voyage with everything on it."""

    key: Key
    mode: str
    aboard: list[Aboard]
    arrivals: list[Arrival]
    requests: list[DeclarationRequest]
    unmatched: list[Undeclared]
    counts: Counts


def span(day: date) -> tuple[datetime, datetime]:
    """Return the beginning and the end of a day in the local time of the desk."""
    begin = timezone.make_aware(datetime.combine(day, time.min))
    return begin, timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


def voyages(user: User, day: date, office: str) -> list[VoyageRow]:
    """Return the voyages of a day at the offices that the user sees, or at one of them."""
    seen = Ens.objects.visible_to(user).entering_here()
    found = seen.filter(expected_arrival__range=span(day), absorbed_by__isnull=True)
    arrivals = Arrival.objects.visible_to(user).filter(arrived_at__range=span(day))
    if office:
        found, arrivals = (
            found.filter(office_of_first_entry=office),
            arrivals.filter(office=office),
        )
    ens = list(found.exclude(means="").order_by("expected_arrival", "pk")[:MOST])
    groups: dict[Key, list[Ens]] = {}
    for each in ens:
        groups.setdefault(key_of(each), []).append(each)
    lines = _unmatched_by_key(arrivals, day)
    for key in lines:
        groups.setdefault(key, [])
    states, measures = _legs(ens), _measures(ens)
    rows = [
        _row(key, own, states, measures, len(lines.get(key, []))) for key, own in groups.items()
    ]
    return sorted(rows, key=lambda row: (row.arrives_at is None, row.arrives_at, row.key))


def key_of(ens: Ens) -> Key:
    """Return the voyage of an ENS."""
    day = timezone.localtime(ens.expected_arrival).date()
    return Key(day=day, mode=ens.transport_mode, means=ens.means)


def _row(
    key: Key,
    ens: Sequence[Ens],
    states: Mapping[int, LegState],
    measures: Mapping[int, tuple[str, ...]],
    unmatched: int,
) -> VoyageRow:
    return VoyageRow(
        key=key,
        mode=str(MODE_NAMES.get(key.mode, key.mode)),
        offices=", ".join(sorted({each.office_of_first_entry for each in ens})),
        arrives_at=ens[0].expected_arrival if ens else None,
        counts=_counts([each.pk for each in ens], states, measures, unmatched),
    )


def _counts(
    ens: Collection[int],
    states: Mapping[int, LegState],
    measures: Mapping[int, tuple[str, ...]],
    unmatched: int,
) -> Counts:
    legs = [states.get(key, LegState.EXPECTED) for key in ens]
    return Counts(
        all=len(legs),
        expected=legs.count(LegState.EXPECTED),
        arrived=sum(leg in (*HERE, LegState.PARTIALLY_ARRIVED) for leg in legs),
        missing=legs.count(LegState.NOT_ARRIVED),
        unmatched=unmatched,
        measures=sum(len(measures.get(key, ())) for key in ens),
    )


def _legs(ens: Iterable[Ens]) -> dict[int, LegState]:
    """Return by ENS where its goods stand, in one query."""
    ids = [each.pk for each in ens]
    rows = (
        ConsignmentLife.objects.filter(filing__membership__ens__in=ids)
        .values_list("filing__membership__ens", "goods")
        .annotate(count=Count("pk"))
    )
    goods: dict[int, set[str]] = {}
    for key, state, _count in rows:
        goods.setdefault(key, set()).add(state)
    return {key: leg_state(found) for key, found in goods.items()}


def _measures(ens: Iterable[Ens]) -> dict[int, tuple[str, ...]]:
    """Return by ENS the open measures and the breached instructions, in words."""
    wanted = Q(status__in=Measure.OPEN) | Q(status=Measure.Status.BREACHED)
    found: dict[int, tuple[str, ...]] = {}
    for measure in Measure.objects.filter(wanted, ens__in=[each.pk for each in ens]).order_by("pk"):
        words = f"{measure.get_kind_display()} {measure.reason_code}"
        if measure.status == Measure.Status.BREACHED:
            words = f"{words}, {measure.get_status_display()}"
        found[measure.ens_id] = (*found.get(measure.ens_id, ()), words)
    return found


def _unmatched_by_key(arrivals: Iterable[Arrival], day: date) -> dict[Key, list[ArrivalLine]]:
    """Return the open lines of arrivals by their voyage; an arrival is one of its expected day."""
    found: dict[Key, list[ArrivalLine]] = {}
    lines = ArrivalLine.objects.open().filter(arrival__in=list(arrivals))
    for line in lines.select_related("arrival").order_by("arrival", "number"):
        key = Key(
            day=line.arrival.expected_on or day,
            mode=line.arrival.transport_mode,
            means=line.arrival.means or line.arrival.reference,
        )
        found.setdefault(key, []).append(line)
    return found


def voyage(user: User, key: Key) -> Voyage:
    """Return everything on a voyage that the user may see."""
    ens = list(
        Ens.objects.visible_to(user)
        .filter(
            transport_mode=key.mode,
            means=key.means,
            expected_arrival__range=span(key.day),
            absorbed_by__isnull=True,
        )
        .order_by("expected_arrival", "mrn")[:MOST]
    )
    arrivals = _arrivals(user, key, ens)
    lines = ArrivalLine.objects.filter(arrival__in=arrivals).select_related("arrival")
    unmatched = list(lines.filter(ens__isnull=True).order_by("arrival", "number"))
    states, measures = _legs(ens), _measures(ens)
    still_open = sum(line.is_open for line in unmatched)
    return Voyage(
        key=key,
        mode=str(MODE_NAMES.get(key.mode, key.mode)),
        aboard=_aboard(ens, states, measures),
        arrivals=arrivals,
        requests=list(DeclarationRequest.objects.filter(arrival__in=arrivals).order_by("pk")),
        unmatched=_undeclared(unmatched),
        counts=_counts([each.pk for each in ens], states, measures, still_open),
    )


def _undeclared(lines: Sequence[ArrivalLine]) -> list[Undeclared]:
    receipts = receipts_of([line.pk for line in lines])
    return [
        Undeclared(line=line, terminal=_terminal(line, receipts.get(line.pk, []))) for line in lines
    ]


def _terminal(line: ArrivalLine, told: Sequence[tuple[str, str]]) -> str:
    """Return who has the instruction to keep the goods, and who has not collected it."""
    if line.hold != ArrivalLine.Hold.IN_FORCE:
        return ""
    waiting = [recipient for recipient, state in told if state == "waiting"]
    if waiting:
        return gettext("Not collected by %s.") % ", ".join(waiting)
    if told:
        return gettext("Terminal told: %s.") % ", ".join(recipient for recipient, _state in told)
    return gettext("Tell the terminal by telephone.")


def _arrivals(user: User, key: Key, ens: Sequence[Ens]) -> list[Arrival]:
    """Return the arrivals of the means on that day, and those that brought its declarations."""
    same = Q(transport_mode=key.mode) & (Q(means=key.means) | Q(reference=key.means, means=""))
    that_day = Q(arrived_at__range=span(key.day)) | Q(expected_on=key.day)
    brought = Q(lines__ens__in=[each.pk for each in ens])
    found = Arrival.objects.visible_to(user).filter((same & that_day) | brought)
    return list(found.select_related("recorded_by").distinct().order_by("arrived_at", "pk"))


def _aboard(
    ens: Sequence[Ens],
    states: Mapping[int, LegState],
    measures: Mapping[int, tuple[str, ...]],
) -> list[Aboard]:
    ids = [each.pk for each in ens]
    cases = {case.ens_id: case for case in Case.objects.open().filter(ens__in=ids)}
    filings = _filings(ids)
    lives = _lives(ids)
    return [
        _one(each, states, measures, cases.get(each.pk), filings[each.pk], lives.get(each.pk, ()))
        for each in ens
    ]


def _filings(ens: Sequence[int]) -> dict[int, Filing]:
    rows = Filing.objects.filter(membership__ens__in=ens).select_related("membership")
    return {row.membership.ens_id: row for row in rows}


def _lives(ens: Sequence[int]) -> dict[int, tuple[int, ...]]:
    found: dict[int, tuple[int, ...]] = {}
    rows = ConsignmentLife.objects.filter(filing__membership__ens__in=ens).order_by("pk")
    for owner, key in rows.values_list("filing__membership__ens", "pk"):
        found[owner] = (*found.get(owner, ()), key)
    return found


def _one(
    ens: Ens,
    states: Mapping[int, LegState],
    measures: Mapping[int, tuple[str, ...]],
    case: Case | None,
    filing: Filing,
    lives: tuple[int, ...],
) -> Aboard:
    leg = states.get(ens.pk, LegState.EXPECTED)
    words, colour = LEG_WORDS[leg]
    return Aboard(
        ens=ens.pk,
        mrn=ens.mrn,
        office=ens.office_of_first_entry,
        declarant=filing.declarant,
        arrives_at=ens.expected_arrival,
        leg=leg,
        state=str(words),
        colour=colour,
        measures=measures.get(ens.pk, ()),
        late=filing.late_minutes,
        case=case.pk if case else None,
        revision=case.revision if case else 0,
        lives=lives,
    )
