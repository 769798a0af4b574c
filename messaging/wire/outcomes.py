"""What came of one try to send a message."""

from datetime import timedelta

import msgspec


class Delivered(msgspec.Struct, frozen=True, kw_only=True):
    """The partner has it: its receipt, verified."""

    receipt: str


class Handed(msgspec.Struct, frozen=True, kw_only=True):
    """A gateway has it; the receipt comes later."""


class Later(msgspec.Struct, frozen=True, kw_only=True):
    """It did not work and is tried again; `wait` is what the partner asked for."""

    reason: str
    wait: timedelta | None = None


class Stopped(msgspec.Struct, frozen=True, kw_only=True):
    """The partner refuses it, and would again: a person has to look."""

    reason: str


Outcome = Delivered | Handed | Later | Stopped
