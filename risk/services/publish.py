"""Publishing: rules become what assessments are made with."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.db import connection
from django.db.models import Max

from customs_portal.accounts.models import User
from declarations.services.locks import assert_in_transaction
from risk.engine.rules import EngineRule
from risk.models import (
    RiskProfile,
    Rule,
    RuleSetVersion,
    RuleVersion,
)
from risk.rule_sets import engine_rule


def publish_rules(
    rules: Sequence[EngineRule], *, profile: RiskProfile, at: datetime
) -> RuleSetVersion:
    """Make these rules the published ones and return the rule set that says so.

    A rule that has changed gets a new version; nothing new is published where nothing changed.
    """
    hold_publishing()
    versions = [_version(rule, profile, at).pk for rule in rules]
    newest = newest_rule_set()
    if newest and sorted(newest.rule_versions) == sorted(versions):
        return newest
    return store_rule_set(versions, publisher=None, at=at)


def hold_publishing() -> None:
    """Let nobody else publish until the transaction ends; assessments go on meanwhile."""
    assert_in_transaction()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('risk_rulesetversion'))")


def newest_rule_set() -> RuleSetVersion | None:
    """Return the rule set in force, None where nothing is published."""
    return RuleSetVersion.objects.order_by("-number").first()


def store_rule_set(
    versions: Sequence[int], *, publisher: User | None, at: datetime
) -> RuleSetVersion:
    """Store the next rule set version; the caller holds publishing."""
    newest = newest_rule_set()
    return RuleSetVersion.objects.create(
        number=newest.number + 1 if newest else 1,
        rule_versions=list(versions),
        published_at=at,
        published_by=publisher,
    )


def _version(wanted: EngineRule, profile: RiskProfile, at: datetime) -> RuleVersion:
    rule, _created = Rule.objects.get_or_create(
        code=wanted.code,
        defaults={"profile": profile, "title": wanted.title, "family": wanted.family},
    )
    newest = rule.versions.order_by("-number").first()
    if newest and engine_rule(newest) == msgspec.structs.replace(wanted, version=newest.number):
        return newest
    return RuleVersion.objects.create(
        rule=rule,
        number=(rule.versions.aggregate(last=Max("number"))["last"] or 0) + 1,
        expression=msgspec.to_builtins(wanted.expression),
        outcome=wanted.outcome,
        severity=wanted.severity,
        score=wanted.score,
        instruction=wanted.instruction,
        trader_text=wanted.trader_text,
        modes=list(wanted.modes),
        offices=list(wanted.offices),
        filing_types=list(wanted.filing_types),
        referral=wanted.referral,
        reason=wanted.reason,
        note=wanted.note,
        cap=wanted.cap or None,
        created_at=at,
    )
