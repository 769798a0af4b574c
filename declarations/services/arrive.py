"""Arrival: a means of transport is here, and with it the goods of its declarations."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime

import msgspec
from django.utils.translation import gettext as _

from customs_portal.bulk import fetch_prepared, next_ids
from customs_portal.events.services import NewEvent, record_many
from customs_portal.findings import Finding, Stage
from declarations.arrivals import (
    Came,
    Generation,
    Notification,
    Reported,
    came,
    generation_of,
    with_consignments,
)
from declarations.events import ARRIVAL_ATTEMPTED, ARRIVAL_RECORDED, ARRIVAL_REGISTERED
from declarations.lifecycle.out_of_sequence import OUT_OF_SEQUENCE, refusal, situation
from declarations.models import Arrival, ArrivalLine
from declarations.mrn import SEQUENCE, make_arrival_mrn
from declarations.services.arrived import Arriving, take_ashore
from declarations.services.houses_left import is_left, tell_of_houses_left
from declarations.services.locks import assert_in_transaction, lock_ens
from declarations.services.matching import Declared, Found, declared, find
from declarations.services.results import Refused
from declarations.services.unmatched import ask_or_hold

MEANS, REFERENCE = "HEAHEA.UniIdeDivHEA132", "HEAHEA.ArrivalReferenceNumber"
DUPLICATE_LRN = "94"


class Registered(msgspec.Struct, frozen=True, kw_only=True):
    """The arrival is registered; so many of its lines have a declaration, and so many have none."""

    arrival: int
    matched: int
    unmatched: int


class _Weighed(msgspec.Struct, kw_only=True):
    """A notification with the declarations that it may and may not be about, and houses of them.

    `mrn` is the one that it gets, None in ICS phase 1.
    """

    notification: Notification
    found: Found
    matched: dict[int, Declared]
    left: dict[int, Declared]
    others: set[int]
    findings: list[Finding]
    mrn: str | None


def arrive(notifications: Sequence[Notification], *, at: datetime) -> list[Registered | Refused]:
    """Register the arrivals; one result for each, in their order.

    Refused is a whole notification with error 92 if its arrival was notified before, or if one of
    its declarations has arrived or was diverted, with 94 if its LRN was used; then nothing of it is
    written.
    """
    assert_in_transaction()
    found = find(notifications)
    locked = lock_ens(key for each in found for key in each)
    results: list[Registered | Refused] = []
    for notification, own, mrn in zip(notifications, found, _mrns(notifications, at), strict=True):
        known = declared({key: locked[key] for key in own if key in locked})
        asked = {
            key: each for key, each in known.items() if each.is_told_of_by(notification.generation)
        }
        results.append(_arrive(_weigh(notification, own, asked, mrn), at))
    return results


def _mrns(notifications: Sequence[Notification], at: datetime) -> list[str | None]:
    """Return the MRN of each notification of ICS2, None for others."""
    own = [each for each in notifications if each.generation is Generation.ICS2]
    serials = iter(next_ids({SEQUENCE: len(own)})[SEQUENCE])
    return [
        make_arrival_mrn(country=each.office[:2], number=next(serials), at=at)
        if each.generation is Generation.ICS2
        else None
        for each in notifications
    ]


def _weigh(
    notification: Notification, found: Found, known: Mapping[int, Declared], mrn: str | None
) -> _Weighed:
    weighed = _Weighed(
        notification=notification, found=found, matched={}, left={}, others=set(), findings=[],
        mrn=mrn,
    )  # fmt: skip
    operators = {eori for each in known.values() for eori in each.parties}
    for key, each in known.items():
        if not _may_tell_of(notification, each, operators):
            weighed.others.add(key)
            continue
        _sort(weighed, key, each)
    if weighed.matched:
        weighed.findings = [found for found in weighed.findings if found.location != MEANS]
    elif weighed.findings and not notification.lines:
        weighed.findings = [_out_of_sequence(MEANS, notification.means)]
    return weighed


def _may_tell_of(notification: Notification, each: Declared, operators: set[str]) -> bool:
    """Whether who notifies carries the goods, declared them, or runs the means they came with."""
    if notification.officer is not None or notification.notified_by in each.parties:
        return True
    same = bool(notification.means) and each.ens.means.upper() == notification.means.upper()
    begin, end = notification.window()
    operates = notification.notified_by in operators
    return operates and same and begin <= each.ens.expected_arrival <= end


def _sort(weighed: _Weighed, key: int, each: Declared) -> None:
    """Put a declaration to those that arrive, or note what is out of sequence."""
    if is_left(each):
        weighed.left[key] = each
        return
    [filing, *_others] = each.filings
    goods = {life.goods for life in each.lives}
    where = situation(filing=filing.status, ens=each.ens.status, goods=goods)
    refused = refusal("IE347", where)
    if refused is not None and not _may_follow(goods):
        weighed.findings.append(_refused_line(weighed, key, each.ens.mrn, refused.code))
    elif where != "ended":
        weighed.matched[key] = each


def _may_follow(goods: set[str]) -> bool:
    """Whether the rest of a consignment is still to come."""
    return "partially_arrived" in goods or bool(goods & {"arrived"} and goods & {"expected"})


def _refused_line(weighed: _Weighed, key: int, mrn: str, code: str) -> Finding:
    lines = weighed.notification.lines
    numbers = [n for n, line in enumerate(lines, start=1) if line in weighed.found[key][1]]
    place = f"IMPOPE200[{numbers[0]}].MRN" if numbers else MEANS
    return _out_of_sequence(place, mrn, code)


def _out_of_sequence(place: str, value: str, code: str = OUT_OF_SEQUENCE) -> Finding:
    return Finding(
        code=code,
        location=place,
        value=value,
        text="This arrival is out of sequence: it was notified before, or the goods were diverted.",
        stage=Stage.LIFECYCLE,
    )


def _arrive(weighed: _Weighed, at: datetime) -> Registered | Refused:
    notification = weighed.notification
    if weighed.findings:
        return Refused(findings=weighed.findings)
    arrival = _claim(notification, weighed)
    if arrival is None:
        return Refused(findings=[_taken(notification)])
    lines = _write_lines(arrival, weighed)
    _record(arrival, weighed, lines, at)
    arriving = [
        Arriving(declared=each, came=_came(weighed, key)) for key, each in weighed.matched.items()
    ]
    take_ashore(arriving, arrival=arrival, at=at)
    here, named = list(weighed.matched.values()), list(weighed.left.values())
    tell_of_houses_left(here, named, arrival=arrival, at=at)
    unmatched = [line for line in lines if line.is_open]
    ask_or_hold(unmatched, arrival=arrival, at=at)
    return Registered(
        arrival=arrival.pk, matched=len(lines) - len(unmatched), unmatched=len(unmatched)
    )


def _taken(notification: Notification) -> Finding:
    """Return why an arrival cannot be registered: its LRN is used, or it was notified before."""
    lrn = Arrival.objects.filter(
        notified_by=notification.notified_by, reference=notification.reference, mrn__isnull=False
    )
    if notification.generation is Generation.ICS2 and lrn.exists():
        return Finding(
            code=DUPLICATE_LRN,
            rule="R3003",
            location=REFERENCE,
            value=notification.reference,
            text="This LRN belongs to an accepted notification of the same person.",
            stage=Stage.LIFECYCLE,
        )
    return _out_of_sequence(MEANS, notification.means)


def _came(weighed: _Weighed, key: int) -> Came:
    """Return what came of a declaration; of a house that is named by its own MRN only that."""
    _how, lines = weighed.found[key]
    each = weighed.matched[key]
    if not each.documents:
        return Came(everything=True)
    houses = {filing.mrn: filing.pk for filing in each.filings if filing.mrn != each.ens.mrn}
    named = {houses[line.mrn] for line in lines if line.mrn in houses}
    rest = [line for line in lines if line.mrn not in houses]
    found = came(each.document, rest) if rest or not named else Came()
    keys = [life.key for life in each.lives if life.filing_id in named]
    return with_consignments(each.document, found, keys) if named else found


_CLAIM = """
INSERT INTO declarations_arrival (state, call, reference, transport_mode, means, office,
    intended_office, expected_on, arrived_at, notified_by, recorded_by_id, message_id, received_at,
    mrn, notify_parties)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT DO NOTHING RETURNING id
