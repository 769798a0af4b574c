"""The published rules, compiled once in each process.

A rule set may hold several versions of one rule; at any moment the newest that is valid then is
applied. So a version begins and ends by itself, and what it replaced for a while comes back.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime

import msgspec
from django.conf import settings
from django.db import connection

from risk.engine.evaluate import CompiledRuleSet
from risk.engine.lists import AnyList, ListEntry, LongList
from risk.engine.lists import ReferenceList as EngineList
from risk.engine.memory import long_lived
from risk.engine.operators import Operator
from risk.engine.outcomes import Outcome, Severity
from risk.engine.rules import EngineRule
from risk.engine.tree import Leaf, leaves
from risk.models import ReferenceList, ReferenceListEntry, RuleSetVersion, RuleVersion

BEGINNING = date(2000, 1, 1)
"""From when an entry of a list counts that has no beginning of its own."""


class NoRuleSet(Exception):
    """No rules are published; nothing may be assessed, and nothing passes as free of risk."""


class InForce(msgspec.Struct, frozen=True, kw_only=True):
    """A published rule set, ready to be applied, with the revisions of the lists it reads.

    From `since` on (included) until `until` (excluded) the same versions are valid.
    """

    id: int
    since: datetime
    until: datetime
    number: int
    list_revisions: Mapping[str, int]
    rules: Mapping[str, EngineRule]
    compiled: CompiledRuleSet


_cache: dict[tuple[object, ...], InForce] = {}


def in_force(at: datetime) -> InForce:
    """Return the newest rule set with the lists as they are, and the versions valid at that time.

    Compiled again when one of them changed. Raises NoRuleSet where nothing is published.
    """
    key = _version()
    found = _cache.get(key)
    if found is None or not found.since <= at < found.until:
        with long_lived():
            found = _compile(key[0], at)
            _cache.clear()
        _cache[key] = found
    return found


def _version() -> tuple[int, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT id FROM risk_rulesetversion ORDER BY number DESC LIMIT 1),"
            " (SELECT string_agg(code || ':' || revision, ',' ORDER BY code)"
            "  FROM risk_referencelist)"
        )
        found, revisions = cursor.fetchone()
    if found is None:
        raise NoRuleSet
    return found, revisions or ""


def _compile(rule_set_id: int, at: datetime) -> InForce:
    rule_set = RuleSetVersion.objects.get(pk=rule_set_id)
    held = versions_held(rule_set)
    rules = {version.rule.code: engine_rule(version) for version in versions_valid(held, at)}
    lists = engine_lists(rules.values())
    since, until = _span(held, at)
    return InForce(
        id=rule_set.pk,
        since=since,
        until=until,
        number=rule_set.number,
        list_revisions=dict(ReferenceList.objects.values_list("code", "revision")),
        rules=rules,
        compiled=CompiledRuleSet(
            tuple(rules.values()), lists, sampling_key=settings.SAMPLING_KEY.encode()
        ),
    )


def versions_held(rule_set: RuleSetVersion) -> list[RuleVersion]:
    """Return all versions that the rule set holds, with their rules."""
    versions = RuleVersion.objects.select_related("rule")
    return list(versions.filter(pk__in=rule_set.rule_versions).order_by("rule__code", "number"))


def versions_valid(held: Iterable[RuleVersion], at: datetime) -> list[RuleVersion]:
    """Return for each rule the newest of the versions that is valid at that time."""
    found: dict[int, RuleVersion] = {}
    for version in sorted(held, key=lambda each: (each.rule.code, each.number)):
        if _is_valid(version, at):
            found[version.rule_id] = version
    return list(found.values())


def _is_valid(version: RuleVersion, at: datetime) -> bool:
    begun = version.valid_from is None or version.valid_from <= at
    return begun and (version.valid_until is None or at < version.valid_until)


def _span(held: Iterable[RuleVersion], at: datetime) -> tuple[datetime, datetime]:
    """Return the moments around `at` between which nothing begins or ends."""
    turns = [turn for each in held for turn in (each.valid_from, each.valid_until) if turn]
    since = max((turn for turn in turns if turn <= at), default=datetime.min.replace(tzinfo=UTC))
    until = min((turn for turn in turns if turn > at), default=datetime.max.replace(tzinfo=UTC))
    return since, until


def engine_rule(version: RuleVersion) -> EngineRule:
    """Return a stored rule version as the engine takes it.

    A version that only observes weighs nothing, whatever it says would follow.
    """
    return msgspec.convert(
        {
            "code": version.rule.code,
            "version": version.number,
            "title": version.rule.title,
            "family": version.rule.family,
            "expression": version.expression,
            "outcome": Outcome.OBSERVE if version.observe_only else version.outcome,
            "severity": Severity.LOW if version.observe_only else version.severity,
            "score": 0 if version.observe_only else version.score,
            "modes": tuple(version.modes),
            "offices": tuple(version.offices),
            "filing_types": tuple(version.filing_types),
            "instruction": version.instruction,
            "trader_text": version.trader_text,
            "referral": version.referral,
            "reason": version.reason,
            "note": version.note,
            "cap": version.cap or 0,
        },
        EngineRule,
    )


LONG = 50_000
"""A list with more entries stays in the database; its values are looked up for each batch."""


def engine_lists(
    rules: Iterable[EngineRule], revisions: Mapping[str, int] | None = None
) -> dict[str, AnyList]:
    """Return the lists that the rules read, as they are or as they were in these revisions.

    A list whose words are looked for in texts is held whatever its length.
    """
    worded = {leaf.list for leaf in _listing(rules) if leaf.operator is Operator.CONTAINS_WORD}
    named = {leaf.list for leaf in _listing(rules)}
    return {
        found.code: _engine_list(
            found, (revisions or {}).get(found.code, found.revision), whole=found.code in worded
        )
        for found in ReferenceList.objects.filter(code__in=named)
    }


def _listing(rules: Iterable[EngineRule]) -> Iterator[Leaf]:
    return (leaf for rule in rules for leaf in leaves(rule.expression) if leaf.list)


def _engine_list(found: ReferenceList, revision: int, *, whole: bool) -> AnyList:
    entries = ReferenceListEntry.objects.filter(list=found, added_in__lte=revision).exclude(
        removed_in__lte=revision
    )
    if not whole and entries[LONG : LONG + 1].exists():
        return LongList(found.code, found.name, found.pk, revision)
    rows = entries.values_list("value", "valid_from", "valid_to")
    held = [
        ListEntry(value=value, valid_from=None if start == BEGINNING else start, valid_to=end)
        for value, start, end in rows
    ]
    return EngineList(found.code, found.name, held)


def forget() -> None:
    """Drop what this process has compiled."""
    _cache.clear()
