"""Goods of consignments: presented, under control, released, refused (LIFECYCLE section 11)."""

from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec
from django.utils.translation import gettext as _

from customs_portal.accounts.models import User
from customs_portal.events.kinds import Kind
from customs_portal.events.services import NewEvent, record_many
from customs_portal.reference.models import ReasonCode
from declarations import policies
from declarations.arrivals import NOTIFIED_MODES
from declarations.document import Document
from declarations.events import (
    CONSIGNMENT_NOT_RELEASED,
    CONSIGNMENT_PRESENTED,
    CONSIGNMENT_RELEASED,
    CONSIGNMENT_UNDER_CONTROL,
    PRESENTATION_REVOKED,
)
from declarations.filing_types import filing_types
from declarations.lifecycle import CONSIGNMENT, move
from declarations.models import ConsignmentLife, Ens, EnsMember, Measure
from declarations.services.locks import lock_ens
from declarations.services.reasons import reason_of
from declarations.services.results import Changed, Refused, refused
from declarations.subjects import consignments_touched, current_document

ANALYSED = (Ens.Status.ASSESSED, Ens.Status.DIVERTED)
IN_CUSTODY = (ConsignmentLife.Goods.PRESENTED, ConsignmentLife.Goods.UNDER_CONTROL)


class GoodsOrder(msgspec.Struct, frozen=True, kw_only=True):
    """What is to happen to a consignment, with the reason where one is needed."""

    consignment: int
    reason_code: str = ""
    note: str = ""


class Presented(msgspec.Struct, frozen=True, kw_only=True):
    """So many consignments are presented."""

    count: int


class _Ready(msgspec.Struct, frozen=True, kw_only=True):
    """A consignment with its ENS, locked, and the measures that touch it."""

    life: ConsignmentLife
    ens: Ens
    measures: tuple[Measure, ...] = ()


Guard = Callable[[GoodsOrder, _Ready, datetime], Refused | None]


def present(
    orders: Sequence[GoodsOrder], *, officer: User, at: datetime
) -> list[Changed | Refused]:
    """Present consignments to customs; one with an ordered control is under control at once.

    Those of ICS2 that come by sea or air have arrived before.
    """
    return _act(orders, "present", CONSIGNMENT_PRESENTED, officer, at, guard=_against_presentation)


def present_together(consignments: Sequence[int], *, by: User, at: datetime) -> Presented | Refused:
    """Present all of the consignments, or none; the caller has judged who may tell of them."""
    found = _locked(consignments)
    ready = [found[key] for key in consignments]
    for each in ready:
        order = GoodsOrder(consignment=each.life.pk)
        against = _stands_against(order, each, "present", at, _against_presentation)
        if against:
            return against
    move(ConsignmentLife, CONSIGNMENT, "present", consignments)
    _tell_presented(ready, at, actor=by.pk)
    return Presented(count=len(ready))


def revoke_presentation(
    orders: Sequence[GoodsOrder], *, officer: User, at: datetime
) -> list[Changed | Refused]:
    """Take back a presentation before a control has begun."""
    return _act(
        orders, "revoke_presentation", PRESENTATION_REVOKED, officer, at, guard=_nothing_against
    )


def release(
    orders: Sequence[GoodsOrder], *, officer: User, at: datetime
) -> list[Changed | Refused]:
    """Release consignments for further treatment; impossible while anything on them is open."""
    return _act(orders, "release", CONSIGNMENT_RELEASED, officer, at, guard=_against_release)


def _nothing_against(order: GoodsOrder, ready: _Ready, at: datetime) -> Refused | None:
    return None


def _against_presentation(order: GoodsOrder, ready: _Ready, at: datetime) -> Refused | None:
    if awaits_notification(ready.life, ready.ens):
        return refused("state", _("Not before the arrival is notified."))
    return None


def awaits_notification(life: ConsignmentLife, ens: Ens) -> bool:
    """Whether goods may not be presented yet, as nobody notified their arrival (ICS2)."""
    waits = life.goods == ConsignmentLife.Goods.EXPECTED
    return waits and life.filing.type in filing_types() and ens.transport_mode in NOTIFIED_MODES


