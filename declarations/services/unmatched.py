"""Goods that arrived without a declaration: asked about, held, waived, or declared afterwards."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec
from django.conf import settings
from django.utils.translation import gettext as _

from customs_portal.accounts.models import User
from customs_portal.events.kinds import Kind
from customs_portal.events.services import NewEvent, record_many
from declarations import policies
from declarations.events import (
    ARRIVAL_HOLD_LIFTED,
    ARRIVAL_LINE_ASKED,
    ARRIVAL_LINE_HELD,
    ARRIVAL_UNMATCHED,
    ARRIVAL_WAIVED,
)
from declarations.models import Arrival, ArrivalLine
from declarations.querysets import ArrivalLineQuerySet
from declarations.services.asking import ANSWER_LIMIT, make_requests
from declarations.services.locks import assert_in_transaction
from declarations.services.results import Changed, Refused, refused

AT_A_TIME = 200
State, Hold = ArrivalLine.State, ArrivalLine.Hold


class Waiver(msgspec.Struct, frozen=True, kw_only=True):
    """That goods need no declaration, and why."""

    line: int
    waiver: str
    note: str


class Lift(msgspec.Struct, frozen=True, kw_only=True):
    """That goods without a declaration need not be held any longer, and why."""

    line: int
    note: str


def ask_or_hold(lines: Sequence[ArrivalLine], *, arrival: Arrival, at: datetime) -> None:
    """Ask the declared office about declarations of another State, hold what came undeclared.

    Held is only what was carried from outside and declared in no other State; the rest an officer
    decides. No message asks another State for filings of ICS2.
    """
    assert_in_transaction()
    if not lines:
        return
    of_others = [line for line in lines if _is_of_another_state(line)]
    held = [line for line in lines if line not in of_others and line.from_outside]
    asked = [] if arrival.mrn else of_others
    _set(asked, state=State.ASKED)
    _set(held, hold=Hold.IN_FORCE)
    make_requests(arrival, asked, at=at)
    by_country: dict[str, list[str]] = {}
    for line in asked:
        by_country.setdefault(line.declared_in, []).append(str(line))
    record_many(
        [
            _told(ARRIVAL_UNMATCHED, arrival, at, lines=len(lines)),
            *(
                _told(ARRIVAL_LINE_ASKED, arrival, at, country=country, mrns=mrns)
                for country, mrns in sorted(by_country.items())
            ),
            *(_told(ARRIVAL_LINE_HELD, arrival, at, what=str(line), line=line.pk) for line in held),
        ]
    )


def _is_of_another_state(line: ArrivalLine) -> bool:
    return line.declared_in not in ("", settings.CUSTOMS_COUNTRY)


def _set(lines: Iterable[ArrivalLine], **values: str) -> None:
    ArrivalLine.objects.filter(pk__in=[line.pk for line in lines]).update(**values)


def give_up_asking(*, at: datetime) -> int:
    """Treat as undeclared what no declared office has answered for in four hours, and hold it.

    Returns how many lines that were, `AT_A_TIME` at most.
    """
    assert_in_transaction()
    late = ArrivalLine.objects.filter(
        state=State.ASKED, arrival__received_at__lte=at - ANSWER_LIMIT
    ).order_by("pk")
    asked = list(
        _locked(late.values_list("pk", flat=True)[:AT_A_TIME])
        .filter(state=State.ASKED)
        .select_related("arrival")
    )
    treat_as_undeclared(asked, at=at)
    return len(asked)


def treat_as_undeclared(asked: Sequence[ArrivalLine], *, at: datetime) -> None:
    """Hold goods from outside whose declaration was asked for in vain; the caller locks them."""
    _set(asked, state=State.UNMATCHED)
    held = [line for line in asked if line.from_outside]
    _set(held, hold=Hold.IN_FORCE)
    record_many(
        [_told(ARRIVAL_LINE_HELD, line.arrival, at, what=str(line), line=line.pk) for line in held]
    )


def waive(waivers: Sequence[Waiver], *, officer: User, at: datetime) -> list[Changed | Refused]:
    """Say that goods need no declaration; a hold on them ends. One result for each."""
    found = _locked_by_id([each.line for each in waivers])
    return [_waive(each, found.get(each.line), officer, at) for each in waivers]


def _waive(
    wanted: Waiver, line: ArrivalLine | None, officer: User, at: datetime
) -> Changed | Refused:
    against = _against(line, wanted.note, officer, at)
    if against or line is None:
        return against or _missing()
    if wanted.waiver not in ArrivalLine.Waiver.values:
        return refused("waiver", _("Choose why no declaration is needed."), "waiver")
    line.state, line.waiver, line.note = State.WAIVED, wanted.waiver, wanted.note.strip()
    line.settled_by, line.settled_at = officer, at
    was_held = line.hold == Hold.IN_FORCE
    if was_held:
        line.hold, line.hold_lifted_by = Hold.LIFTED, officer
    line.save()
    data = {"what": str(line), "line": line.pk, "why": line.get_waiver_display(), "held": was_held}
    record_many([_told(ARRIVAL_WAIVED, line.arrival, at, officer, **data)])
    return Changed(id=line.pk)


def lift_holds(lifts: Sequence[Lift], *, officer: User, at: datetime) -> list[Changed | Refused]:
    """End the holds on goods without a declaration, which stay unmatched. One result for each."""
    found = _locked_by_id([each.line for each in lifts])
    return [_lift(each, found.get(each.line), officer, at) for each in lifts]


def _lift(wanted: Lift, line: ArrivalLine | None, officer: User, at: datetime) -> Changed | Refused:
    against = _against(line, wanted.note, officer, at)
    if against or line is None:
        return against or _missing()
    if line.hold != Hold.IN_FORCE:
        return refused("closed", _("These goods are not held."))
    line.hold, line.hold_lifted_by, line.note = Hold.LIFTED, officer, wanted.note.strip()
    line.save(update_fields=["hold", "hold_lifted_by", "note"])
    record_many(
        [
            _told(
                ARRIVAL_HOLD_LIFTED, line.arrival, at, officer,
                what=str(line), line=line.pk, why=line.note,
            )
        ]
    )  # fmt: skip
    return Changed(id=line.pk)


def _against(line: ArrivalLine | None, note: str, officer: User, at: datetime) -> Refused | None:
    if line is None or not policies.may_reconcile(officer, line.arrival, at):
        return _missing()
    if not line.is_open:
        return refused("closed", _("This has been settled."))
    if not note.strip():
        return refused("note", _("Give a reason."), "note")
    return None


def _missing() -> Refused:
    return refused("not_found", _("There is no such line for you."))


def _locked(lines: Iterable[int]) -> "ArrivalLineQuerySet[ArrivalLine]":
    return (
        ArrivalLine.objects.select_for_update(of=("self",)).filter(pk__in=set(lines)).order_by("pk")
    )


def _locked_by_id(lines: Iterable[int]) -> dict[int, ArrivalLine]:
    assert_in_transaction()
    return {line.pk: line for line in _locked(lines).select_related("arrival")}


def _told(
    kind: Kind, arrival: Arrival, at: datetime, officer: User | None = None, **more: object
) -> NewEvent:
    data = {"arrival": arrival.pk, "means": arrival.means or arrival.reference, **more}
    return NewEvent(kind=kind, at=at, stream=None, actor=officer.pk if officer else None, data=data)
