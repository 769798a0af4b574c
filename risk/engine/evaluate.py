"""Evaluation of a rule set on declarations.

A rule that reads goods items is evaluated on each item with its header joined; another once for the
declaration. A missing field makes a condition false; NOT is two-valued.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from declarations.document import Document
from risk.engine.condition import Condition
from risk.engine.conditions import Compiler
from risk.engine.fields import CATALOGUE
from risk.engine.guards import Guard, guard
from risk.engine.index import Index
from risk.engine.lists import AnyList, ListedMembership, LongList
from risk.engine.outcomes import Conclusion, Outcome, conclude
from risk.engine.readings import Reading, Readings
from risk.engine.resources import Resources, comparison_key
from risk.engine.rules import Bound, EngineRule, Hit
from risk.engine.subject import Context, Declared
from risk.engine.tree import leaves, needs_item, validate

UNLIMITED = frozenset({Outcome.HOLD, Outcome.DO_NOT_LOAD})
"""Outcomes whose hits are never limited."""


class UnsoundRule(ValueError):
    """A rule that validation refuses was handed to the engine."""


class LongUse(NamedTuple):
    """That rules compare a field with a list too long for memory."""

    found: LongList
    reading_key: str
    of_item: bool

    @property
    def of_text(self) -> bool:
        """Whether the values are texts and not codes."""
        return self.reading_key.endswith("#text")

    @property
    def members(self) -> ListedMembership:
        """Return where the context holds what was looked up."""
        return self.found.phrases if self.of_text else self.found.codes


def long_uses(rules: Iterable[EngineRule], lists: Mapping[str, AnyList]) -> tuple[LongUse, ...]:
    """Return each field that is compared with a long list, once for each list."""
    used = {
        LongUse(found, comparison_key(field), field.of_item): None
        for rule in rules
        for leaf in leaves(rule.expression)
        if leaf.list and isinstance(found := lists[leaf.list], LongList)
        for field in (CATALOGUE[leaf.field],)
    }
    return tuple(used)


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule ready to run.

    `guard` is None for a rule that has to run on everything, `limited` tells that its scope is.
    """

    rule: EngineRule
    condition: Condition
    guard: Guard | None
    of_item: bool
    limited: bool

    def applies(self, mode: str, office: str, filing_type: str) -> bool:
        """Tell whether the declaration is within the scope of the rule."""
        rule = self.rule
        return (
            (not rule.modes or mode in rule.modes)
            and (not rule.offices or office in rule.offices)
            and (not rule.filing_types or filing_type in rule.filing_types)
        )

    def hit(self, reading: Reading) -> Hit:
        """Return the hit on a reading for which the rule is true."""
        bound: list[Bound] = []
        self.condition.bind(reading, bound, truth=True, decisive=True)
        return Hit(rule=self.rule.code, version=self.rule.version, bound=tuple(bound))


def compile_rule(rule: EngineRule, compiler: Compiler) -> CompiledRule:
    """Return the rule ready to run; raises UnsoundRule for a tree that validation refuses."""
    resources = compiler.resources
    findings = validate(rule.expression, CATALOGUE, resources.lists)
    if rule.cap and rule.outcome in UNLIMITED:
        raise UnsoundRule(f"{rule.code}: a rule with this outcome has no limit of hits")
    if findings:
        raise UnsoundRule(f"{rule.code}: {findings[0].code} at {findings[0].location or 'top'}")
    of_item = needs_item(rule.expression, CATALOGUE)
    return CompiledRule(
        rule=rule,
        condition=compiler.condition(rule.expression, salt=rule.code),
        guard=guard(rule.expression, resources, truth=True, of_item=of_item),
        of_item=of_item,
        limited=bool(rule.modes or rule.offices or rule.filing_types),
    )


