"""A rule as the engine takes it, and the hit that it makes."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

import msgspec

from declarations.document import Spot
from risk.engine.outcomes import Outcome, Severity, Weighted
from risk.engine.tree import Expression


class EngineRule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One version of a rule; `modes`, `offices` and `filing_types` limit it, empty means all.

    `instruction` is for officers, `trader_text` for traders. `referral` names the question that an
    outcome `refer` proposes (`RFI`, `AMD`, `RFS`), `reason` why an outcome stands without suspicion
    (`RANDOM`). `cap` is the most declarations that it hits in a day at an office, 0 for no limit;
    no rule that proposes to hold or not to load has one.
    """

    code: str
    version: int
    title: str
    family: str
    expression: Expression
    outcome: Outcome
    severity: Severity
    score: int
    modes: tuple[str, ...] = ()
    offices: tuple[str, ...] = ()
    filing_types: tuple[str, ...] = ()
    instruction: str = ""
    trader_text: str = ""
    referral: str = ""
    reason: str = ""
    note: str = ""
    cap: int = 0

    def weighted(self) -> Weighted:
        """Return what a hit of this rule adds to the conclusion of an assessment."""
        return Weighted(self.outcome, self.severity, self.score)


class Bound(msgspec.Struct, frozen=True, cache_hash=True, kw_only=True, omit_defaults=True):
    """One condition of a hit with the value found.

    `value` is the value declared and `threshold` what it was compared with (values joined by a
    comma, the code of a list, or the name of a field), both as text; `other_value` is the value of
    that field. `matched` are the parts of the value that fitted. `negated`: the condition is false
    and stands under NOT. `decisive`: had this condition alone come out otherwise, no hit.
    `field` is `items` where goods items were counted.
    """

    field: str
    operator: str
    value: str = ""
    threshold: str = ""
    matched: tuple[str, ...] = ()
    other: str = ""
    other_value: str = ""
    negated: bool = False
    decisive: bool = True
    spots: tuple[Spot, ...] = ()


class Hit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A rule version that is true for the declaration or one of its goods items.

    `capped`: above the limit of the rule; it is shown, and does not weigh.
    """

    rule: str
    version: int
    bound: tuple[Bound, ...]
    capped: bool = False

    @property
    def spots(self) -> tuple[Spot, ...]:
        """Return every place that the hit points to, each once, in the order of conditions."""
        return tuple(dict.fromkeys(spot for bound in self.bound for spot in bound.spots))


def as_text(value: object) -> str:
    """Return a value of a field as text: decimals without exponent, times in ISO 8601."""
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    if isinstance(value, datetime):
        return value.isoformat()
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def encode(hits: Iterable[Hit]) -> bytes:
    """Return the hits as a JSON array, the form in which they are stored."""
    return msgspec.json.encode(list(hits))


_decoder = msgspec.json.Decoder(tuple[Hit, ...])


def decode(data: bytes | str) -> tuple[Hit, ...]:
    """Return the hits stored by `encode`; raises msgspec.ValidationError for anything else."""
    return _decoder.decode(data)
