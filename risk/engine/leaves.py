"""One field compared: true or false, and false for a missing value."""

import hashlib
import hmac
import operator
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from declarations.document import Spot
from risk.engine.condition import Condition
from risk.engine.field import FieldType
from risk.engine.lists import ListedMembership, Membership
from risk.engine.operands import SAMPLE_PARTS
from risk.engine.operators import Operator
from risk.engine.readings import DAY, Reading
from risk.engine.resources import Resources, comparison_key, membership, phrases, thresholds
from risk.engine.rules import Bound, as_text
from risk.engine.tree import Leaf


def compile_leaf(leaf: Leaf, resources: Resources) -> "LeafCondition":
    """Return the condition of a validated leaf."""
    return _CLASSES[leaf.operator](leaf, resources)


class LeafCondition(Condition):
    """A field, as the key of a reading, and what it is compared with."""

    __slots__ = ("field", "key", "leaf", "of_item", "threshold")

    def __init__(self, leaf: Leaf, resources: Resources) -> None:
        compared = [resources.catalogue[name] for name in (leaf.field, leaf.other) if name]
        self.leaf = leaf
        self.field = compared[0]
        self.key = comparison_key(compared[0])
        self.of_item = any(field.of_item for field in compared)
        self.threshold = ", ".join(leaf.values) or leaf.list

    def matched(self, reading: Reading) -> tuple[str, ...]:
        """Return the parts of the value that fit; called only where the condition is true."""
        return ()

    def bind(self, reading: Reading, found: list[Bound], *, truth: bool, decisive: bool) -> None:
        """Bind once for a reading, what stands in the header once for all goods items."""
        known = reading.bound if self.of_item else reading.header.bound
        key = (self, truth, decisive)
        bound = known.get(key)
        if bound is None:
            bound = known[key] = self._bound(reading, truth=truth, decisive=decisive)
        found.append(bound)

    def _bound(self, reading: Reading, *, truth: bool, decisive: bool) -> Bound:
        matched = self.matched(reading) if truth else ()
        leaf = self.leaf
        value, spots = self._seen(reading, matched)
        if leaf.other:
            return Bound(
                field=leaf.field, operator=leaf.operator, value=value, threshold=self.threshold,
                matched=matched, other=leaf.other, other_value=as_text(reading[leaf.other]),
                negated=not truth, decisive=decisive, spots=spots,
            )  # fmt: skip
        return Bound(
            field=leaf.field, operator=leaf.operator, value=value, threshold=self.threshold,
            matched=matched, negated=not truth, decisive=decisive, spots=spots,
        )  # fmt: skip

    def _seen(self, reading: Reading, matched: tuple[str, ...]) -> tuple[str, tuple[Spot, ...]]:
        """Return the value as text and where it stands: the same for all that matches so."""
        key = (self.leaf.field, matched)
        known = reading.seen.get(key)
        if known is None:
            value = reading[self.leaf.field]
            found = matched or (value if isinstance(value, tuple) else ())
            spots = self.field.spots(self.field.name, reading.subject, found)
            known = reading.seen[key] = as_text(value), spots
        return known


class Compared(LeafCondition):
    """A single value against a threshold."""

    __slots__ = ("compare", "limit")

    def __init__(self, leaf: Leaf, resources: Resources) -> None:
        super().__init__(leaf, resources)
        self.compare = _COMPARED[leaf.operator]
        self.limit = thresholds(leaf, resources)[0]

    def test(self, reading: Reading) -> bool:
        """Compare."""
        value = reading[self.key]
        return value is not None and self.compare(value, self.limit)


class Between(LeafCondition):
    """A number or a time within two limits, both included."""

    __slots__ = ("high", "low")

    def __init__(self, leaf: Leaf, resources: Resources) -> None:
        super().__init__(leaf, resources)
        self.low, self.high = thresholds(leaf, resources)

    def test(self, reading: Reading) -> bool:
        """Compare with both limits."""
        value = reading[self.key]
        return value is not None and bool(self.low <= value <= self.high)


class Present(LeafCondition):
    """A value is declared."""

    __slots__ = ()

    def test(self, reading: Reading) -> bool:
        """Look for a value."""
        return reading[self.leaf.field] is not None


class Missing(LeafCondition):
    """No value is declared."""

    __slots__ = ()

    def test(self, reading: Reading) -> bool:
        """Look for a value."""
        return reading[self.leaf.field] is None