class CompiledRuleSet:
    """A rule set version with its lists; immutable, safe to share between threads."""

    def __init__(
        self,
        rules: Iterable[EngineRule],
        lists: Mapping[str, AnyList],
        sampling_key: bytes = b"",
    ) -> None:
        compiler = Compiler(Resources(CATALOGUE, lists, sampling_key))
        self.rules = tuple(compile_rule(rule, compiler) for rule in rules)
        self.long_uses = long_uses((compiled.rule for compiled in self.rules), lists)
        self._by_code = {compiled.rule.code: compiled for compiled in self.rules}
        if len(self._by_code) != len(self.rules):
            raise UnsoundRule("two rules of the set have the same code")
        self._header_once = self._index(lists, rule_of_item=False, key_of_item=False)
        self._header_each = self._index(lists, rule_of_item=True, key_of_item=False)
        self._item_once = self._index(lists, rule_of_item=False, key_of_item=True)
        self._item_each = self._index(lists, rule_of_item=True, key_of_item=True)

    def rule(self, code: str) -> EngineRule:
        """Return the rule with that code; raises KeyError for another set's rule."""
        return self._by_code[code].rule

    def unguarded(self) -> tuple[str, ...]:
        """Return the codes of rules without a selective condition; they run on everything."""
        return tuple(one.rule.code for one in self.rules if one.guard is None)

    def evaluate(self, document: Document, context: Context) -> list[Hit]:
        """Return the hits in the order of rules, then of goods items.

        Hits of one rule on several items that rest on the same places and values are one hit.
        """
        return self.evaluate_readings(Readings(Declared(document, context)))

    def evaluate_readings(self, readings: Readings) -> list[Hit]:
        """Return the hits as `evaluate` does; what has been read is not read again."""
        true: dict[int, list[Reading]] = {}
        for number, reading in self._found(readings):
            true.setdefault(number, []).append(reading)
        return [hit for number in sorted(true) for hit in self._hits(number, true[number])]

    def codes_hit(self, readings: Readings) -> set[str]:
        """Return the codes of the rules that hit, without what they are bound to."""
        return {self.rules[number].rule.code for number, _reading in self._found(readings)}

    def _hits(self, number: int, readings: Sequence[Reading]) -> Iterable[Hit]:
        compiled = self.rules[number]
        if len(readings) == 1:
            return [compiled.hit(readings[0])]
        return dict.fromkeys(compiled.hit(reading) for reading in readings)

    def reasons_against(
        self, document: Document, context: Context
    ) -> Iterator[tuple[EngineRule, tuple[Bound, ...]]]:
        """Yield each rule in scope that is false for a reading, with the conditions behind that.

        A decisive one alone keeps the rule from hitting. Runs every rule, without the index.
        """
        readings = Readings(Declared(document, context))
        for compiled in self.rules:
            if not compiled.applies(*_scope(readings.declared)):
                continue
            for reading in readings.items if compiled.of_item else [readings.header]:
                if not compiled.condition.test(reading):
                    against: list[Bound] = []
                    compiled.condition.bind(reading, against, truth=False, decisive=True)
                    yield compiled.rule, tuple(against)

    def conclude(self, hits: Iterable[Hit]) -> Conclusion:
        """Return outcome, severity and score of the hits; a rule counts once."""
        codes = dict.fromkeys(hit.rule for hit in hits)
        return conclude(self.rule(code).weighted() for code in codes)

    def _found(self, readings: Readings) -> Iterator[tuple[int, Reading]]:
        """Yield each rule that is true with its reading; items in their order."""
        scope = _scope(readings.declared)
        header = readings.header
        once = self._header_once.candidates(header)
        each = self._header_each.candidates(header)
        for reading in readings.items:
            once |= self._item_once.candidates(reading)
            yield from self._true(each | self._item_each.candidates(reading), reading, scope)
        yield from self._true(once, header, scope)

    def _true(
        self, candidates: set[int], reading: Reading, scope: tuple[str, str, str]
    ) -> Iterator[tuple[int, Reading]]:
        for number in candidates:
            compiled = self.rules[number]
            if compiled.limited and not compiled.applies(*scope):
                continue
            if compiled.condition.test(reading):
                yield number, reading

    def _index(
        self, lists: Mapping[str, AnyList], *, rule_of_item: bool, key_of_item: bool
    ) -> Index:
        numbered = [
            (number, compiled)
            for number, compiled in enumerate(self.rules)
            if compiled.of_item is rule_of_item
        ]
        always = [number for number, compiled in numbered if compiled.guard is None]
        entries = [
            (key, number)
            for number, compiled in numbered
            if compiled.guard is not None
            for key in compiled.guard.keys
            if key.of_item is key_of_item
        ]
        return Index([] if key_of_item else always, entries, lists)


def _scope(declared: Declared) -> tuple[str, str, str]:
    document, context = declared.document, declared.context
    filing_type = context.filing_type or document.type
    return document.transport_mode, document.office_of_first_entry, filing_type
