"""Refusal of entry: proposed, signed by a supervisor, heard, in force, carried out (6.4)."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import msgspec
from django.conf import settings
from django.utils.translation import gettext as _

from customs_portal.accounts.models import User
from customs_portal.events.services import record_many
from customs_portal.reference.models import ReasonCode
from declarations import policies
from declarations.events import (
    MEASURE_DECLINED,
    REFUSAL_EXECUTED,
    REFUSAL_HEARD,
    REFUSAL_IN_FORCE,
    REFUSAL_REVOKED,
    REFUSAL_SIGNED,
)
from declarations.models import Ens, Measure, Refusal
from declarations.services.goods import (
    IN_CUSTODY,
    goods_of,
    let_goods_be_decided_again,
    refuse_goods,
)
from declarations.services.locks import lock_ens
from declarations.services.measures import (
    MeasureOrder,
    locked_measures,
    place_measures,
    told,
)
from declarations.services.reasons import reason_of
from declarations.services.results import Changed, Refused, refused
from declarations.services.steps import can, step
from declarations.subjects import current_document, subjects


class RefusalOrder(msgspec.Struct, frozen=True, kw_only=True):
    """The proposal to refuse entry; `reasons` are told to the person concerned."""

    ens: int
    version: int
    subject: str
    reference: str
    reason_code: str
    legal_basis: str
    reasons: str
    note: str = ""


class RefusalStep(msgspec.Struct, frozen=True, kw_only=True):
    """A later step: what was said at a hearing, how it was carried out, why it was revoked."""

    measure: int
    note: str = ""
    execution: str = ""


def propose_refusals(
    orders: Sequence[RefusalOrder], *, officer: User, at: datetime
) -> list[Changed | Refused]:
    """Propose to refuse entry to goods in custody; one result for each."""
    locked = lock_ens(order.ens for order in orders)
    return [_propose(order, locked.get(order.ens), officer, at) for order in orders]


def _propose(
    order: RefusalOrder, ens: Ens | None, officer: User, at: datetime
) -> Changed | Refused:
    if ens is None or not policies.may_handle_ens(officer, ens.pk, at):
        return _unknown()
    against = _against_proposal(order, ens)
    if against:
        return against
    text = order.note or order.reasons
    reason = reason_of(order.reason_code, ReasonCode.Decision.REFUSE, note=text, at=at)
    if isinstance(reason, Refused):
        return reason
    [measure] = place_measures([_measure(order, ens, reason, officer)], at=at)
    Refusal.objects.create(measure=measure, reasons=order.reasons.strip())
    return Changed(id=measure.pk)


def _against_proposal(order: RefusalOrder, ens: Ens) -> Refused | None:
    if order.version != ens.version:
        return refused("stale_version", _("The declaration changed while you read it."))
    if (order.subject, order.reference) not in subjects(current_document(ens)):
        return refused("subject", _("Choose what the decision is about."), "subject")
    if not order.reasons.strip():
        return refused("reasons", _("Give the reasons that are told."), "reasons")
    goods = {life.goods for life in goods_of(ens, order.subject, order.reference)}
    if not goods or not goods <= set(IN_CUSTODY):
        return refused("state", _("Only goods that were presented can be refused entry."))
    return None


def _measure(order: RefusalOrder, ens: Ens, reason: ReasonCode, officer: User) -> MeasureOrder:
    return MeasureOrder(
        ens=ens.pk,
        kind=Measure.Kind.REFUSAL,
        subject=order.subject,
        reference=order.reference,
        reason_code=reason.code,
        note=order.note.strip(),
        trader_text=reason.trader_text,
        place="",
        version=ens.version,
        officer=officer.pk,
        announced=False,
        office=ens.office_of_first_entry,
        legal_basis=order.legal_basis.strip(),
    )


def sign_refusals(
    steps: Sequence[RefusalStep], *, officer: User, at: datetime
) -> list[Changed | Refused]:
    """Sign proposals as a supervisor: the reasons are told, and the time to be heard begins."""
    return _each(steps, "sign", officer, at, _sign)


def _sign(wanted: RefusalStep, measure: Measure, officer: User, at: datetime) -> Refused | None:
    if not policies.is_supervisor(officer):
        return refused("supervisor", _("A supervisor has to sign."))
    if not policies.may_sign(officer, proposed_by=measure.placed_by_id):
        return refused("own_proposal", _("Another officer has to sign what you proposed."))
    until = at + timedelta(days=settings.HEARING_DAYS)
    Refusal.objects.filter(measure=measure).update(heard_until=until)
    Measure.objects.filter(pk=measure.pk).update(signed_by=officer, signed_at=at, announced_at=at)
    step([measure], "sign", REFUSAL_SIGNED, at=at, actor=officer, until=f"{until:%Y-%m-%d}")
    return None


def decline_refusals(
    steps: Sequence[RefusalStep], *, officer: User, at: datetime
) -> list[Changed | Refused]:
    """Refuse to sign proposals, or take back one's own; the note says why."""
    return _each(steps, "decline", officer, at, _decline)


