"""One walk over an indexed declaration, judging every rule where it applies."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import TypeAlias

from customs_portal.findings import Finding
from messaging.formats.ics1.rules.book import rules
from messaging.formats.ics1.rules.facts import Facts
from messaging.formats.ics1.rules.rule import Rule, Test
from messaging.formats.ics1.rules.telling import european_finding, national_finding
from messaging.formats.ics1.tree import Group
from messaging.formats.profiles import Profile, RuleSet

MAX_FINDINGS = {Profile.EU: 999, Profile.GB: 100}

_RULES_OF = {"CD301A": "CC315A", "CD319A": "CC315A"}
"""Messages that bring a whole declaration, for which its rules hold."""

_Judged: TypeAlias = tuple[tuple[Test, Rule], ...]
Plan: TypeAlias = dict[str, tuple[_Judged, dict[str, _Judged]]]
_Failure: TypeAlias = tuple[int, int, int, Rule, Group]


def judge(declaration: Group, *, profile: Profile, rule_set: RuleSet) -> Sequence[Finding]:
    """Return the findings on a declaration of right structure, in the official order.

    The order is by group of rules, within a group by occurrence, within that by rule.
    """
    failures = broken_rules(declaration, _plan(declaration.name, profile, rule_set))
    tell = national_finding if profile is Profile.GB else european_finding
    return [tell(rule, group) for rule, group in failures[: MAX_FINDINGS[profile]]]


@cache
def _plan(message: str, profile: Profile, rule_set: RuleSet) -> Plan:
    return plan(message, rules(_RULES_OF.get(message, message), profile, rule_set))


def plan(message: str, found: Iterable[Rule]) -> Plan:
    """Return the tests of each kind of group: those of the group and those of its values."""
    collected: dict[str, tuple[list[Rule], dict[str, list[Rule]]]] = {}
    for rule in found:
        own, values = collected.setdefault(rule.group or message, ([], {}))
        if rule.value:
            values.setdefault(rule.value, []).append(rule)
        else:
            own.append(rule)
    return {
        name: (_judged(own), {value: _judged(several) for value, several in values.items()})
        for name, (own, values) in collected.items()
    }


def _judged(found: list[Rule]) -> _Judged:
    return tuple((rule.test, rule) for rule in found)


def broken_rules(declaration: Group, planned: Plan) -> list[tuple[Rule, Group]]:
    """Return every broken rule with the group where it is broken, in the official order."""
    facts = Facts(declaration)
    failures: list[_Failure] = []
    for occurrence, group in enumerate(declaration.walk()):
        judged = planned.get(group.name)
        if judged is None:
            continue
        own, values = judged
        broken = _broken(own, group, facts)
        for value in values.keys() & group.values.keys():
            broken += _broken(values[value], group, facts)
        failures += [(*_place(rule, occurrence), rule, group) for rule in broken]
    failures.sort(key=lambda failure: failure[:3])
    return [(rule, group) for *_, rule, group in failures]


def _broken(judged: _Judged, group: Group, facts: Facts) -> list[Rule]:
    return [rule for test, rule in judged if not test(group, facts)]


def _place(rule: Rule, occurrence: int) -> tuple[int, int, int]:
    return rule.place[0], occurrence, rule.place[1]
