"""Invalidating: a filing of ICS2 counts no longer, on the request of who lodged it (IE3Q04)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from customs_portal.accounts.models import Mandate
from customs_portal.events.services import NewEvent, record_many
from declarations.checks.amendment import Against, Asked, first_against, malformed, unknown
from declarations.checks.filing_amendment import TO_END
from declarations.events import FILING_INVALIDATED, INVALIDATION_REFUSED
from declarations.lifecycle import FILING, move
from declarations.models import Filing
from declarations.mrn import is_valid
from declarations.services.amend import approached_event, known_of
from declarations.services.leaving import leave
from declarations.services.link_keys import settle
from declarations.services.locks import assert_in_transaction
from declarations.services.standing import (
    Standing,
    ens_of,
    lock_ens_of,
    representatives,
    standings,
)


class InvalidationOrder(msgspec.Struct, frozen=True, kw_only=True):
    """A request to invalidate a filing, and how it reached us."""

    mrn: str
    sender: str
    message_id: int
    correlation: UUID | None = None


class Invalidated(msgspec.Struct, frozen=True, kw_only=True):
    """The filing counts no longer; `ens` is the one that ended with it, None while others live."""

    ens: int | None
    mrn: str


class InvalidationRefused(msgspec.Struct, frozen=True, kw_only=True):
    """The filing stays, for this reason."""

    against: Against


def invalidate(
    orders: Sequence[InvalidationOrder], *, at: datetime
) -> list[Invalidated | InvalidationRefused]:
    """Invalidate the filings one after the other; one result for each, in their order.

    The caller has the analysis of the ENS end in the same transaction. A refused one changes
    nothing.
    """
    assert_in_transaction()
    lock_ens_of([order.mrn for order in orders])
    return [_invalidate(order, at) for order in orders]


def judge_invalidations(
    orders: Sequence[InvalidationOrder], *, at: datetime
) -> list[Against | None]:
    """Return for each request why it would be refused now, None if not; nothing is written."""
    return [_judge(order, at)[0] for order in orders]


def refused_event(order: InvalidationOrder, at: datetime, ens: int | None = None) -> NewEvent:
    """Return the event of a refused request, from which its answer follows."""
    return NewEvent(
        kind=INVALIDATION_REFUSED,
        at=at,
        stream=ens,
        correlation=order.correlation,
        data={"message": order.message_id, "sender": order.sender, "mrn": order.mrn},
    )


def _judge(order: InvalidationOrder, at: datetime) -> tuple[Against | None, Standing | None]:
    if not is_valid(order.mrn):
        return malformed(order.mrn), None
    standing = standings(ens_of([order.mrn]).values(), at, mrns=[order.mrn]).get(order.mrn)
    if standing is None or standing.document is None:
        return unknown(order.mrn), standing
    pair = (standing.filing.declarant, order.sender)
    entitled = representatives([pair], Mandate.Scope.AMEND, at)
    document = msgspec.structs.replace(standing.document, mrn=order.mrn)
    known = known_of(standing, order.sender, entitled)
    asked = Asked(sender=order.sender, document=document, known=known)
    return first_against(asked, TO_END), standing


def _invalidate(order: InvalidationOrder, at: datetime) -> Invalidated | InvalidationRefused:
    against, standing = _judge(order, at)
    if against is not None:
        ens = standing.ens.pk if standing and against.known else None
        record_many([refused_event(order, at, ens)])
        if standing and not against.known:
            record_many([approached_event(standing.ens.pk, order.sender, order.message_id, at)])
        return InvalidationRefused(against=against)
    assert standing is not None
    filing, own = standing.filing, standing.ens
    move(Filing, FILING, "invalidate", [filing.pk])
    record_many([_event(order, standing, at)])
    settle([filing.pk])
    ended = leave([filing], at=at)
    return Invalidated(ens=own.pk if own.pk in ended else None, mrn=order.mrn)


def _event(order: InvalidationOrder, standing: Standing, at: datetime) -> NewEvent:
    return NewEvent(
        kind=FILING_INVALIDATED,
        at=at,
        stream=standing.ens.pk,
        correlation=order.correlation,
        data={
            "filing": standing.filing.pk,
            "ens": standing.ens.pk,
            "version": standing.ens.version,
            "mrn": order.mrn,
            "sender": order.sender,
            "message": order.message_id,
        },
    )