def _decline(wanted: RefusalStep, measure: Measure, officer: User, at: datetime) -> Refused | None:
    if not wanted.note.strip():
        return _say_why()
    step([measure], "decline", MEASURE_DECLINED, at=at, actor=officer, note=wanted.note.strip())
    return None


def hear(steps: Sequence[RefusalStep], *, officer: User, at: datetime) -> list[Changed | Refused]:
    """Record what the persons concerned said; the refusal may then take force before its time."""
    return _each(steps, "enforce", officer, at, _hear)


def _hear(wanted: RefusalStep, measure: Measure, officer: User, at: datetime) -> Refused | None:
    if not wanted.note.strip():
        return refused("note", _("Write down what was said."), "note")
    Refusal.objects.filter(measure=measure).update(heard_at=at, heard_note=wanted.note.strip())
    record_many([told(REFUSAL_HEARD, measure, at=at, actor=officer.pk)])
    return None


def enforce_refusals(
    steps: Sequence[RefusalStep], *, officer: User, at: datetime
) -> list[Changed | Refused]:
    """Put signed refusals in force, once the persons concerned were heard or had their time."""
    return _each(steps, "enforce", officer, at, _enforce)


def _enforce(wanted: RefusalStep, measure: Measure, officer: User, at: datetime) -> Refused | None:
    found = measure.refusal
    if not policies.is_supervisor(officer):
        return refused("supervisor", _("A supervisor puts a refusal in force."))
    if found.heard_at is None and (found.heard_until is None or found.heard_until > at):
        return refused("hearing", _("The time to be heard has not ended."))
    Refusal.objects.filter(pk=found.pk).update(in_force_at=at)
    step([measure], "enforce", REFUSAL_IN_FORCE, at=at, actor=officer)
    refuse_goods(measure, at=at)
    return None


def execute_refusals(
    steps: Sequence[RefusalStep], *, officer: User, at: datetime
) -> list[Changed | Refused]:
    """Record how refusals in force were carried out."""
    return _each(steps, "execute", officer, at, _execute)


def _execute(wanted: RefusalStep, measure: Measure, officer: User, at: datetime) -> Refused | None:
    if wanted.execution not in Refusal.Execution.values:
        return refused("execution", _("Say how it was carried out."), "execution")
    name = str(Refusal.Execution(wanted.execution).label)
    Refusal.objects.filter(measure=measure).update(execution=wanted.execution, executed_at=at)
    step([measure], "execute", REFUSAL_EXECUTED, at=at, actor=officer, execution_name=name)
    return None


def revoke_refusals(
    steps: Sequence[RefusalStep], *, officer: User, at: datetime
) -> list[Changed | Refused]:
    """Revoke refusals as a supervisor; their goods can be decided on again."""
    return _each(steps, "revoke", officer, at, _revoke)


def _revoke(wanted: RefusalStep, measure: Measure, officer: User, at: datetime) -> Refused | None:
    if not policies.is_supervisor(officer):
        return refused("supervisor", _("A supervisor has to revoke."))
    if not wanted.note.strip():
        return _say_why()
    Measure.objects.filter(pk=measure.pk).update(
        lifted_by=officer, lifted_at=at, lift_note=wanted.note.strip()
    )
    step([measure], "revoke", REFUSAL_REVOKED, at=at, actor=officer)
    let_goods_be_decided_again(measure, at=at)
    return None


Action = Callable[[RefusalStep, Measure, User, datetime], Refused | None]


def _each(
    steps: Sequence[RefusalStep], verb: str, officer: User, at: datetime, action: Action
) -> list[Changed | Refused]:
    found = locked_measures(wanted.measure for wanted in steps)
    results: list[Changed | Refused] = []
    for wanted in steps:
        measure = found.get(wanted.measure)
        if measure is None or not policies.may_handle(officer, measure, at):
            results.append(_unknown())
        elif measure.kind != Measure.Kind.REFUSAL or not can(measure, verb):
            results.append(refused("closed", _("The refusal is not at that step.")))
        else:
            against = action(wanted, measure, officer, at)
            results.append(against or Changed(id=measure.pk))
    return results


def _say_why() -> Refused:
    return refused("note", _("Write down the reason in your own words."), "note")


def _unknown() -> Refused:
    return refused("not_found", _("There is no such refusal for you."))
