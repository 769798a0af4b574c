"""A machine: the states of one kind of object, and the rows that lead from one to another."""

from functools import cached_property

import msgspec

NOTHING = ""
"""The source of a row by which an object begins to exist."""


class Transition(msgspec.Struct, frozen=True):
    """One row: in state `source` the verb leads to `target`.

    `number` is the row of the lifecycle it implements, `source_of_rule` where that comes from.
    """

    number: str
    source: str
    verb: str
    target: str
    source_of_rule: str


class Machine(msgspec.Struct, frozen=True, dict=True):
    """The rows of one kind of object, whose state stands in the column `field`.

    Raises ValueError for two rows of the same source and verb.
    """

    name: str
    title: str
    rows: tuple[Transition, ...]
    field: str = "status"

    def __post_init__(self) -> None:
        """Refuse a table that does not say which of two targets is meant."""
        if len(self._targets) != len(self.rows):
            raise ValueError(f"{self.name} has two rows for one source and verb.")

    @cached_property
    def _targets(self) -> dict[tuple[str, str], str]:
        return {(row.source, row.verb): row.target for row in self.rows}

    def target(self, state: str, verb: str) -> str | None:
        """Return the state that the verb leads to; None where there is no such row."""
        return self._targets.get((state, verb))

    def targets(self, verb: str) -> dict[str, str]:
        """Return by source the states that the verb leads to; raises KeyError for no verb of it."""
        found = {row.source: row.target for row in self.rows if row.verb == verb}
        if not found:
            raise KeyError(f"{self.name} has no verb {verb}.")
        return found

    def states(self) -> tuple[str, ...]:
        """Return every state, in the order of the rows."""
        named = [state for row in self.rows for state in (row.source, row.target)]
        return tuple(state for state in dict.fromkeys(named) if state != NOTHING)

    def finals(self) -> tuple[str, ...]:
        """Return the states that nothing leads out of."""
        sources = {row.source for row in self.rows if row.source != row.target}
        return tuple(state for state in self.states() if state not in sources)
