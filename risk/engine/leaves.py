"""One condition as a function of a reading: true or false, and false for a missing value."""

import hashlib
import hmac
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from risk.engine.field import Field, FieldType
from risk.engine.lists import AnyList, ListedMembership, Membership
from risk.engine.operands import SAMPLE_PARTS, threshold
from risk.engine.operators import Operator
from risk.engine.readings import DAY, Reading
from risk.engine.tree import Leaf

Test = Callable[[Reading], bool]
Matcher = Callable[[Reading], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Resources:
    """What conditions of one rule need besides the declaration.

    `sampling_key` is secret; `salt` (the code of the rule) keeps two sampling rules apart.
    """

    catalogue: Mapping[str, Field]
    lists: Mapping[str, AnyList]
    sampling_key: bytes
    salt: str


def comparison_key(field: Field) -> str:
    """Return the key of a reading under which the comparable form of the field stands."""
    return f"{field.name}#text" if field.type is FieldType.TEXT else field.name


def membership(leaf: Leaf, resources: Resources) -> Membership | ListedMembership:
    """Return the list of the leaf in the form that fits its field."""
    found = resources.lists[leaf.list]
    is_text = resources.catalogue[leaf.field].type is FieldType.TEXT
    return found.phrases if is_text else found.codes


def phrases(leaf: Leaf, resources: Resources) -> Membership:
    """Return the list of a leaf that looks for words; such a list is held in memory."""
    found = membership(leaf, resources)
    if isinstance(found, ListedMembership):
        raise TypeError("a list whose words are looked for is held in memory")
    return found


def holds(members: Membership | ListedMembership) -> Callable[[str, Reading], bool]:
    """Return the test that a value is on the list on the day of receipt."""
    if isinstance(members, ListedMembership):
        key = members.key
        return lambda value, reading: value in reading.subject.context.listed.get(key, ())
    return lambda value, reading: members.contains(value, reading[DAY])


def thresholds(leaf: Leaf, resources: Resources) -> tuple[Any, ...]:
    """Return the values of the leaf in the form in which its field is compared."""
    field = resources.catalogue[leaf.field]
    return tuple(threshold(value, field.type) for value in leaf.values)


def compile_leaf(leaf: Leaf, resources: Resources) -> tuple[Test, Matcher]:
    """Return the test of a validated leaf, and what of the value fits when it is true."""
    if leaf.operator in _COMPARED:
        return _compared(leaf, resources), _nothing
    return _BUILDERS[leaf.operator](leaf, resources)


def _nothing(reading: Reading) -> tuple[str, ...]:
    return ()


_COMPARED: Mapping[Operator, Callable[[Any, Any], bool]] = {
    Operator.EQUALS: operator.eq,
    Operator.NOT_EQUALS: operator.ne,
    Operator.BELOW: operator.lt,
    Operator.ABOVE: operator.gt,
    Operator.AT_LEAST: operator.ge,
    Operator.AT_MOST: operator.le,
}


def _compared(leaf: Leaf, resources: Resources) -> Test:
    key = comparison_key(resources.catalogue[leaf.field])
    compare, limit = _COMPARED[leaf.operator], thresholds(leaf, resources)[0]

    def test(reading: Reading) -> bool:
        value = reading[key]
        return value is not None and compare(value, limit)

    return test


def _between(leaf: Leaf, resources: Resources) -> tuple[Test, Matcher]:
    key = leaf.field
    low, high = thresholds(leaf, resources)

    def test(reading: Reading) -> bool:
        value = reading[key]
        return value is not None and bool(low <= value <= high)

    return test, _nothing


def _present(leaf: Leaf, resources: Resources) -> tuple[Test, Matcher]:
    key = leaf.field
    return (lambda reading: reading[key] is not None), _nothing


def _missing(leaf: Leaf, resources: Resources) -> tuple[Test, Matcher]:
    key = leaf.field
    return (lambda reading: reading[key] is None), _nothing


def _matching(key: str, matches: Callable[[str, Reading], bool]) -> tuple[Test, Matcher]:
    """Return a test that one of the values (or the only one) matches."""

    def matched(reading: Reading) -> tuple[str, ...]:
        value = reading[key]
        if value is None:
            return ()
        values = value if isinstance(value, tuple) else (value,)
        return tuple(single for single in values if matches(single, reading))

    return (lambda reading: bool(matched(reading))), matched


def _in_values(leaf: Leaf, resources: Resources) -> tuple[Test, Matcher]:
    key = comparison_key(resources.catalogue[leaf.field])
    wanted = frozenset(thresholds(leaf, resources))
    _test, matched = _matching(key, lambda value, reading: value in wanted)
    return (lambda reading: reading[key] in wanted), matched


def _in_list(leaf: Leaf, resources: Resources) -> tuple[Test, Matcher]:
    field = resources.catalogue[leaf.field]
    key, members = comparison_key(field), membership(leaf, resources)
    test, matched = _matching(key, holds(members))
    if isinstance(members, ListedMembership) or members.dated or field.type is FieldType.CODES:
        return test, matched
    always = members.always
    return (lambda reading: reading[key] in always), matched


def _only_in_list(leaf: Leaf, resources: Resources) -> tuple[Test, Matcher]:
    key, on_list = leaf.field, holds(membership(leaf, resources))

    def test(reading: Reading) -> bool:
        values = reading[key]
        return values is not None and all(on_list(value, reading) for value in values)

    return test, lambda reading: reading[key] or ()


def _starts_with(leaf: Leaf, resources: Resources) -> tuple[Test, Matcher]:
    key = comparison_key(resources.catalogue[leaf.field])
    prefixes = thresholds(leaf, resources)
    return _matching(key, lambda value, reading: value.startswith(prefixes))


def _contains_word(leaf: Leaf, resources: Resources) -> tuple[Test, Matcher]:
    text_key, words_key = f"{leaf.field}#text", f"{leaf.field}#words"
    members = phrases(leaf, resources) if leaf.list else None
    wanted = members.values if members else frozenset(thresholds(leaf, resources))
    single = frozenset(phrase for phrase in wanted if " " not in phrase)
    several = tuple(sorted(wanted - single))

    def matched(reading: Reading) -> tuple[str, ...]:
        padded = f" {reading[text_key] or ''} "
        found = [*(single & reading[words_key]), *(p for p in several if f" {p} " in padded)]
        return tuple(
            phrase
            for phrase in sorted(found)
            if members is None or members.contains(phrase, reading[DAY])
        )

    def quick(reading: Reading) -> bool:
        return not single.isdisjoint(reading[words_key])

    exact = several or (members is not None and members.dated)
    return ((lambda reading: bool(matched(reading))) if exact else quick), matched


def _overlaps(leaf: Leaf, resources: Resources) -> tuple[Test, Matcher]:
    key, other = leaf.field, leaf.other
    if not other:
        wanted = frozenset(thresholds(leaf, resources))
        return _matching(key, lambda value, reading: value in wanted)
    return _matching(key, lambda value, reading: value in (reading[other] or ()))


_FIELD_COMPARED: Mapping[Operator, Callable[[Any, Any], bool]] = {
    Operator.EQUALS_FIELD: operator.eq,
    Operator.ABOVE_FIELD: operator.gt,
    Operator.BELOW_FIELD: operator.lt,
}


def _compare_fields(leaf: Leaf, resources: Resources) -> tuple[Test, Matcher]:
    key = comparison_key(resources.catalogue[leaf.field])
    other = comparison_key(resources.catalogue[leaf.other])
    compare = _FIELD_COMPARED[leaf.operator]

    def test(reading: Reading) -> bool:
        value, limit = reading[key], reading[other]
        return value is not None and limit is not None and compare(value, limit)

    return test, _nothing


def _ratio(leaf: Leaf, resources: Resources) -> tuple[Test, Matcher]:
    """Compare by multiplication, which is exact; a divisor of zero or less counts as missing."""
    key, other, limit = leaf.field, leaf.other, thresholds(leaf, resources)[0]
    compare = operator.gt if leaf.operator is Operator.RATIO_ABOVE else operator.lt

    def test(reading: Reading) -> bool:
        value, divisor = reading[key], reading[other]
        if value is None or divisor is None or divisor <= 0:
            return False
        return bool(compare(value, limit * divisor))

    return test, _nothing


def _sample(leaf: Leaf, resources: Resources) -> tuple[Test, Matcher]:
    key, rate = leaf.field, int(leaf.values[0])
    secret, salt = resources.sampling_key, resources.salt

    def test(reading: Reading) -> bool:
        value = reading[key]
        return value is not None and sample_number(value, secret, salt) < rate

    return test, _nothing


def sample_number(mrn: str, key: bytes, salt: str) -> int:
    """Return a number from 0 to 9999 that only holders of the key can foresee."""
    keyed = _keyed(key).copy()
    keyed.update(f"{salt}:{mrn}".encode())
    return int.from_bytes(keyed.digest()[:8], "big") % SAMPLE_PARTS


@lru_cache(maxsize=8)
def _keyed(key: bytes) -> hmac.HMAC:
    """Return the hash prepared with its key, which is the dearer half of the work."""
    return hmac.new(key, digestmod=hashlib.sha256)


_BUILDERS: Mapping[Operator, Callable[[Leaf, Resources], tuple[Test, Matcher]]] = {
    Operator.IN_VALUES: _in_values,
    Operator.IN_LIST: _in_list,
    Operator.ONLY_IN_LIST: _only_in_list,
    Operator.STARTS_WITH: _starts_with,
    Operator.CONTAINS_WORD: _contains_word,
    Operator.OVERLAPS: _overlaps,
    Operator.BETWEEN: _between,
    Operator.EQUALS_FIELD: _compare_fields,
    Operator.ABOVE_FIELD: _compare_fields,
    Operator.BELOW_FIELD: _compare_fields,
    Operator.RATIO_ABOVE: _ratio,
    Operator.RATIO_BELOW: _ratio,
    Operator.MISSING: _missing,
    Operator.PRESENT: _present,
    Operator.SAMPLE: _sample,
}
