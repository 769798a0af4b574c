"""Which versions a rule set holds after a change; nothing here stores anything."""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from customs_portal.findings import Finding, Stage
from risk.engine.fields import CATALOGUE
from risk.engine.tree import validate
from risk.models import ReferenceList, RuleSetVersion, RuleVersion
from risk.rule_sets import engine_rule, versions_held


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A change of the rules in force: versions brought in, rules retired, profiles switched.

    `again` is a rule set that is taken back into force as it was; then nothing else is changed.
    """

    versions: tuple[int, ...] = ()
    retired: tuple[int, ...] = ()
    switched_on: tuple[int, ...] = ()
    switched_off: tuple[int, ...] = ()
    again: int | None = None

    def is_empty(self) -> bool:
        """Whether nothing is to change."""
        return self == Change()


def compose(change: Change, base: RuleSetVersion | None, at: datetime) -> list[RuleVersion]:
    """Return the versions that the rule set after the change holds, in the order of rules."""
    if change.again is not None:
        return _not_over(versions_held(RuleSetVersion.objects.get(pk=change.again)), at)
    held = versions_held(base) if base else []
    held += [version for key in change.switched_on for version in _last_of_profile(key)]
    brought = list(RuleVersion.objects.select_related("rule").filter(pk__in=change.versions))
    left = [
        version
        for version in held
        if version.rule_id not in change.retired
        and version.rule.profile_id not in change.switched_off
        and not any(_replaces(fresh, version, at) for fresh in brought)
    ]
    found = {version.pk: version for version in (*_not_over(left, at), *brought)}
    return sorted(found.values(), key=lambda version: (version.rule.code, version.number))


def _replaces(fresh: RuleVersion, version: RuleVersion, at: datetime) -> bool:
    """Whether the version leaves with the fresh one; not where that is to begin or to end."""
    begins_later = fresh.valid_from is not None and fresh.valid_from > at
    return fresh.rule_id == version.rule_id and not fresh.urgent and not begins_later


def _not_over(versions: Iterable[RuleVersion], at: datetime) -> list[RuleVersion]:
    return [each for each in versions if each.valid_until is None or each.valid_until > at]


def _last_of_profile(profile: int) -> list[RuleVersion]:
    """Return the versions of the profile in the newest rule set that held any of it."""
    ours = set(RuleVersion.objects.filter(rule__profile=profile).values_list("pk", flat=True))
    newest = RuleSetVersion.objects.filter(rule_versions__overlap=list(ours)).first()
    if newest is None:
        return []
    return [version for version in versions_held(newest) if version.pk in ours]


def unsound(versions: Iterable[RuleVersion]) -> list[Finding]:
    """Return what the engine would refuse in these versions, each with its rule."""
    lists = set(ReferenceList.objects.values_list("code", flat=True))
    return [
        Finding(
            code=found.code,
            location=version.rule.code,
            text=f"{version.rule.code}: {found.text}",
            value=found.value,
            stage=Stage.LIFECYCLE,
        )
        for version in versions
        for found in validate(engine_rule(version).expression, CATALOGUE, lists)
    ]
