"""The published rules, compiled once in each process."""

from collections.abc import Mapping

import msgspec
from django.conf import settings
from django.db import connection

from risk.engine.evaluate import CompiledRuleSet
from risk.engine.lists import ListEntry
from risk.engine.lists import ReferenceList as EngineList
from risk.engine.rules import EngineRule
from risk.models import ReferenceList, ReferenceListEntry, RuleSetVersion, RuleVersion


class NoRuleSet(Exception):
    """No rules are published; nothing may be assessed, and nothing passes as free of risk."""


class InForce(msgspec.Struct, frozen=True, kw_only=True):
    """A published rule set, ready to be applied, with the revisions of the lists it reads."""

    id: int
    number: int
    list_revisions: Mapping[str, int]
    rules: Mapping[str, EngineRule]
    compiled: CompiledRuleSet


_cache: dict[tuple[object, ...], InForce] = {}


def in_force() -> InForce:
    """Return the newest rule set with the lists as they are; compiled again when either changed.

    Raises NoRuleSet where nothing is published.
    """
    key = _version()
    if key not in _cache:
        compiled = _compile(key[0])
        _cache.clear()
        _cache[key] = compiled
    return _cache[key]


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


def _compile(rule_set_id: int) -> InForce:
    rule_set = RuleSetVersion.objects.get(pk=rule_set_id)
    versions = RuleVersion.objects.select_related("rule").filter(pk__in=rule_set.rule_versions)
    rules = {version.rule.code: engine_rule(version) for version in versions}
    lists = engine_lists()
    return InForce(
        id=rule_set.pk,
        number=rule_set.number,
        list_revisions=dict(ReferenceList.objects.values_list("code", "revision")),
        rules=rules,
        compiled=CompiledRuleSet(
            tuple(rules.values()), lists, sampling_key=settings.SAMPLING_KEY.encode()
        ),
    )


def engine_rule(version: RuleVersion) -> EngineRule:
    """Return a stored rule version as the engine takes it."""
    return msgspec.convert(
        {
            "code": version.rule.code,
            "version": version.number,
            "title": version.rule.title,
            "family": version.rule.family,
            "expression": version.expression,
            "outcome": version.outcome,
            "severity": version.severity,
            "score": version.score,
            "modes": tuple(version.modes),
            "offices": tuple(version.offices),
            "filing_types": tuple(version.filing_types),
            "instruction": version.instruction,
            "trader_text": version.trader_text,
            "referral": version.referral,
            "reason": version.reason,
            "note": version.note,
        },
        EngineRule,
    )


def engine_lists() -> dict[str, EngineList]:
    """Return all reference lists as the engine takes them."""
    entries: dict[int, list[ListEntry]] = {}
    for entry in ReferenceListEntry.objects.all():
        entries.setdefault(entry.list_id, []).append(
            ListEntry(
                value=entry.value,
                label=entry.label,
                valid_from=entry.valid_from,
                valid_to=entry.valid_to,
                note=entry.note,
            )
        )
    return {
        found.code: EngineList(found.code, found.name, entries.get(found.pk, []))
        for found in ReferenceList.objects.all()
    }


def forget() -> None:
    """Drop what this process has compiled."""
    _cache.clear()