def _against_release(order: GoodsOrder, ready: _Ready, at: datetime) -> Refused | None:
    found = [each for each in ready.measures if each.is_open]
    if found:
        names = ", ".join(dict.fromkeys(each.get_kind_display() for each in found))
        return refused("open_measure", _("Not while a measure is open: %s.") % names)
    if ready.ens.status not in ANALYSED:
        return refused("analysis", _("Not before the analysis is concluded."))
    reason = reason_of(order.reason_code, ReasonCode.Decision.RELEASE, note=order.note, at=at)
    if isinstance(reason, Refused):
        return reason
    if reason.second_signature != ReasonCode.SecondSignature.NO:
        return refused("reason", _("This reason needs a second signature."), "reason_code")
    return None


def _act(
    orders: Sequence[GoodsOrder],
    verb: str,
    kind: Kind,
    officer: User,
    at: datetime,
    *,
    guard: Guard,
) -> list[Changed | Refused]:
    found = _locked([order.consignment for order in orders])
    return [
        _one(order, found.get(order.consignment), verb, kind, officer, at, guard)
        for order in orders
    ]


def _one(
    order: GoodsOrder,
    ready: _Ready | None,
    verb: str,
    kind: Kind,
    officer: User,
    at: datetime,
    guard: Guard,
) -> Changed | Refused:
    if ready is None or not policies.may_handle_ens(officer, ready.ens.pk, at):
        return refused("not_found", _("There is no such consignment for you."))
    against = _stands_against(order, ready, verb, at, guard)
    return against or _advance(order, ready, verb, kind, officer, at)


def _stands_against(
    order: GoodsOrder, ready: _Ready, verb: str, at: datetime, guard: Guard
) -> Refused | None:
    if CONSIGNMENT.target(ready.life.goods, verb) is None:
        text = _("Not possible: the goods are %s.") % ready.life.get_goods_display().lower()
        return refused("state", text)
    return guard(order, ready, at)


def _advance(
    order: GoodsOrder, ready: _Ready, verb: str, kind: Kind, by: User, at: datetime
) -> Changed:
    target = CONSIGNMENT.target(ready.life.goods, verb)
    assert target is not None
    move(ConsignmentLife, CONSIGNMENT, verb, [ready.life.pk])
    ready.life.goods = target
    record_many([_told(kind, ready, at, actor=by.pk, reason_code=order.reason_code)])
    if verb == "present":
        _control_what_is_ordered([ready], at)
    return Changed(id=ready.life.pk)


_ORDERED = (Measure.Status.ORDERED, Measure.Status.SCHEDULED, Measure.Status.IN_PROGRESS)


def _tell_presented(presented: Sequence[_Ready], at: datetime, *, actor: int | None = None) -> None:
    record_many([_told(CONSIGNMENT_PRESENTED, ready, at, actor=actor) for ready in presented])
    _control_what_is_ordered(presented, at)


def _control_what_is_ordered(presented: Sequence[_Ready], at: datetime) -> None:
    ordered = [
        ready for ready in presented if any(each.status in _ORDERED for each in ready.measures)
    ]
    if ordered:
        _begin_control(ordered, at)


def _begin_control(presented: Sequence[_Ready], at: datetime) -> None:
    ids = [ready.life.pk for ready in presented]
    moved = move(ConsignmentLife, CONSIGNMENT, "begin_control", ids)
    told = [ready for ready in presented if ready.life.pk in moved]
    record_many([_told(CONSIGNMENT_UNDER_CONTROL, ready, at) for ready in told])


