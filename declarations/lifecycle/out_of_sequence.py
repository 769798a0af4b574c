"""Messages out of sequence: by message and situation, the error with which it is refused.

Functional errors: 90 unknown MRN, 91 MRN in use, 92 message out of sequence, 93 invalid MRN. IE305
gives beside it a code of the list AmendmentRejectionMotivation.
"""

from collections.abc import Collection
from enum import StrEnum

import msgspec

UNKNOWN_MRN = "90"
MRN_IN_USE = "91"
OUT_OF_SEQUENCE = "92"
INVALID_MRN = "93"
DUPLICATE = "26"


class Situation(StrEnum):
    """In what a filing stands when a message about it comes."""

    UNKNOWN = "unknown"
    ENDED = "ended"
    REGISTERED = "registered"
    ARRIVED = "arrived"
    DIVERTED = "diverted"
    PRESENTED = "presented"
    RELEASED = "released"


class Refusal(msgspec.Struct, frozen=True):
    """The error of a message in a situation, and the motivation where IE305 tells it."""

    message: str
    situation: Situation
    code: str
    motivation: str = ""


REFUSALS = (
    Refusal("IE313", Situation.UNKNOWN, UNKNOWN_MRN, "3"),
    Refusal("IE313", Situation.ENDED, OUT_OF_SEQUENCE, "2"),
    Refusal("IE313", Situation.ARRIVED, OUT_OF_SEQUENCE, "5"),
    Refusal("IE313", Situation.DIVERTED, OUT_OF_SEQUENCE, "4"),
    Refusal("IE313", Situation.PRESENTED, OUT_OF_SEQUENCE, "5"),
    Refusal("IE313", Situation.RELEASED, OUT_OF_SEQUENCE, "6"),
    Refusal("IE323", Situation.UNKNOWN, UNKNOWN_MRN),
    Refusal("IE323", Situation.ENDED, OUT_OF_SEQUENCE),
    Refusal("IE323", Situation.ARRIVED, OUT_OF_SEQUENCE),
    Refusal("IE323", Situation.DIVERTED, OUT_OF_SEQUENCE),
    Refusal("IE323", Situation.PRESENTED, OUT_OF_SEQUENCE),
    Refusal("IE323", Situation.RELEASED, OUT_OF_SEQUENCE),
    Refusal("IE347", Situation.ARRIVED, OUT_OF_SEQUENCE),
    Refusal("IE347", Situation.DIVERTED, OUT_OF_SEQUENCE),
    Refusal("IE347", Situation.PRESENTED, OUT_OF_SEQUENCE),
    Refusal("IE347", Situation.RELEASED, OUT_OF_SEQUENCE),
    Refusal("IE302", Situation.UNKNOWN, UNKNOWN_MRN),
    Refusal("IE302", Situation.ENDED, OUT_OF_SEQUENCE),
)
_BY_PLACE = {(row.message, row.situation): row for row in REFUSALS}
ENDED_FILINGS = frozenset({"rejected", "invalidated", "superseded", "expired"})


def refusal(message: str, situation: Situation) -> Refusal | None:
    """Return with what the message is refused in this situation, None where it is in order."""
    return _BY_PLACE.get((message, situation))


def situation(*, filing: str, ens: str, goods: Collection[str]) -> Situation:
    """Return in what a known filing stands: its status, that of its ENS, and its goods.

    What has gone farthest counts: one released consignment makes it released.
    """
    if filing in ENDED_FILINGS:
        return Situation.ENDED
    if ens == "diverted":
        return Situation.DIVERTED
    found = set(goods)
    if found & {"released", "not_released", "onward"} or "closed" in (filing, ens):
        return Situation.RELEASED
    if found & {"presented", "under_control"}:
        return Situation.PRESENTED
    if found & {"arrived", "partially_arrived"}:
        return Situation.ARRIVED
    return Situation.REGISTERED
