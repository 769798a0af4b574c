"""Screening filings of other Member States for them: what we find, and what an officer says."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from customs_portal.accounts.models import User
from customs_portal.events.kinds import Kind
from customs_portal.events.services import NewEvent, record_many
from declarations.lifecycle import move
from declarations.services.locks import assert_in_transaction
from risk.events import SCREENING_FOUND
from risk.lifecycle import SCREENING
from risk.models import Screening
from risk.services.screening import set_aside

State = Screening.State


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What another State asks us to screen: the ENS and version that we made of it."""

    ens: int
    ens_version: int
    country: str
    kind: str
    reference: str
    asked_at: datetime
    ends_at: datetime


def note_requests(asked: Sequence[Asked], *, at: datetime) -> None:
    """Keep what was asked of us, in its order; the last request about a declaration counts.

    The caller holds the locks of the ENS rows.
    """
    assert_in_transaction()
    last = {each.ens: each.ens_version for each in asked}
    set_aside(last, at=at)
    Screening.objects.bulk_create(
        Screening(
            ens_id=each.ens,
            ens_version_id=each.ens_version,
            is_ours=False,
            country=each.country,
            kind=each.kind,
            reference=each.reference,
            state=State.ASKED if each.ens_version == last[each.ens] else State.SET_ASIDE,
            asked_at=each.asked_at,
            ends_at=each.ends_at,
        )
        for each in asked
    )


def tell_found(flagged: Mapping[int, bool], *, at: datetime) -> None:
    """Let the States know whether our rules hit what they asked about: by ENS version, whether.

    What says nothing new is not told. The caller holds the locks of the ENS rows.
    """
    for verb, wanted in (("hit", True), ("no_hit", False)):
        keys = [key for key, found in flagged.items() if found is wanted]
        rows = Screening.objects.filter(ens_version__in=keys, is_ours=False) if keys else []
        named = {row.pk: row for row in rows if wanted or row.state == State.ASKED}
        moved = move(Screening, SCREENING, verb, named) if named else set()
        Screening.objects.filter(pk__in=moved).update(answered_at=at)
        fresh = Screening.objects.filter(pk__in=moved).order_by("pk") if moved else []
        record_many([told(SCREENING_FOUND, row, at) for row in fresh])


def told(kind: Kind, row: Screening, at: datetime, officer: User | None = None) -> NewEvent:
    """Return the event by which the State is answered."""
    return NewEvent(
        kind=kind,
        at=at,
        stream=row.ens_id,
        actor=officer.pk if officer else None,
        data={
            "screening": row.pk,
            "country": row.country,
            "state": row.state,
            "state_name": str(row.get_state_display()),
        },
    )