class Matching(LeafCondition):
    """One of the values (or the only one) fits."""

    __slots__ = ()

    def fits(self, value: str, reading: Reading) -> bool:
        """Tell whether a single value fits."""
        raise NotImplementedError

    def test(self, reading: Reading) -> bool:
        """Look for a value that fits."""
        value = reading[self.key]
        if isinstance(value, tuple):
            return any(self.fits(single, reading) for single in value)
        return value is not None and self.fits(value, reading)

    def matched(self, reading: Reading) -> tuple[str, ...]:
        """Return all values that fit."""
        value = reading[self.key]
        values = value if isinstance(value, tuple) else (value,)
        return tuple(single for single in values if self.fits(single, reading))


class InValues(Matching):
    """A single value is one of some."""

    __slots__ = ("wanted",)

    def __init__(self, leaf: Leaf, resources: Resources) -> None:
        super().__init__(leaf, resources)
        self.wanted = frozenset(thresholds(leaf, resources))

    def fits(self, value: str, reading: Reading) -> bool:
        """Look the value up."""
        return value in self.wanted

    def test(self, reading: Reading) -> bool:
        """Look the value up; a missing one is never wanted."""
        return reading[self.key] in self.wanted


class OverlapsValues(InValues):
    """One of the codes is one of some."""

    __slots__ = ()

    def test(self, reading: Reading) -> bool:
        """Compare the sets."""
        values = reading[self.key]
        return values is not None and not self.wanted.isdisjoint(values)


class OverlapsField(Matching):
    """One of the codes is also one of another field."""

    __slots__ = ()

    def fits(self, value: str, reading: Reading) -> bool:
        """Look the code up in the other field."""
        return value in (reading[self.leaf.other] or ())


class StartsWith(Matching):
    """One of the values begins with one of the prefixes."""

    __slots__ = ("prefixes",)

    def __init__(self, leaf: Leaf, resources: Resources) -> None:
        super().__init__(leaf, resources)
        self.prefixes = thresholds(leaf, resources)

    def fits(self, value: str, reading: Reading) -> bool:
        """Try all prefixes."""
        return value.startswith(self.prefixes)


class OnList(Matching):
    """One of the values is on a list on the day of receipt."""

    __slots__ = ("always", "members")

    def __init__(self, leaf: Leaf, resources: Resources) -> None:
        super().__init__(leaf, resources)
        self.members = membership(leaf, resources)
        self.always: frozenset[str] | None = None
        if isinstance(self.members, Membership) and self.field.type is not FieldType.CODES:
            self.always = None if self.members.dated else self.members.always

    def test(self, reading: Reading) -> bool:
        """Look a single value up at once in a list whose entries are always valid."""
        if self.always is not None:
            return reading[self.key] in self.always
        return super().test(reading)

    def fits(self, value: str, reading: Reading) -> bool:
        """Look the value up, in a list too long for memory among what was looked up before."""
        if isinstance(self.members, ListedMembership):
            return value in reading.subject.context.listed.get(self.members.key, ())
        return self.members.contains(value, reading[DAY])


class OnlyOnList(OnList):
    """All values are on a list on the day of receipt."""

    __slots__ = ()

    def test(self, reading: Reading) -> bool:
        """Look for a value that is not on the list."""
        values = reading[self.key]
        return values is not None and all(self.fits(value, reading) for value in values)


class ContainsWord(LeafCondition):
    """A text has one of some words, or phrases of several."""

    __slots__ = ("members", "several", "single", "words")

    def __init__(self, leaf: Leaf, resources: Resources) -> None:
        super().__init__(leaf, resources)
        members = phrases(leaf, resources) if leaf.list else None
        wanted = members.values if members else frozenset(thresholds(leaf, resources))
        self.words = f"{leaf.field}#words"
        self.single = frozenset(phrase for phrase in wanted if " " not in phrase)
        self.several = tuple(sorted(wanted - self.single))
        self.members = members if members and members.dated else None

    def test(self, reading: Reading) -> bool:
        """Compare sets of words; look into the text only for phrases and validity."""
        if self.several or self.members:
            return bool(self.matched(reading))
        return not self.single.isdisjoint(reading[self.words])

    def matched(self, reading: Reading) -> tuple[str, ...]:
        """Return the words and phrases found."""
        padded = f" {reading[self.key] or ''} "
        found = [
            *(self.single & reading[self.words]),
            *(phrase for phrase in self.several if f" {phrase} " in padded),
        ]
        members = self.members
        return tuple(
            phrase
            for phrase in sorted(found)
            if members is None or members.contains(phrase, reading[DAY])
        )


