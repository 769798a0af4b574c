"""Legal holds: placed and lifted by a person for a reason, and what they cover."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime

import msgspec
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from customs_portal.accounts.models import Operator, User
from customs_portal.events.services import record
from customs_portal.findings import Finding
from customs_portal.privacy.events import HOLD_LIFTED, HOLD_PLACED
from customs_portal.privacy.models import LegalHold
from declarations.models import Ens, SearchKey

SHORTEST_REASON = 10
REMOVING = 7_315_020
"""The advisory lock of whoever removes data."""


class Covered(msgspec.Struct, frozen=True, kw_only=True):
    """What open holds keep: all, or ids of ENS with their MRNs, and EORI numbers."""

    everything: bool
    ens: tuple[int, ...] = ()
    mrns: tuple[str, ...] = ()
    eoris: tuple[str, ...] = ()


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be held, and why."""

    subject: str
    reference: str
    reason: str


@contextmanager
def removing() -> Iterator[bool]:
    """Keep holds from being placed, within; yield whether nobody else removes data now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [REMOVING])
        [alone] = cursor.fetchone()
        try:
            yield alone
        finally:
            if alone:
                _unlock()


def _unlock() -> None:
    """Give the lock back; one that an aborted transaction keeps ends with its connection."""
    with suppress(DatabaseError), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s)", [REMOVING])


def _nothing_is_removed() -> bool:
    """Whether no data are being removed, and none will be until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock_shared(%s)", [REMOVING])
        return bool(cursor.fetchone()[0])


def place(order: Order, *, by: User, at: datetime) -> LegalHold | Finding:
    """Place a hold, in the caller's transaction; or say why not."""
    if not _nothing_is_removed():
        return _refusal(_("Data are being removed now. Try again in some minutes."))
    problem = _problem(order)
    if problem:
        return _refusal(problem)
    try:
        with transaction.atomic():
            hold = LegalHold.objects.create(
                subject=order.subject,
                reference=order.reference,
                reason=order.reason,
                placed_by=by,
                placed_at=at,
            )
    except IntegrityError:
        return _refusal(_("This is held already."))
    record(HOLD_PLACED, at=at, data=_told(hold, hold.reason), actor=by.pk)
    return hold


def lift(hold: LegalHold, *, by: User, reason: str, at: datetime) -> LegalHold | Finding:
    """Lift a hold, in the caller's transaction; or say why not."""
    if len(reason) < SHORTEST_REASON:
        return _refusal(_("Say why in at least 10 signs."))
    open_ones = LegalHold.objects.filter(pk=hold.pk, lifted_at__isnull=True)
    if not open_ones.update(lifted_by=by, lifted_at=at, lift_reason=reason):
        return _refusal(_("The hold was lifted before."))
    hold.refresh_from_db()
    record(HOLD_LIFTED, at=at, data=_told(hold, reason), actor=by.pk)
    return hold


def covered() -> Covered:
    """Return what the open holds keep; an EORI covers every ENS that names it.

    A declaration is held with all that form one whole with it, for their stories stand apart.
    """
    holds = LegalHold.objects.filter(lifted_at__isnull=True)
    named: dict[str, set[str]] = {}
    for subject, reference in holds.values_list("subject", "reference"):
        named.setdefault(subject, set()).add(reference)
    eoris = named.get(LegalHold.Subject.EORI, set())
    by_eori = SearchKey.objects.filter(kind="eori", value__in=eoris).values("ens")
    mrns = named.get(LegalHold.Subject.MRN, set())
    named_ens = Ens.objects.filter(Q(mrn__in=mrns) | Q(pk__in=by_eori)).values("pk")
    together = Q(absorbed_by__in=named_ens) | Q(absorbed__in=named_ens)
    held = Ens.objects.filter(Q(pk__in=named_ens) | together)
    ens = dict(held.values_list("pk", "mrn"))
    return Covered(
        everything=LegalHold.Subject.EVERYTHING in named,
        ens=tuple(ens),
        mrns=tuple({*mrns, *ens.values()}),
        eoris=tuple(eoris),
    )


def _problem(order: Order) -> str:
    if len(order.reason) < SHORTEST_REASON:
        return _("Say why in at least 10 signs.")
    if order.subject == LegalHold.Subject.MRN:
        known = Ens.objects.filter(mrn=order.reference).exists()
        return "" if known else _("No declaration has this MRN.")
    if order.subject == LegalHold.Subject.EORI:
        named = SearchKey.objects.filter(kind="eori", value=order.reference).exists()
        known = named or Operator.objects.filter(eori=order.reference).exists()
        return "" if known else _("Nothing names this EORI.")
    return _("Everything has no reference.") if order.reference else ""


def _refusal(text: str) -> Finding:
    return Finding(code="hold", text=text, location="hold")


def _told(hold: LegalHold, reason: str) -> dict[str, str]:
    return {"subject": hold.subject, "reference": hold.reference, "reason": reason}
