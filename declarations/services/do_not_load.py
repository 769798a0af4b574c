"""Do not load: while it is lawful, signed by two people, breached or complied with (6.1)."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.utils.translation import gettext as _

from customs_portal.accounts.models import User
from customs_portal.events.services import record_many
from declarations import policies
from declarations.clocks import clock_before_loading
from declarations.document import Document, GoodsItem
from declarations.events import (
    MEASURE_ANNOUNCED,
    MEASURE_BREACHED,
    MEASURE_COMPLIED,
    MEASURE_DECLINED,
    MEASURE_LAPSED,
    MEASURE_SIGNED,
)
from declarations.filing_types import filing_types, is_preloading
from declarations.models import Clock, Control, Ens, Measure
from declarations.services.locks import assert_in_transaction
from declarations.services.measures import MeasureOrder, locked_measures, place_measures, told
from declarations.services.results import Changed, Refused, refused
from declarations.services.steps import can, step
from declarations.subjects import first_filing
from declarations.traffic import TrafficClass

BREACH_HOLD, BREACH_CONTROL = "HLD-03", "CTL-04"
"""Loaded against an instruction; controlled by full unloading."""
SEA, AIR = "1", "4"
AT_A_TIME = 200


def do_not_load_refused(ens: Ens, at: datetime) -> str | None:
    """Return why goods of the ENS cannot be kept from loading now; None where they can be.

    Lawful only for containers in deep sea traffic, until 24 hours after receipt (Regulation (EU)
    2015/2447 Art. 186(7)), and of ICS2 by air until the assessment before loading is concluded. The
    clock row says what kind of traffic it is, so that a correction of it counts.
    """
    return _before_loading_refused(ens) if is_before_loading(ens) else _by_sea_refused(ens, at)


def _by_sea_refused(ens: Ens, at: datetime) -> str | None:
    if ens.transport_mode != SEA or ens.role != Ens.OurRole.FIRST_ENTRY:
        return _("Do not load is only for containers by sea, at the office of first entry.")
    clocks = Clock.objects.filter(ens=ens, kind=Clock.Kind.DO_NOT_LOAD).order_by("-pk")
    window = clocks.first()
    if window is None:
        return _("Do not load is only for containers in deep sea traffic.")
    if window.ends_at <= at:
        return _("The 24 hours since receipt ended at %s.") % f"{window.ends_at:%Y-%m-%d %H:%M} UTC"
    if window.stopped_at is None:
        return None
    if ens.corrected_traffic() not in (None, TrafficClass.DEEP_SEA_CONTAINER):
        return _("Do not load is only for containers in deep sea traffic.")
    return _("The analysis is concluded.")


def is_before_loading(ens: Ens) -> bool:
    """Whether the ENS began with a filing of ICS2 that is assessed before loading by air."""
    return ens.transport_mode == AIR and is_preloading(first_filing(ens).type)


def _before_loading_refused(ens: Ens) -> str | None:
    if ens.role != Ens.OurRole.FIRST_ENTRY or ens.absorbed_by_id is not None:
        return _("Do not load is only for what is to be assessed here before loading.")
    kind = clock_before_loading(first_filing(ens).type)
    live = Clock.objects.filter(ens=ens, kind=kind, stopped_at__isnull=True)
    return None if live.exists() else _("The assessment before loading is concluded.")


def do_not_load_subjects(document: Document) -> list[tuple[str, str]]:
    """Return what can be kept from loading (R3025).

    By sea containers, and in phase 1 goods items that are in one; by air consignments.
    """
    if is_preloading(document.type):
        return [(Measure.Subject.CONSIGNMENT.value, each.key) for each in document.consignments]
    items = [item for item in document.items() if item.containers]
    containers = dict.fromkeys(number for item in items for number in item.containers)
    return [
        *((Measure.Subject.EQUIPMENT.value, number) for number in containers),
        *_inside(document, items),
    ]


def _inside(document: Document, items: Sequence[GoodsItem]) -> list[tuple[str, str]]:
    if document.type in filing_types():
        return []
    return [(Measure.Subject.ITEM.value, str(item.number)) for item in items]


def sign_do_not_loads(
    measures: Sequence[int], *, officer: User, at: datetime
) -> list[Changed | Refused]:
    """Put the proposals in force by a second signature and announce them, each or its refusal."""
    found = locked_measures(measures)
    return [_sign(found.get(key), officer, at) for key in measures]


def _sign(measure: Measure | None, officer: User, at: datetime) -> Changed | Refused:
    against = _against_signing(measure, officer, at)
    if against or measure is None:
        return against or _unknown()
    measure.signed_by, measure.signed_at, measure.announced_at = officer, at, at
    Measure.objects.filter(pk=measure.pk).update(
        status=Measure.Status.IN_FORCE, signed_by=officer, signed_at=at, announced_at=at
    )
    signed = told(MEASURE_SIGNED, measure, at=at, actor=officer.pk)
    record_many([signed, told(MEASURE_ANNOUNCED, measure, at=at, actor=officer.pk)])
    return Changed(id=measure.pk)


def _against_signing(measure: Measure | None, officer: User, at: datetime) -> Refused | None:
    if measure is None or measure.kind != Measure.Kind.DO_NOT_LOAD:
        return _unknown()
    if not policies.may_handle(officer, measure, at):
        return _unknown()
    if not can(measure, "sign"):
        return refused("closed", _("This proposal no longer waits for a signature."))
    if not policies.may_sign(officer, proposed_by=measure.placed_by_id):
        return refused("own_proposal", _("Another officer has to sign what you proposed."))
    if measure.decided_on_version != measure.ens.version:
        return refused("stale_version", _("The declaration changed since the proposal."))
    unlawful = do_not_load_refused(measure.ens, at)
    return refused("not_allowed", unlawful) if unlawful else None


def decline_do_not_loads(
    measures: Sequence[int], *, note: str, officer: User, at: datetime
) -> list[Changed | Refused]:
    """Refuse to sign the proposals, or take back one's own; `note` says why."""
    found = locked_measures(measures)
    return [_decline(found.get(key), note.strip(), officer, at) for key in measures]


