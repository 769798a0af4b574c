"""The kinds of messages that the portal takes in: one row each, in the order of their turn."""

from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum

import msgspec

from customs_portal.findings import Finding
from customs_portal.reference.snapshot import Snapshot
from declarations.filing_types import filing_types
from messaging.received import (
    amendments,
    arrivals,
    consultations,
    declaration_requests,
    declarations,
    declarations_given,
    diversions,
    error_notices,
    feedback,
    hand_overs,
    invalidations,
    master_references,
    means_arrivals,
    referral_answers,
    screening_answers,
    screening_requests,
    subsequent_entry,
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


class Answered(StrEnum):
    """When a kind of message is answered: one that only tells is answered where it is refused.

    A notice of errors never is, lest two systems answer each other for ever.
    """

    ALWAYS = "always"
    IF_REFUSED = "if_refused"
    NEVER = "never"


class ReceivedKind(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of message, by its XML name; `sender` is who may send it."""

    name: str
    sender: From
    check: Check
    take_in: TakeIn
    try_out: TryOut
    answered: Answered = Answered.ALWAYS


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
        name="CD301A",
        sender=From.PARTNER,
        check=hand_overs.check,
        take_in=hand_overs.take_in,
        try_out=hand_overs.try_out,
        answered=Answered.IF_REFUSED,
    ),
    ReceivedKind(
        name="CD303A",
        sender=From.PARTNER,
        check=declarations_given.check,
        take_in=declarations_given.take_in,
        try_out=declarations_given.try_out,
        answered=Answered.IF_REFUSED,
    ),
    ReceivedKind(
        name="CD319A",
        sender=From.PARTNER,
        check=subsequent_entry.check,
        take_in=subsequent_entry.take_in,
        try_out=subsequent_entry.try_out,
        answered=Answered.IF_REFUSED,
    ),
    ReceivedKind(
        name="XF319A",
        sender=From.PARTNER,
        check=feedback.check,
        take_in=feedback.take_in,
        try_out=feedback.try_out,
        answered=Answered.IF_REFUSED,
    ),
    ReceivedKind(
        name="XF4Q01A",
        sender=From.PARTNER,
        check=screening_requests.check,
        take_in=screening_requests.take_in,
        try_out=screening_requests.try_out,
        answered=Answered.IF_REFUSED,
    ),
    ReceivedKind(
        name="XF4S01A",
        sender=From.PARTNER,
        check=screening_answers.check,
        take_in=screening_answers.take_in,
        try_out=screening_answers.try_out,
        answered=Answered.IF_REFUSED,
    ),
    ReceivedKind(
        name="CD302A",
        sender=From.PARTNER,
        check=declaration_requests.check,
        take_in=declaration_requests.take_in,
        try_out=declaration_requests.try_out,
    ),
)
_FILINGS = tuple(
    ReceivedKind(
        name=kind.message,
        sender=From.TRADER,
        check=declarations.check,
        take_in=declarations.take_in,
        try_out=declarations.try_out,
    )
    for kind in filing_types().values()
    if kind.own_mrn
)
_FILING_AMENDMENTS = tuple(
    ReceivedKind(
        name=kind.amendment,
        sender=From.TRADER,
        check=amendments.check,
        take_in=amendments.take_in,
        try_out=amendments.try_out,
    )
    for kind in filing_types().values()
    if kind.own_mrn
)
_FILING_REQUESTS = (
    ReceivedKind(
        name="IE3F25",
        sender=From.TRADER,
        check=declarations.check,
        take_in=master_references.take_in,
        try_out=master_references.try_out,
    ),
    ReceivedKind(
        name="IE3Q04",
        sender=From.TRADER,
        check=invalidations.check,
        take_in=invalidations.take_in,
        try_out=invalidations.try_out,
    ),
    ReceivedKind(
        name="IE3Q05",
        sender=From.TRADER,
        check=consultations.check,
        take_in=consultations.take_in,
        try_out=consultations.try_out,
    ),
    ReceivedKind(
        name="IE3N06",
        sender=From.TRADER,
        check=means_arrivals.check,
        take_in=means_arrivals.take_in,
        try_out=means_arrivals.try_out,
    ),
)
_ANSWERS = tuple(
    ReceivedKind(
        name=name,
        sender=From.TRADER,
        check=referral_answers.check,
        take_in=referral_answers.take_in,
        try_out=referral_answers.try_out,
        answered=Answered.IF_REFUSED,
    )
    for name in referral_answers.TYPES
)
_NOTICES = tuple(
    ReceivedKind(
        name=name,
        sender=From.PARTNER,
        check=error_notices.check,
        take_in=error_notices.take_in,
        try_out=error_notices.try_out,
        answered=Answered.NEVER,
    )
    for name in ("CD906B", "CD917B")
)
_LODGED, _AMENDED, *_OTHERS = _ROWS
KINDS = {
    row.name: row
    for row in (
        _LODGED,
        *_FILINGS,
        _AMENDED,
        *_FILING_AMENDMENTS,
        *_FILING_REQUESTS,
        *_ANSWERS,
        *_OTHERS,
        *_NOTICES,
    )
}
"""By name, in the order in which the kinds of one turn of a batch are worked off."""


def is_answered(kind: str, refused: Sequence[Finding]) -> bool:
    """Whether a message of that kind (empty where unknown) gets an answer, with these findings."""
    known = KINDS.get(kind)
    when = known.answered if known else Answered.ALWAYS
    return when is Answered.ALWAYS or (when is Answered.IF_REFUSED and bool(refused))