def present_with(ens: Ens, consignments: Sequence[int], *, at: datetime) -> None:
    """Present consignments as those are with which they came; the ENS row is locked by the caller.

    What has an ordered control is under control at once.
    """
    moved = move(ConsignmentLife, CONSIGNMENT, "present", consignments)
    document, measures = current_document(ens), _measures_of({ens.pk: ens}).get(ens.pk, [])
    lives = ConsignmentLife.objects.filter(pk__in=moved).order_by("pk")
    presented = [
        _Ready(
            life=life,
            ens=ens,
            measures=tuple(each for each in measures if _is_on(each, document, life.key)),
        )
        for life in lives
    ]
    _tell_presented(presented, at)


def put_under_control(measure: Measure, *, at: datetime) -> None:
    """Put the consignments that a control touches under control, as far as they are presented.

    The caller holds the lock of the ENS row.
    """
    _begin_control(_touched(measure), at)


def refuse_goods(measure: Measure, *, at: datetime) -> None:
    """Keep the consignments that a refusal of entry touches from being released."""
    _move_told(measure, "refuse", CONSIGNMENT_NOT_RELEASED, at)


def let_goods_be_decided_again(measure: Measure, *, at: datetime) -> None:
    """Return the consignments of a refusal that was revoked to where they were: presented."""
    _move_told(measure, "revoke_refusal", CONSIGNMENT_PRESENTED, at)


def _move_told(measure: Measure, verb: str, kind: Kind, at: datetime) -> None:
    found = _touched(measure)
    moved = move(ConsignmentLife, CONSIGNMENT, verb, [ready.life.pk for ready in found])
    record_many([_told(kind, ready, at) for ready in found if ready.life.pk in moved])


def goods_of(ens: Ens, subject: str, reference: str) -> list[ConsignmentLife]:
    """Return the consignments that a subject is about; the ENS row is locked by the caller."""
    keys = consignments_touched(current_document(ens), subject, reference)
    lives = ConsignmentLife.objects.filter(filing__membership__ens=ens.pk, key__in=keys)
    return list(lives.select_related("filing").order_by("pk"))


def went_elsewhere(measure: Measure) -> bool:
    """Whether the goods of a measure were diverted to another State and none is presented here."""
    if measure.ens.status != Ens.Status.DIVERTED:
        return False
    goods = goods_of(measure.ens, measure.subject, measure.reference)
    return not any(life.goods in IN_CUSTODY for life in goods)


def _touched(measure: Measure) -> list[_Ready]:
    found = goods_of(measure.ens, measure.subject, measure.reference)
    return [_Ready(life=life, ens=measure.ens) for life in found]


def _locked(ids: Sequence[int]) -> dict[int, _Ready]:
    """Lock the ENS of the consignments, then return them as they are now."""
    members = EnsMember.objects.filter(filing__consignments__in=ids)
    locked = lock_ens(members.values_list("ens_id", flat=True))
    lives = ConsignmentLife.objects.filter(pk__in=ids).select_related("filing__membership")
    measures = _measures_of(locked)
    documents = {key: current_document(ens) for key, ens in locked.items()}
    found: dict[int, _Ready] = {}
    for life in lives.order_by("pk"):
        key = life.filing.membership.ens_id
        on_it = tuple(m for m in measures.get(key, ()) if _is_on(m, documents[key], life.key))
        found[life.pk] = _Ready(life=life, ens=locked[key], measures=on_it)
    return found


def _measures_of(locked: dict[int, Ens]) -> dict[int, list[Measure]]:
    found: dict[int, list[Measure]] = {}
    for measure in Measure.objects.filter(ens__in=locked).order_by("pk"):
        found.setdefault(measure.ens_id, []).append(measure)
    return found


def _is_on(measure: Measure, document: Document, key: str) -> bool:
    return key in consignments_touched(document, measure.subject, measure.reference)


def _told(
    kind: Kind, ready: _Ready, at: datetime, *, actor: int | None = None, reason_code: str = ""
) -> NewEvent:
    data = {
        "consignment": ready.life.pk,
        "consignment_name": ready.life.key,
        "reason_code": reason_code,
        "version": ready.ens.version,
    }
    return NewEvent(kind=kind, at=at, stream=ready.ens.pk, actor=actor, data=data)
