"""Letting an office see an ENS that does not come its way."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from customs_portal.accounts.models import User
from declarations.models import OfficeSight
from declarations.services.locks import assert_in_transaction


class Sight(msgspec.Struct, frozen=True, kw_only=True):
    """An ENS, the office that is to see it, and why."""

    ens: int
    office: str
    reason: str


def give_sight(sights: Sequence[Sight], *, by: User | None, at: datetime) -> None:
    """Let the offices see the ENS from now on; one that sees it already stays as it is.

    The caller holds the locks of the ENS rows and records the event of the work handed over.
    """
    assert_in_transaction()
    rows = [
        OfficeSight(
            ens_id=sight.ens, office=sight.office, reason=sight.reason, given_by=by, given_at=at
        )
        for sight in sights
    ]
    OfficeSight.objects.bulk_create(rows, ignore_conflicts=True)
