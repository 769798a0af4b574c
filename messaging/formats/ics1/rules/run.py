"""One walk over an indexed declaration, judging every rule where it applies."""

from collections.abc import Sequence
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

_Judged: TypeAlias = tuple[tuple[Test, Rule], ...]
_Plan: TypeAlias = dict[str, tuple[_Judged, dict[str, _Judged]]]
_Failure: TypeAlias = tuple[int, int, int, Rule, Group]


def judge(declaration: Group, *, profile: Profile, rule_set: RuleSet) -> Sequence[Finding]:
    """Return the findings on a declaration of right structure, in the official order.

    The order is by group of rules, within a group by occurrence, within that by rule.
    """
    failures = _failures(declaration, _plan(declaration.name, profile, rule_set))
    failures.sort(key=lambda failure: failure[:3])
    tell = national_finding if profile is Profile.GB else european_finding
    return [tell(rule, group) for *_, rule, group in failures[: MAX_FINDINGS[profile]]]


@cache
def _plan(message: str, profile: Profile, rule_set: RuleSet) -> _Plan:
    """Return the tests of each kind of group: those of the group and those of its values."""
    plan: dict[str, tuple[list[Rule], dict[str, list[Rule]]]] = {}
    for rule in rules(message, profile, rule_set):
        own, values = plan.setdefault(rule.group or message, ([], {}))
        if rule.value:
            values.setdefault(rule.value, []).append(rule)
        else:
            own.append(rule)
    return {
        name: (_judged(own), {value: _judged(found) for value, found in values.items()})
        for name, (own, values) in plan.items()
    }


def _judged(found: list[Rule]) -> _Judged:
    return tuple((rule.test, rule) for rule in found)


def _failures(declaration: Group, plan: _Plan) -> list[_Failure]:
    facts = Facts(declaration)
    failures: list[_Failure] = []
    for occurrence, group in enumerate(declaration.walk()):
        planned = plan.get(group.name)
        if planned is None:
            continue
        own, values = planned
        for test, rule in own:
            if not test(group, facts):
                failures.append((rule.place[0], occurrence, rule.place[1], rule, group))
        if values:
            for value in values.keys() & group.values.keys():
                for test, rule in values[value]:
                    if not test(group, facts):
                        failures.append((rule.place[0], occurrence, rule.place[1], rule, group))
    return failures
