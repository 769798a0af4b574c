"""The kinds of messages that the portal takes in: one row each, in the order of their turn."""

from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum

import msgspec

from customs_portal.findings import Finding
from customs_portal.reference.snapshot import Snapshot
from messaging.received import (
    amendments,
    arrivals,
    declaration_requests,
    declarations,
    diversions,
)
from messaging.received.message import Fate, Judged

Check = Callable[[Judged, Snapshot, str], Sequence[Finding]]
"""Judges a message whose structure and rules are right, for the country; needs no database."""
TakeIn = Callable[[Sequence[Judged], datetime], list[Fate]]
"""Makes of readable messages what they ask for, or refuses them; one fate for each."""
TryOut = Callable[[Sequence[Judged], datetime], list[Sequence[Finding]]]
"""Says with which findings messages without any would be refused, and writes nothing."""


class From(StrEnum):
    """Who sends a kind of message."""

    TRADER = "trader"
    PARTNER = "partner"


class ReceivedKind(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of message, by its XML name; `sender` is who may send it."""

    name: str
    sender: From
    check: Check
    take_in: TakeIn
    try_out: TryOut


_ROWS = (
    ReceivedKind(
        name="CC315A",
        sender=From.TRADER,
        check=declarations.check,
        take_in=declarations.take_in,
        try_out=declarations.try_out,
    ),
    ReceivedKind(
        name="CC313A",
        sender=From.TRADER,
        check=amendments.check,
        take_in=amendments.take_in,
        try_out=amendments.try_out,
    ),
    ReceivedKind(
        name="CC323A",
        sender=From.TRADER,
        check=diversions.check,
        take_in=diversions.take_in,
        try_out=diversions.try_out,
    ),
    ReceivedKind(
        name="UK347A",
        sender=From.TRADER,
        check=arrivals.check,
        take_in=arrivals.take_in,
        try_out=arrivals.try_out,
    ),
    ReceivedKind(
        name="CD302A",
        sender=From.PARTNER,
        check=declaration_requests.check,
        take_in=declaration_requests.take_in,
        try_out=declaration_requests.try_out,
    ),
)
KINDS = {row.name: row for row in _ROWS}
"""By name, in the order in which the kinds of one turn of a batch are worked off."""
