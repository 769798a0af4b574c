"""What one step of retention finds, and what it would do."""

from collections.abc import Callable

import msgspec


class Portion(msgspec.Struct, frozen=True, kw_only=True):
    """Some data whose time is over: how much goes, how much stays and why; `remove` does it.

    `remove` is called in a transaction in which append-only rows may go.
    """

    what: str
    rows: int
    held: int
    in_use: int
    remove: Callable[[], None]
    note: str = ""
