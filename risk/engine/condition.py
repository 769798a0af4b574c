"""What every node of a compiled tree can do."""

from abc import ABC, abstractmethod

from risk.engine.readings import Reading
from risk.engine.rules import Bound


class Condition(ABC):
    """A compiled node: `test` is the fast way, `bind` tells what the truth found rests on.

    A rule set has ten thousands of them and a declaration meets few, so that most of the time goes
    into fetching them from memory: each is one small object with slots.
    """

    __slots__ = ()

    @abstractmethod
    def test(self, reading: Reading) -> bool:
        """Tell whether the condition is true; it is false for a missing value."""

    @abstractmethod
    def bind(self, reading: Reading, found: list[Bound], *, truth: bool, decisive: bool) -> None:
        """Add the leaves behind that truth with the values declared.

        `decisive`: had this node alone come out otherwise, so had the rule.
        """