"""


def _claim(notification: Notification, weighed: _Weighed) -> Arrival | None:
    """Insert the arrival, or return None where the same one was notified before."""
    state = Arrival.State.MATCHED if weighed.matched else Arrival.State.REGISTERED
    rows = fetch_prepared(
        _CLAIM,
        [
            state.value,
            notification.call(_generation(weighed)),
            notification.reference,
            notification.mode,
            notification.means,
            notification.office,
            notification.intended_office,
            _expected_on(notification),
            notification.arrived_at,
            notification.notified_by,
            notification.officer,
            notification.message,
            notification.received_at,
            weighed.mrn,
            list(notification.notify_parties),
        ],
    )
    return Arrival.objects.get(pk=rows[0][0]) if rows else None


def _generation(weighed: _Weighed) -> Generation:
    """Return of which generation an arrival counts: an officer's by what it brought, if of one."""
    own = {generation_of(f.type) for each in weighed.matched.values() for f in each.filings}
    wanted = weighed.notification.generation
    return own.pop() if wanted is Generation.ANY and len(own) == 1 else wanted


def _expected_on(notification: Notification) -> date | None:
    at = notification.expected_at
    return notification.expected_on or (at.astimezone(UTC).date() if at else None)


def _write_lines(arrival: Arrival, weighed: _Weighed) -> list[ArrivalLine]:
    """Store what the notification names; by means alone, the declarations that it brought."""
    known = {**weighed.matched, **weighed.left}
    named = {line: key for key in known for line in weighed.found[key][1]}
    lines = [
        _line(arrival, number, line, named.get(line), weighed)
        for number, line in enumerate(weighed.notification.lines, start=1)
    ]
    unnamed = [key for key in weighed.matched if not weighed.found[key][1]]
    lines += [
        _line(arrival, number, Reported(mrn=known[key].ens.mrn), key, weighed)
        for number, key in enumerate(unnamed, start=len(lines) + 1)
    ]
    lines += [
        _elsewhere(arrival, number, country)
        for number, country in enumerate(weighed.notification.elsewhere, start=len(lines) + 1)
    ]
    return ArrivalLine.objects.bulk_create(lines)