def _decline(measure: Measure | None, note: str, officer: User, at: datetime) -> Changed | Refused:
    if measure is None or not policies.may_handle(officer, measure, at):
        return _unknown()
    if measure.kind != Measure.Kind.DO_NOT_LOAD or not can(measure, "decline"):
        return refused("closed", _("This proposal no longer waits for a signature."))
    if not note:
        return refused("note", _("Write down the reason in your own words."), "note")
    step([measure], "decline", MEASURE_DECLINED, at=at, actor=officer, note=note)
    return Changed(id=measure.pk)


def _unknown() -> Refused:
    return refused("not_found", _("There is no such measure for you."))


def lapse_unsigned(*, at: datetime) -> int:
    """Let proposals lapse whose window has ended without a second signature; return how many."""
    assert_in_transaction()
    waiting = Measure.objects.filter(
        kind=Measure.Kind.DO_NOT_LOAD, status=Measure.Status.AWAITING_SECOND
    )
    over = waiting.filter(ens__clocks__kind=Clock.Kind.DO_NOT_LOAD, ens__clocks__ends_at__lte=at)
    found = locked_measures(over.order_by("pk").values_list("pk", flat=True)[:AT_A_TIME])
    return len(step(list(found.values()), "lapse", MEASURE_LAPSED, at=at))


class Breached(msgspec.Struct, frozen=True, kw_only=True):
    """A do-not-load whose goods came all the same, and the measures that follow from it."""

    measure: int
    ens: int
    hold: int
    control: int


def breach_do_not_loads(measures: Sequence[int], *, at: datetime) -> list[Breached]:
    """Mark those of the measures that are in force as breached, and hold and control their goods.

    To be called with the do-not-loads whose goods were found aboard:
    `Measure.objects.do_not_loads_in_force().filter(ens__in=...)`.
    """
    found = step(_do_not_loads(measures), "breach", MEASURE_BREACHED, at=at)
    placed = place_measures([order for each in found for order in _consequences(each)], at=at)
    controls = [each.pk for each in placed[1::2]]
    Control.objects.filter(measure__in=controls).update(due_at=at)
    return [
        Breached(measure=each.pk, ens=each.ens_id, hold=placed[2 * n].pk, control=controls[n])
        for n, each in enumerate(found)
    ]


def comply_do_not_loads(measures: Sequence[int], *, at: datetime) -> list[int]:
    """Mark those of the measures that are in force as complied with and return their ids."""
    found = step(_do_not_loads(measures), "comply", MEASURE_COMPLIED, at=at)
    return [measure.pk for measure in found]


def _do_not_loads(ids: Sequence[int]) -> list[Measure]:
    found = locked_measures(ids).values()
    return [measure for measure in found if measure.kind == Measure.Kind.DO_NOT_LOAD]


def _consequences(measure: Measure) -> list[MeasureOrder]:
    office = measure.ens.office_of_first_entry
    return [
        following(measure, Measure.Kind.HOLD, BREACH_HOLD),
        following(measure, Measure.Kind.CONTROL, BREACH_CONTROL, place=office),
    ]


def following(
    cause: Measure, kind: Measure.Kind, reason_code: str, *, place: str = "", trader_text: str = ""
) -> MeasureOrder:
    """Return the order of the system for a measure that follows from another on its subject."""
    return MeasureOrder(
        ens=cause.ens_id,
        kind=kind,
        subject=cause.subject,
        reference=cause.reference,
        reason_code=reason_code,
        note="",
        trader_text=trader_text,
        place=place,
        version=cause.decided_on_version,
        officer=None,
        announced=False,
        caused_by=cause.pk,
    )
