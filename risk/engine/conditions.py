"""A tree compiled to conditions: groups, negation, and conditions on several goods items."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from declarations.document import Spot
from risk.engine.condition import Condition
from risk.engine.leaves import compile_leaf
from risk.engine.operators import Operator
from risk.engine.readings import Reading
from risk.engine.resources import Resources
from risk.engine.rules import Bound
from risk.engine.tree import (
    All,
    AllItems,
    Any,
    Count,
    CountItems,
    Expression,
    Leaf,
    Not,
    Quantifier,
)


class Compiler:
    """Compiles validated trees with the same lists; equal leaves become one condition.

    The conditions of many rules are the same, and their values are then bound once for a reading.
    """

    def __init__(self, resources: Resources) -> None:
        self.resources = resources
        self._leaves: dict[Leaf, Condition] = {}

    def condition(self, node: Expression, *, salt: str) -> Condition:
        """Return the compiled form; `salt` keeps the sampling of two rules apart."""
        if isinstance(node, Leaf):
            return self._leaf(node, salt)
        if isinstance(node, Not):
            return Negated(self.condition(node.item, salt=salt))
        if isinstance(node, All | Any):
            parts = [self.condition(part, salt=salt) for part in node.items]
            return AllOf(parts) if isinstance(node, All) else AnyOf(parts)
        return _quantified(node, self.condition(node.condition, salt=salt))

    def _leaf(self, leaf: Leaf, salt: str) -> Condition:
        if leaf.operator is Operator.SAMPLE:
            return compile_leaf(leaf, replace(self.resources, salt=salt))
        known = self._leaves.get(leaf)
        if known is None:
            known = self._leaves[leaf] = compile_leaf(leaf, self.resources)
        return known


class Group(Condition):
    """Parts joined.

    All parts are bound where each was needed, else only those that had the truth of the group.
    """

    __slots__ = ("parts",)

    def __init__(self, parts: Iterable[Condition]) -> None:
        self.parts = tuple(parts)

    def bind_some(
        self, reading: Reading, found: list[Bound], *, truth: bool, decisive: bool
    ) -> None:
        """Bind the parts that have that truth; one of them would have been enough."""
        reasons = [part for part in self.parts if part.test(reading) is truth]
        alone = decisive and len(reasons) == 1
        for reason in reasons:
            reason.bind(reading, found, truth=truth, decisive=alone)


class AllOf(Group):
    """True if every part is."""

    __slots__ = ()

    def test(self, reading: Reading) -> bool:
        """Stop at the first part that is false."""
        for part in self.parts:  # noqa: SIM110  # a generator takes twice as long
            if not part.test(reading):
                return False
        return True

    def bind(self, reading: Reading, found: list[Bound], *, truth: bool, decisive: bool) -> None:
        """Bind all parts of a true group, without testing them again."""
        if not truth:
            return self.bind_some(reading, found, truth=False, decisive=decisive)
        for part in self.parts:
            part.bind(reading, found, truth=True, decisive=decisive)
        return None


class AnyOf(Group):
    """True if at least one part is."""

    __slots__ = ()

    def test(self, reading: Reading) -> bool:
        """Stop at the first part that is true."""
        for part in self.parts:  # noqa: SIM110  # a generator takes twice as long
            if part.test(reading):
                return True
        return False

    def bind(self, reading: Reading, found: list[Bound], *, truth: bool, decisive: bool) -> None:
        """Bind all parts of a false group, without testing them again."""
        if truth:
            return self.bind_some(reading, found, truth=True, decisive=decisive)
        for part in self.parts:
            part.bind(reading, found, truth=False, decisive=decisive)
        return None


class Negated(Condition):
    """True if the part is false."""

    __slots__ = ("part",)

    def __init__(self, part: Condition) -> None:
        self.part = part

    def test(self, reading: Reading) -> bool:
        """Return the opposite; there is no third value."""
        return not self.part.test(reading)

    def bind(self, reading: Reading, found: list[Bound], *, truth: bool, decisive: bool) -> None:
        """Bind the part with the opposite truth."""
        self.part.bind(reading, found, truth=not truth, decisive=decisive)


class Quantified(Condition):
    """A condition on several goods items.

    `enough` tells of one truth for each goods item (by `map`, as they are asked for) whether the
    whole is true; `joined` whether each item was needed for that.
    """

    __slots__ = ("condition", "enough", "joined")

    def __init__(
        self, condition: Condition, enough: Callable[[Iterable[bool]], bool], *, joined: bool
    ) -> None:
        self.condition = condition
        self.enough = enough
        self.joined = joined

    def test(self, reading: Reading) -> bool:
        """Test goods items until the outcome is sure."""
        return self.enough(map(self.condition.test, reading.items_declared))

    def bind(self, reading: Reading, found: list[Bound], *, truth: bool, decisive: bool) -> None:
        """Bind the items that have that truth, what they have in common once."""
        test = self.condition.test
        reasons = [each for each in reading.items_declared if test(each) is truth]
        alone = decisive and (truth is self.joined or len(reasons) == 1)
        of_items: list[Bound] = []
        for reason in reasons:
            self.condition.bind(reason, of_items, truth=truth, decisive=alone)
        found += dict.fromkeys(of_items)


class Counted(Condition):
    """A limit for the number of goods items for which a condition is true."""

    __slots__ = ("condition", "node")

    def __init__(self, condition: Condition, node: CountItems) -> None:
        self.condition = condition
        self.node = node

    def count(self, reading: Reading) -> int:
        """Return the number of goods items for which the condition is true."""
        return sum(map(self.condition.test, reading.items_declared))

    def test(self, reading: Reading) -> bool:
        """Compare the number with the limit."""
        found, limit = self.count(reading), self.node.limit
        return found >= limit if self.node.operator is Count.AT_LEAST else found <= limit

    def bind(self, reading: Reading, found: list[Bound], *, truth: bool, decisive: bool) -> None:
        """Bind the number; the field is `items`."""
        bound = Bound(
            field="items", operator=self.node.operator, value=str(self.count(reading)),
            threshold=str(self.node.limit), negated=not truth, decisive=decisive,
            spots=(Spot(kind="declaration", field="items"),),
        )  # fmt: skip
        found.append(bound)


def _quantified(node: Quantifier, condition: Condition) -> Condition:
    if isinstance(node, CountItems):
        return Counted(condition, node)
    if isinstance(node, AllItems):
        return Quantified(condition, all, joined=True)
    return Quantified(condition, any, joined=False)