def _elsewhere(arrival: Arrival, number: int, country: str) -> ArrivalLine:
    """Return the line for whatever on board was declared in another State."""
    return ArrivalLine(
        arrival=arrival,
        number=number,
        state=ArrivalLine.State.UNMATCHED,
        country=country,
        description=_("Declared in %(country)s") % {"country": country},
        from_outside=True,
    )


def _line(
    arrival: Arrival, number: int, line: Reported, ens: int | None, weighed: _Weighed
) -> ArrivalLine:
    state = ArrivalLine.State.MATCHED if ens else ArrivalLine.State.UNMATCHED
    return ArrivalLine(
        arrival=arrival,
        number=number,
        state=state,
        found_by=weighed.found[ens][0] if ens else "",
        ens_id=ens,
        mrn=line.mrn,
        country=line.country,
        container=line.container,
        document=line.document,
        items=list(line.items),
        description=line.description,
        from_outside=line.from_outside,
    )


def _record(
    arrival: Arrival, weighed: _Weighed, lines: Sequence[ArrivalLine], at: datetime
) -> None:
    notification = weighed.notification
    data = {
        "arrival": arrival.pk,
        "mrn": weighed.mrn or "",
        "message": notification.message,
        "reference": notification.reference,
        "means": notification.means,
        "office": notification.office,
        "lines": len(lines),
        "also_told": list(notification.notify_parties),
    }
    kind = ARRIVAL_RECORDED if notification.message is None else ARRIVAL_REGISTERED
    events = [
        NewEvent(kind=kind, at=at, actor=notification.officer, data=data),
        *(_attempt(weighed, key, at) for key in sorted(weighed.others)),
    ]
    record_many(events)


def _attempt(weighed: _Weighed, ens: int, at: datetime) -> NewEvent:
    return NewEvent(
        kind=ARRIVAL_ATTEMPTED,
        at=at,
        stream=ens,
        data={"by": weighed.notification.notified_by, "means": weighed.notification.means},
    )


def check(notification: Notification, offices: Iterable[str]) -> list[Finding]:
    """Return what stands against a notification before any declaration is looked at.

    `offices` are the offices of our own country.
    """
    found = []
    if notification.office not in set(offices):
        found.append(
            Finding(
                code="14",
                location="CUSTOMSOFFICEOFARRIVAL.ReferenceNumber",
                value=notification.office,
                text="This is no office of entry of ours.",
                stage=Stage.LIFECYCLE,
            )
        )
    if notification.arrived_at > notification.received_at:
        found.append(
            Finding(
                code="12",
                location="HEAHEA.ActualDateOfArrival",
                value=f"{notification.arrived_at:%Y%m%d}",
                text="This day is still to come.",
                stage=Stage.LIFECYCLE,
            )
        )
    if not notification.lines and not notification.means:
        found.append(
            Finding(
                code="13",
                location=MEANS,
                value="",
                text="Name the means of transport, or the declarations.",
                stage=Stage.LIFECYCLE,
            )
        )
    return found