class ComparedFields(LeafCondition):
    """Two single values of the same type against each other."""

    __slots__ = ("compare", "other")

    def __init__(self, leaf: Leaf, resources: Resources) -> None:
        super().__init__(leaf, resources)
        self.other = comparison_key(resources.catalogue[leaf.other])
        self.compare = _COMPARED[leaf.operator]

    def test(self, reading: Reading) -> bool:
        """Compare."""
        value, limit = reading[self.key], reading[self.other]
        return value is not None and limit is not None and self.compare(value, limit)


class Ratio(Compared):
    """One number divided by another, compared by multiplication, which is exact.

    A divisor of zero or less counts as missing.
    """

    __slots__ = ()

    def test(self, reading: Reading) -> bool:
        """Compare the first number with the limit times the second."""
        value, divisor = reading[self.key], reading[self.leaf.other]
        if value is None or divisor is None or divisor <= 0:
            return False
        return self.compare(value, self.limit * divisor)


class Sample(LeafCondition):
    """Chance: a keyed hash of the value falls below a rate."""

    __slots__ = ("rate", "salt", "secret")

    def __init__(self, leaf: Leaf, resources: Resources) -> None:
        super().__init__(leaf, resources)
        self.rate = int(leaf.values[0])
        self.secret, self.salt = resources.sampling_key, resources.salt

    def test(self, reading: Reading) -> bool:
        """Draw, always the same lot for the same value."""
        value = reading[self.key]
        return value is not None and sample_number(value, self.secret, self.salt) < self.rate


def sample_number(mrn: str, key: bytes, salt: str) -> int:
    """Return a number from 0 to 9999 that only holders of the key can foresee."""
    keyed = _keyed(key).copy()
    keyed.update(f"{salt}:{mrn}".encode())
    return int.from_bytes(keyed.digest()[:8], "big") % SAMPLE_PARTS


@lru_cache(maxsize=8)
def _keyed(key: bytes) -> hmac.HMAC:
    """Return the hash prepared with its key, which is the dearer half of the work."""
    return hmac.new(key, digestmod=hashlib.sha256)


_COMPARED: Mapping[Operator, Callable[[Any, Any], bool]] = {
    Operator.EQUALS: operator.eq,
    Operator.NOT_EQUALS: operator.ne,
    Operator.BELOW: operator.lt,
    Operator.ABOVE: operator.gt,
    Operator.AT_LEAST: operator.ge,
    Operator.AT_MOST: operator.le,
    Operator.EQUALS_FIELD: operator.eq,
    Operator.ABOVE_FIELD: operator.gt,
    Operator.BELOW_FIELD: operator.lt,
    Operator.RATIO_ABOVE: operator.gt,
    Operator.RATIO_BELOW: operator.lt,
}


def _overlaps(leaf: Leaf, resources: Resources) -> LeafCondition:
    return (OverlapsField if leaf.other else OverlapsValues)(leaf, resources)


_CLASSES: Mapping[Operator, Callable[[Leaf, Resources], LeafCondition]] = {
    Operator.EQUALS: Compared,
    Operator.NOT_EQUALS: Compared,
    Operator.BELOW: Compared,
    Operator.ABOVE: Compared,
    Operator.AT_LEAST: Compared,
    Operator.AT_MOST: Compared,
    Operator.BETWEEN: Between,
    Operator.IN_VALUES: InValues,
    Operator.IN_LIST: OnList,
    Operator.ONLY_IN_LIST: OnlyOnList,
    Operator.STARTS_WITH: StartsWith,
    Operator.CONTAINS_WORD: ContainsWord,
    Operator.OVERLAPS: _overlaps,
    Operator.EQUALS_FIELD: ComparedFields,
    Operator.ABOVE_FIELD: ComparedFields,
    Operator.BELOW_FIELD: ComparedFields,
    Operator.RATIO_ABOVE: Ratio,
    Operator.RATIO_BELOW: Ratio,
    Operator.MISSING: Missing,
    Operator.PRESENT: Present,
    Operator.SAMPLE: Sample,
}
